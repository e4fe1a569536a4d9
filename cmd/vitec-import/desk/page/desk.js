"use strict";
// The desk works without this: it keeps the desk open while a page of it is,
// takes a list that is dropped, and says what is wrong while it is being typed.
(function () {
  new EventSource("/open");

  // A page that tells of trouble begins with it.
  const trouble = document.getElementById("trouble");
  if (trouble) {
    trouble.tabIndex = -1;
    trouble.focus();
  }

  const drop = document.getElementById("choose");
  if (drop) {
    const file = drop.elements.file;
    drop.querySelector(".droptext").hidden = false;
    file.addEventListener("change", function () {
      if (file.files.length) drop.requestSubmit();
    });
    for (const type of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(type, function (e) {
        e.preventDefault();
        drop.classList.toggle("over", type === "dragover");
        if (type !== "drop" || !e.dataTransfer.files.length) return;
        file.files = e.dataTransfer.files;
        drop.requestSubmit();
      });
    }
  }

  // Two columns on one field.
  const columns = document.getElementById("columns");
  if (columns) {
    const parts = { fullName: ["updatePerson.firstName", "updatePerson.lastName"] };
    const clash = columns.querySelector(".clash");
    const look = function () {
      const seen = {};
      let any = false;
      for (const s of columns.querySelectorAll("select")) {
        s.closest(".col").classList.remove("twice");
        s.removeAttribute("aria-invalid");
        for (const field of s.value ? parts[s.value] || [s.value] : []) {
          if (seen[field]) {
            any = true;
            for (const one of [s, seen[field]]) {
              one.closest(".col").classList.add("twice");
              one.setAttribute("aria-invalid", "true");
            }
          }
          seen[field] = s;
        }
      }
      clash.hidden = !any;
      clash.textContent = any ? clash.dataset.text : "";
    };
    columns.addEventListener("change", look);
    look();
  }

  // Ids, while they are typed.
  for (const id of document.querySelectorAll("#ids input[pattern]")) {
    id.addEventListener("input", function () {
      const unlike = id.dataset.like && !new RegExp("^(" + id.dataset.like + ")$").test(id.value.trim());
      const text = !id.value ? "" : id.validity.patternMismatch ? id.dataset.wrong : unlike ? id.dataset.unlike : "";
      document.getElementById(id.id + "-said").textContent = text;
      id.setAttribute("aria-invalid", String(id.validity.patternMismatch));
    });
  }

  // A run that is on.
  const line = document.getElementById("line");
  if (line) {
    const bar = document.getElementById("bar"), events = new EventSource(line.dataset.events);
    events.addEventListener("message", function (e) {
      const news = JSON.parse(e.data);
      line.textContent = news.line;
      if (news.total) bar.max = news.total;
      bar.value = news.done;
    });
    events.addEventListener("ended", function () {
      events.close();
      location.replace(location.href);
    });
  }

  // A form is sent once.
  document.addEventListener("submit", function (e) {
    const button = e.submitter;
    if (e.target.dataset.sent) {
      e.preventDefault();
      return;
    }
    e.target.dataset.sent = "1";
    if (button) button.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", function () {
    for (const f of document.forms) delete f.dataset.sent;
  });
})();
