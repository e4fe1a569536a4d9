// The page reads and works without this script; with it, the overview follows
// the server by itself and the form's answer appears in place.
(function () {
  "use strict";

  // morph makes an element like another one and keeps what is the same, so that
  // what is open stays open and what has the focus keeps it. Children with ids
  // are matched by them, the others by their order.
  function morph(was, is) {
    for (const a of Array.from(was.attributes)) {
      if (!is.hasAttribute(a.name) && a.name !== "open") was.removeAttribute(a.name);
    }
    for (const a of is.attributes) {
      if (was.getAttribute(a.name) !== a.value) was.setAttribute(a.name, a.value);
    }
    if (was.isEqualNode(is)) return;
    const named = new Map();
    for (const c of was.children) if (c.id) named.set(c.id, c);
    let at = was.firstChild;
    for (const next of Array.from(is.childNodes)) {
      let match = next.id ? named.get(next.id) : null;
      if (!match && at && !at.id && !next.id && at.nodeType === next.nodeType && at.nodeName === next.nodeName) match = at;
      if (!match || match.nodeName !== next.nodeName) {
        was.insertBefore(document.importNode(next, true), at);
        continue;
      }
      named.delete(match.id);
      if (match === at) at = at.nextSibling; else was.insertBefore(match, at);
      if (match.nodeType === Node.ELEMENT_NODE) morph(match, next);
      else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  function parse(html) { return new DOMParser().parseFromString(html, "text/html"); }

  const live = document.getElementById("live");
  if (!live) return;

  // The pulse says whether the page follows the server, and stops it from that.
  let on = true, lost = false, timer = 0, asking = null;
  function draw() {
    const pulse = document.getElementById("pulse");
    pulse.hidden = false;
    pulse.title = pulse.dataset.hint;
    pulse.setAttribute("aria-pressed", String(on));
    pulse.className = "pulse" + (lost ? " lost" : on ? " on" : "");
    pulse.textContent = lost ? pulse.dataset.lost : on ? pulse.dataset.live : pulse.dataset.paused;
  }
  live.addEventListener("click", function (e) {
    if (!e.target.closest("#pulse")) return;
    on = !on;
    lost = false;
    draw();
    follow();
  });

  // take shows a newer picture of the server. How the pulse stands is ours.
  function take(next) {
    next.querySelector("#pulse").replaceWith(document.getElementById("pulse").cloneNode(true));
    morph(live, next);
  }

  function wait(ms) {
    clearTimeout(timer);
    timer = setTimeout(follow, ms);
  }
  async function follow() {
    clearTimeout(timer);
    if (!on || document.hidden || asking) return;
    const source = new URL(live.dataset.source, location.href);
    source.searchParams.set("seen", live.dataset.version);
    asking = new AbortController();
    const limit = setTimeout(function () { asking.abort(); }, 10000);
    let ok = false;
    try {
      const answer = await fetch(source, { signal: asking.signal, cache: "no-store", headers: { "Accept-Language": document.documentElement.lang } });
      if (answer.status === 200) take(parse(await answer.text()).getElementById("live"));
      ok = answer.ok;
    } catch (e) { /* the server has gone, or will come back */ }
    clearTimeout(limit);
    asking = null;
    if (lost === ok) {
      lost = !ok;
      draw();
    }
    wait(ok ? 1000 : 3000);
  }
  document.addEventListener("visibilitychange", follow);
  draw();
  wait(1000);

  // The form.
  const form = document.getElementById("try-form");
  if (!form) return;
  const body = document.getElementById("body");
  form.addEventListener("submit", async function (e) {
    const button = e.submitter || form.querySelector("button[value=send]");
    if (button.getAttribute("aria-busy")) { e.preventDefault(); return; }
    const sending = button.value === "send", data = new URLSearchParams(new FormData(form));
    data.set(button.name, button.value);
    e.preventDefault();
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "Accept-Language": document.documentElement.lang } });
      const page = parse(await answer.text()), result = page.getElementById("answer");
      if (!result) throw new Error("status " + answer.status);
      if (sending) {
        const ours = document.getElementById("answer");
        for (const a of result.querySelectorAll("a")) a.href = new URL(a.getAttribute("href"), answer.url);
        morph(ours, result);
        ours.focus({ preventScroll: true });
        ours.scrollIntoView({ block: "nearest" });
        follow();
      } else {
        fill(page.getElementById("body"));
        document.getElementById("customerId").value = page.getElementById("customerId").value;
        body.focus({ preventScroll: true });
      }
      lost = false;
    } catch (err) {
      lost = true;
    }
    button.removeAttribute("aria-busy");
    draw();
  });

  // Another format fills the sample in anew, unless somebody has written into it.
  let filled = body.value;
  function fill(from) {
    body.value = filled = from.value;
    body.dataset.sample = from.dataset.sample;
  }
  form.addEventListener("change", function (e) {
    if (e.target.name !== "format" || body.value !== filled || !body.dataset.sample) return;
    form.requestSubmit(form.querySelector('button[value="' + body.dataset.sample + '"]'));
  });
})();
