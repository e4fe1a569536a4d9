(function () {
  "use strict";
  var table = document.getElementById("rows");
  if (!table) return;
  var body = table.tBodies[0], all = Array.prototype.slice.call(body.rows), shown = all, size = 100, page = 0;
  var status = document.getElementById("count"), place = document.getElementById("place");
  var search = document.getElementById("q"), prev = document.getElementById("prev"), next = document.getElementById("next");
  var buttons = Array.prototype.slice.call(document.querySelectorAll(".filter button"));
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var order = -1, down = false, words = null, keys = [], hit = null;
  var compare = new Intl.Collator(document.documentElement.lang === "sv" ? "sv" : ["sv", "en"], { numeric: true }).compare;

  function plain(s) { return s.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); }
  function format(s, a) { return s.replace(/\$(\d)/g, function (_, i) { return a[i - 1].toLocaleString("sv"); }); }

  // What a row says, for the search; found once, when it is first needed.
  function said(i) {
    if (!words) words = new Array(all.length);
    if (words[i] === undefined) words[i] = plain(Array.prototype.map.call(all[i].cells, function (c) { return c.textContent; }).join("\u0001"));
    return words[i];
  }
  function key(column) {
    if (!keys[column]) keys[column] = all.map(function (r) { return r.cells[column].textContent; });
    return keys[column];
  }

  function select() {
    var q = plain(search.value.trim()).split(/\s+/).filter(Boolean);
    var on = buttons.filter(function (b) { return b.getAttribute("aria-pressed") === "true"; }).map(function (b) { return b.value; });
    var list = [];
    for (var i = 0; i < all.length; i++) {
      if (on.length && on.indexOf(all[i].className.split(" ")[0]) < 0) continue;
      if (q.length && !q.every(function (w) { return said(i).indexOf(w) >= 0; })) continue;
      list.push(i);
    }
    if (order >= 0) {
      var k = key(order), sign = down ? -1 : 1;
      list.sort(function (a, b) {
        // Empty cells are last, whichever way; equal ones stay in input order.
        if (!k[a] !== !k[b]) return k[a] ? -1 : 1;
        return sign * compare(k[a], k[b]) || a - b;
      });
    }
    shown = list.map(function (i) { return all[i]; });
    page = 0;
    draw();
  }

  // On a phone the style sheet lays rows out as cards; they stay a table for
  // those who listen to it.
  function role(e, name) { e.setAttribute("role", name); }
  function tabular(row) {
    if (row.hasAttribute("role")) return;
    role(row, "row");
    Array.prototype.forEach.call(row.cells, function (c) { role(c, c.tagName === "TH" ? "columnheader" : "cell"); });
  }
  role(table, "table");
  role(table.tHead, "rowgroup");
  role(body, "rowgroup");
  tabular(table.tHead.rows[0]);

  function draw(limit) {
    var from = limit ? 0 : page * size, to = limit || Math.min(shown.length, from + size);
    var rows = shown.slice(from, to);
    rows.forEach(tabular);
    body.replaceChildren.apply(body, rows);
    table.classList.remove("waiting");
    status.textContent = format(status.dataset.text, [shown.length, all.length]);
    place.textContent = shown.length ? format(place.dataset.text, [from + 1, Math.min(to, shown.length), shown.length]) : "";
    prev.disabled = page === 0;
    next.disabled = to >= shown.length;
  }

  function turn(by) {
    page += by;
    draw();
    table.scrollIntoView({ block: "start" });
  }

  // A link to a row: the row may be on another page, or filtered out.
  function follow() {
    var m = /^#r\d+$/.exec(location.hash), row = null;
    if (hit) hit.classList.remove("hit");
    if (!m) return;
    all.some(function (r) { return "#" + r.id === m[0] && (row = r); });
    if (!row) return;
    if (shown.indexOf(row) < 0) {
      search.value = "";
      buttons.forEach(function (b) { b.setAttribute("aria-pressed", "false"); });
      select();
    }
    page = Math.floor(shown.indexOf(row) / size);
    draw();
    hit = row;
    row.classList.add("hit");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }

  // Copy buttons. A page that is opened as a file may not use the clipboard's
  // own interface; then the command is selected, and copied as by hand.
  document.querySelectorAll(".copy button").forEach(function (b) {
    var text = b.textContent, command = b.previousElementSibling;
    b.addEventListener("click", function () {
      function done() { b.textContent = b.dataset.done; setTimeout(function () { b.textContent = text; }, 2000); }
      function byHand() {
        getSelection().selectAllChildren(command);
        if (document.execCommand("copy")) done();
      }
      if (navigator.clipboard) navigator.clipboard.writeText(command.textContent).then(done, byHand); else byHand();
    });
  });

  heads.forEach(function (th, i) {
    var b = document.createElement("button");
    b.type = "button";
    while (th.firstChild) b.appendChild(th.firstChild);
    th.appendChild(b);
    b.addEventListener("click", function () {
      if (order === i) down = !down; else { order = i; down = false; }
      heads.forEach(function (h, k) {
        if (k === order) h.setAttribute("aria-sort", down ? "descending" : "ascending"); else h.removeAttribute("aria-sort");
      });
      select();
    });
  });
  buttons.forEach(function (b) {
    b.addEventListener("click", function () {
      b.setAttribute("aria-pressed", b.getAttribute("aria-pressed") === "true" ? "false" : "true");
      select();
    });
  });
  search.addEventListener("input", select);
  prev.addEventListener("click", function () { turn(-1); });
  next.addEventListener("click", function () { turn(1); });
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", function () { draw(Math.min(shown.length, 5000)); });
  window.addEventListener("afterprint", function () { draw(); });
  draw();
  follow();
})();
