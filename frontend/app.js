import "@tabler/core/dist/css/tabler.min.css";
import "./app.css";
import "./rebates.css";
import "./uploads.css";
import "./partners.css";
import "./tiers.css";
import "./invoices.css";
import "./dealdesk.css";
import "./mails.css";
import "./deals.css";
import "@tabler/core/dist/js/tabler.esm.min.js";
import "./deals.js";
import htmx from "htmx.org";

window.htmx = htmx;

/* --- theme switch ------------------------------------------------------------------------------------------------ */

function markTheme() {
  for (const button of document.querySelectorAll("[data-theme-choice-value]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoiceValue === document.documentElement.dataset.themeChoice));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice-value]");
  if (button) window.portalTheme.choose(button.dataset.themeChoiceValue);
});
document.addEventListener("portal:theme", markTheme);

/* --- charts: loaded only where a page has one ------------------------------------------------------------------------ */

async function drawCharts(within) {
  if (!within.querySelector("canvas[data-chart]")) return;
  const source = document.querySelector('meta[name="charts-script"]').content;
  const charts = await import(source);
  charts.draw(within);
}

/* --- forms --------------------------------------------------------------------------------------------------------- */

// The summary of errors is where a person continues after a refused form.
function focusErrors(within) {
  within.querySelector("main:not([data-sample]) [data-error-summary]")?.focus();
}

// A second click while the first is on its way must not send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button[type=submit]")) button.classList.add("btn-loading");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[type=submit]")) button.classList.remove("btn-loading");
  }
});

/* --- files: dropped anywhere on the page, they go into its drop zone -------------------------------------------------- */

const dropZone = () => document.querySelector('input[type="file"].drop-zone');
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

document.addEventListener("dragover", (event) => {
  const zone = dropZone();
  if (!zone || !carriesFiles(event)) return;
  event.preventDefault();
  zone.classList.add("drop-zone-over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) dropZone()?.classList.remove("drop-zone-over");
});
document.addEventListener("drop", (event) => {
  const zone = dropZone();
  if (!zone || !carriesFiles(event)) return;
  event.preventDefault();
  zone.classList.remove("drop-zone-over");
  zone.files = event.dataTransfer.files;
  zone.dispatchEvent(new Event("change", { bubbles: true }));
  zone.focus();
});

// Where each file has an answer of its own they are sent one after another as soon as nothing is missing, and each gets
// its row at once. The button sends what waits, and never leaves the page: what is under way would be lost.
const oneByOne = (form) => form?.querySelector?.("input[type=file][data-one-by-one]");

document.addEventListener("change", (event) => {
  const form = event.target.form;
  const input = oneByOne(form);
  if (!input?.files.length) return;
  const missing = [...form.elements].some((field) => field !== input && field.required && !field.value);
  if (!missing) sendOneByOne(form, input);
});
document.addEventListener("submit", (event) => {
  const input = oneByOne(event.target);
  if (!input) return;
  event.preventDefault();
  event.stopPropagation();
  const underWay = document.querySelector("#upload-rows [data-sending]");
  if (!underWay && event.target.reportValidity()) sendOneByOne(event.target, input);
}, true);

async function sendOneByOne(form, input) {
  const rows = document.getElementById("upload-rows");
  const words = document.getElementById("upload-wording").dataset;
  const files = [...input.files];
  const data = new FormData(form);
  data.delete(input.name);
  input.value = "";
  rows.closest(".card").classList.remove("d-none");
  const waiting = files.map((file) => {
    const row = document.createElement("li");
    row.className = "upload-row";
    row.dataset.sending = "";
    row.append(Object.assign(document.createElement("span"), { className: "upload-row-name", textContent: file.name }));
    row.append(Object.assign(document.createElement("span"), { className: "upload-row-state", textContent: words.sending }));
    return row;
  });
  rows.prepend(...waiting);
  for (const [index, file] of files.entries()) {
    const body = new FormData();
    for (const [name, value] of data) body.append(name, value);
    body.append(input.name, file);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-One-By-One": "1" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const made = document.createElement("template");
      made.innerHTML = await answer.text();
      const found = [...made.content.children];
      for (const row of found) document.getElementById(row.id)?.remove();
      waiting[index].replaceWith(...found);
      found.forEach((row) => htmx.process(row));
    } catch {
      waiting[index].lastChild.textContent = words.failed;
      delete waiting[index].dataset.sending;
    }
  }
}

