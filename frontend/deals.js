// The pages of deals: rows of products, and the boards, where dragging is a shortcut for the links on each card.

/* --- going on while what was typed is still being saved: the page then knows which version it has read ------------------ */

document.addEventListener("submit", (event) => {
  const saving = event.target.querySelector?.("#saved.htmx-request");
  if (!saving) return;
  event.preventDefault();
  event.stopPropagation();
  const { target: form, submitter } = event;
  saving.addEventListener("htmx:afterRequest", () => window.setTimeout(() => form.requestSubmit(submitter)), { once: true });
}, true);

/* --- rows of products ------------------------------------------------------------------------------------------------ */

document.addEventListener("click", (event) => {
  const add = event.target.closest?.("[data-add-row]");
  if (add) {
    event.preventDefault();
    const rows = add.closest("[data-rows]");
    const number = rows.dataset.next;
    rows.dataset.next = String(Number(number) + 1);
    const made = document.createElement("template");
    made.innerHTML = rows.querySelector("template[data-row]").innerHTML.replaceAll("__row__", number);
    const body = rows.querySelector("[data-rows-body]");
    body.append(made.content);
    body.lastElementChild.querySelector("select").focus();
    return;
  }
  const remove = event.target.closest?.("[data-remove-row]");
  if (remove) {
    const body = remove.closest("[data-rows-body]");
    const row = remove.closest("[data-row-of-products]");
    // The last row stays, empty: what is not there cannot be filled in.
    if (body.children.length === 1) {
      row.querySelector("select").value = "";
      row.querySelector("input").value = "1";
    } else {
      row.remove();
    }
    body.dispatchEvent(new Event("change", { bubbles: true }));
    body.lastElementChild.querySelector("select").focus();
  }
});

/* --- the boards: a card is dragged to where its deal should go, which opens the form that asks for the rest ------------ */

let dragged = null;

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-board] [draggable=true]");
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.querySelector("a").textContent);
  // The browser takes its picture of the card first, and drops what moves below the mouse at that moment.
  window.setTimeout(() => {
    const board = card.closest("[data-board]");
    // Only where it may go.
    for (const place of board.querySelectorAll("[data-place]")) place.hidden = !(place.dataset.place in card.dataset);
    card.classList.add("is-dragged");
    board.classList.add("is-dragging");
  });
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged?.closest("[data-board]").classList.remove("is-dragging");
  dragged = null;
});

const placeOf = (event) => (dragged ? event.target.closest?.("[data-place]") : null);

document.addEventListener("dragover", (event) => {
  const place = placeOf(event);
  if (!place) return;
  event.preventDefault();
  place.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => {
  event.target.closest?.("[data-place]")?.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  const place = placeOf(event);
  if (!place) return;
  event.preventDefault();
  window.location.assign(dragged.dataset[place.dataset.place]);
});
