// A gallery of very many models: words and a family narrow it down, and it grows as one asks for more.

import { filled } from "./writing.js";

/** @typedef {{card: HTMLElement, family: string, text: string}} Shown */

const PAGE = 60;

/** @param {HTMLElement} element The form, which scripts alone can use. */
export function showGallery(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#aa-gallery > .aa-card")]);
  const models = cards.map((card) => ({ card, family: card.dataset.family ?? "", text: card.textContent.toLowerCase() }));
  const more = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-aa-more]"));
  const status = document.querySelector("[data-aa-count]");
  let most = PAGE;

  const show = () => {
    const found = models.filter(sieve(form));
    const visible = new Set(found.slice(0, most));
    for (const model of models) model.card.hidden = !visible.has(model);
    if (status) status.textContent = filled(form.dataset.shown, { shown: found.length, all: models.length });
    if (more) more.hidden = found.length <= most;
    if (more) more.textContent = filled(form.dataset.rest, { count: Math.min(PAGE, found.length - most) });
  };
  const changed = () => {
    most = PAGE;
    remember(form);
    show();
  };
  more?.addEventListener("click", () => {
    const last = models.findLast(({ card }) => !card.hidden);
    most += PAGE;
    show();
    // The keyboard goes on where the new ones begin, even if the button is gone.
    const first = cards.slice(cards.indexOf(/** @type {Shown} */ (last).card) + 1).find((card) => !card.hidden);
    first?.focus({ preventScroll: true });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", changed);
  recall(form);
  form.hidden = false;
  show();
}

/** Return what says whether a model is wanted: every word occurs on its card. @param {HTMLFormElement} form @returns {(model: Shown) => boolean} */
function sieve(form) {
  const wishes = new FormData(form);
  const words = String(wishes.get("words") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const family = String(wishes.get("family") ?? "");
  return (model) => (!family || model.family === family) && words.every((word) => model.text.includes(word));
}

/** Keep what was set in the address, to be sent to somebody; not as q, which would open the search of the theme. @param {HTMLFormElement} form */
function remember(form) {
  const set = [...new FormData(form)].filter(([, value]) => value);
  const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  history.replaceState(history.state, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
}

/** @param {HTMLFormElement} form */
function recall(form) {
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
  }
}