// As long as one of the rows is worked on, all are asked for again in one request.
window.setInterval(() => {
  const list = document.querySelector("[data-poll]");
  if (list?.querySelector("[data-working]")) htmx.ajax("GET", list.dataset.poll, { source: list, swap: "none" });
}, 1500);

/* --- keys: one per decision, where nobody is typing ------------------------------------------------------------------- */

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const pressed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  const fold = pressed.hash ? document.querySelector(pressed.hash) : null;
  if (fold?.matches("details")) fold.open = true;
  const field = fold?.querySelector("select, textarea, input:not([type=hidden])");
  if (field) field.focus();
  else pressed.click();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-key][href^='#']");
  if (link) document.querySelector(link.hash)?.setAttribute("open", "");
});

/* --- htmx: focus stays, changes are said ------------------------------------------------------------------------------ */

function announce(text) {
  const region = document.getElementById("live-region");
  if (!region || !text) return;
  region.textContent = "";
  window.setTimeout(() => { region.textContent = text; }, 50);
}

// Fields left empty say nothing: they stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { verb, parameters } = event.detail;
  if (verb !== "get") return;
  for (const [name, value] of [...parameters.entries()]) if (value === "") parameters.delete(name);
});

let before = { focused: "", unfolded: [] };

document.addEventListener("htmx:beforeSwap", (event) => {
  before = {
    focused: document.activeElement?.id ?? "",
    // Bootstrap's toggle knows at once; the classes of what it unfolds only say so after the animation.
    unfolded: [...event.detail.target.querySelectorAll("[data-bs-toggle=collapse][aria-expanded=true], details[open][id]")]
      .map((each) => each.dataset.bsTarget?.slice(1) ?? each.id),
  };
});

document.addEventListener("htmx:afterSwap", (event) => drawCharts(event.detail.elt));
document.addEventListener("htmx:oobAfterSwap", (event) => drawCharts(event.detail.target));

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.elt;
  // What moves by itself neither takes the focus nor is told every second.
  if (target.hasAttribute("data-quiet")) return;
  // What was folded out stays so.
  for (const id of before.unfolded) {
    const unfolded = document.getElementById(id);
    if (unfolded instanceof HTMLDetailsElement) unfolded.open = true;
    else unfolded?.classList.add("collapse", "show");
    document.querySelector(`[data-bs-target="#${CSS.escape(id)}"]`)?.setAttribute("aria-expanded", "true");
  }
  target.querySelector("[data-error-summary]")?.focus();
  // Focus stays on what has an id; what was focused and is gone hands over to its region.
  if (document.activeElement === document.body && before.focused) {
    document.getElementById(before.focused)?.focus({ preventScroll: true });
  }
  if (document.activeElement === document.body && target.isConnected) {
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }
  announce(target.querySelector("[data-announce]")?.textContent.trim() ?? document.body.dataset.updated);
});

for (const problem of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(problem, () => {
    const alert = document.getElementById("connection-problem");
    if (alert) alert.hidden = false;
  });
}
document.addEventListener("htmx:afterOnLoad", () => {
  const alert = document.getElementById("connection-problem");
  if (alert) alert.hidden = true;
});

/* --- start --------------------------------------------------------------------------------------------------------- */

function start() {
  markTheme();
  drawCharts(document);
  focusErrors(document);
  // On a phone the tab of this page may lie outside its row.
  const tab = document.querySelector(".page-tabs .active");
  const row = tab?.closest(".nav");
  if (row) row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
