"use strict";
// The page follows the sandbox: once a second it asks for the counts, and if
// they have changed, for the page. Open details, the focus and what is in the
// form stay.
(function () {
  let on = true, lost = false, seen = null, timer = 0;

  function draw() {
    const pulse = document.getElementById("pulse");
    pulse.hidden = false;
    pulse.setAttribute("aria-pressed", String(on));
    pulse.className = "pulse" + (lost ? " lost" : on ? " on" : "");
    pulse.textContent = lost ? pulse.dataset.lost : on ? pulse.dataset.live : pulse.dataset.paused;
  }

  async function follow() {
    clearTimeout(timer);
    if (!on) return;
    try {
      if (!document.hidden) {
        const options = { cache: "no-store", signal: AbortSignal.timeout(10000) };
        const counts = await (await fetch("_sandbox/", options)).text();
        if (seen !== null && counts !== seen) {
          const answer = await fetch(location.href, options);
          show(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live"));
        }
        seen = counts;
      }
      lost = false;
    } catch (e) {
      lost = true;
    }
    draw();
    clearTimeout(timer);
    timer = setTimeout(follow, lost ? 3000 : 1000);
  }

  function show(next) {
    const live = document.getElementById("live"), focus = document.activeElement.id;
    for (const open of live.querySelectorAll("li[id] > details[open]")) {
      const same = next.querySelector("#" + open.parentElement.id + " > details");
      if (same) same.open = true;
    }
    const held = live.contains(document.activeElement) && focus;
    live.replaceWith(next);
    if (held && document.getElementById(focus)) document.getElementById(focus).focus({ preventScroll: true });
  }

  document.addEventListener("click", function (e) {
    if (!e.target.closest("#pulse")) return;
    on = !on;
    lost = false;
    draw();
    follow();
  });
  document.addEventListener("visibilitychange", follow);
  draw();
  follow();

  // The form. Another format fills the sample in again, unless somebody has
  // written into it.
  const form = document.getElementById("try-form"), body = document.getElementById("body");
  let sample = "specification";
  function fill() {
    body.value = body.defaultValue = form.getAttribute("data-" + sample + "-" + form.elements.format.value);
  }
  fill();
  for (const button of form.querySelectorAll("[data-fill]")) {
    button.addEventListener("click", function () {
      sample = button.dataset.fill;
      fill();
      const customer = form.elements.customerId.value;
      if (sample === "person") body.value = body.defaultValue = body.value.replace(/("customerId": "|<CustomerId>)M1/, function (_, before) { return before + customer; });
    });
  }
  form.addEventListener("change", function (e) {
    if (e.target.name === "format" && body.value === body.defaultValue) form.querySelector('[data-fill="' + sample + '"]').click();
  });

  form.addEventListener("submit", async function (e) {
    e.preventDefault();
    const f = form.elements, type = f.format.value === "xml" ? "application/xml" : "application/json";
    const path = ["Viewing", f.customerId.value, f.viewingId.value, f.timeSlotId.value, "Participant"].map(encodeURIComponent).join("/");
    const login = String.fromCharCode.apply(null, new TextEncoder().encode(f.username.value + ":" + f.password.value));
    const status = document.getElementById("answer-status");
    let text = "", headers = "";
    try {
      const answer = await fetch(path, {
        method: "POST", body: body.value, cache: "no-store", credentials: "omit", redirect: "manual", signal: AbortSignal.timeout(30000),
        headers: { "Content-Type": type, "Accept": type, "Authorization": "Basic " + btoa(login) },
      });
      for (const [name, value] of answer.headers) headers += name + ": " + value + "\n";
      text = await answer.text();
      status.textContent = answer.status + " " + answer.statusText;
      status.className = "chip " + (answer.status >= 500 ? "lost" : answer.status === 429 ? "wait" : answer.ok ? "good" : "bad");
    } catch (err) {
      status.textContent = document.getElementById("answer").dataset.none;
      status.className = "chip lost";
    }
    document.getElementById("answer-headers").textContent = headers;
    document.getElementById("answer-body").textContent = text;
    document.getElementById("answer-empty").hidden = true;
    document.getElementById("answer-full").hidden = false;
    document.getElementById("answer").focus({ preventScroll: true });
    follow();
  });
})();
