// What the page does by itself, beside htmx: it works without, if less smoothly.
"use strict";
(function () {
  const byId = (id) => document.getElementById(id);
  const form = byId("case");

  // A part that is fetched when its <details> is opened.
  document.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    const part = event.target.querySelector(":scope > [data-lazy]");
    if (part) htmx.trigger(part, "reveal");
  }, true);

  // A link to something that may be closed opens it first, and goes where one can answer.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-open]");
    const at = link && byId(link.dataset.open);
    if (!at) return;
    event.preventDefault();
    show(at);
  });

  function show(at) {
    for (let each = at; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    at.scrollIntoView({ block: "center" });
    const input = at.querySelector("input:checked, input, select");
    if (input) input.focus({ preventScroll: true });
  }

  for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.hasAttribute("data-print")) return print();
    const told = button.textContent;
    navigator.clipboard.writeText(byId(button.dataset.copy).href).then(() => {
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = told; }, 1600);
    });
  });

  if (!form) return;

  // "none of these" stands alone.
  form.addEventListener("input", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || !box.checked || box.name === "none") return;
    for (const each of form.querySelectorAll(`input[name="${CSS.escape(box.name)}"]`)) {
      if (each !== box && (box.hasAttribute("data-alone") || each.hasAttribute("data-alone"))) each.checked = false;
    }
  }, true);

  // A slider moves the answer that it stands for.
  form.addEventListener("input", (event) => {
    const slider = event.target;
    if (!slider.dataset.moves) return;
    const values = slider.dataset.values && slider.dataset.values.split("|");
    const places = Number(slider.dataset.places);
    const place = Number(slider.value) - Number(slider.min);
    const value = values ? values[place] : (Number(slider.value) / 10 ** places).toFixed(places);
    const shown = values ? slider.dataset.texts.split("|")[place] : value;
    slider.parentElement.querySelector("output").textContent = shown;
    slider.setAttribute("aria-valuetext", shown);
    for (const each of form.elements.namedItem(slider.dataset.moves)?.length === undefined
      ? [form.elements.namedItem(slider.dataset.moves)] : form.querySelectorAll(`[name="${CSS.escape(slider.dataset.moves)}"]`)) {
      if (!each) continue;
      if (each.type === "radio") each.checked = each.value === value;
      else each.value = value;
    }
  }, true);
  form.addEventListener("change", (event) => {
    if (event.target.dataset.moves && byId("ahead")) htmx.trigger(byId("ahead"), "again");
  });

  let open = [], act = "";
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id !== "questions") return;  // what else is fetched meanwhile is no act
    const button = event.detail.elt;
    act = button.name === "do" ? button.value : "";
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    open = [...target.querySelectorAll("details[open][id]")].map((each) => each.id);
    const held = document.activeElement;
    if (target.id === "outlook" && held && held.dataset.moves && held.matches(":active")) event.detail.shouldSwap = false;
    if (event.detail.xhr.status < 400) byId("notice").textContent = "";
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    for (const id of open) {
      const each = byId(id);
      if (each && target.contains(each)) each.open = true;
    }
    open = [];
    if (target.id === "claim") {
      const link = byId("share");
      if (link) history.replaceState(null, "", link.href);
      const whole = byId("whole");
      if (whole.open) htmx.trigger(byId("warrant"), "reveal");
      for (const error of form.querySelectorAll(".error[id]")) {
        const input = byId(error.id.replace("e-", "f-"));
        if (input) input.toggleAttribute("aria-invalid", error.textContent.trim() !== "");
      }
    }
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "questions") return;
    if (act.startsWith("record:")) {
      const records = byId("g-" + act.slice(7))?.querySelectorAll(".record");
      if (records && records.length) show(records[records.length - 1]);
    } else {
      const first = event.detail.target.querySelector("[data-first]") || byId("next-title");
      if (!first.hasAttribute("data-first")) first.tabIndex = -1;
      first.focus();
    }
    act = "";
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
