// Choosing models: a search box that lists what fits, and the chosen ones in their order.

import { element, swatch } from "./parts.js";
import { filled } from "../writing.js";

/** @typedef {{slug: string, title: string, family: string, year: number | null}} Model */
/** @typedef {import("./state.js").State} State */

const MOST_LISTED = 12;

/** @param {HTMLFormElement} form @param {Model[]} models @param {() => State} state @param {(models: string[]) => void} choose */
export function makeSearchable(form, models, state, choose) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const list = /** @type {HTMLElement} */ (form.querySelector("[role=listbox]"));
  let active = -1;
  const options = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=option]")]);
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const mark = (/** @type {number} */ next) => {
    const all = options();
    if (!all.length) return;
    active = (next + all.length) % all.length;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    const found = fitting(models, input.value).filter((model) => !state().models.includes(model.slug)).slice(0, MOST_LISTED);
    list.replaceChildren(...found.map((model) => optionOf(model)));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    active = -1;
  };
  const add = (/** @type {HTMLElement | undefined} */ option) => {
    if (!option) return;
    choose([...state().models, option.dataset.slug ?? ""]);
    input.value = "";
    close();
    input.focus();
  };
  input.addEventListener("input", open);
  input.addEventListener("focus", open);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (list.hidden) open();
    mark(active + (event.key === "ArrowDown" ? 1 : -1));
  });
  // Not on click: the list would close before, when the box loses the focus.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    add(/** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[role=option]")) ?? undefined);
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(options()[Math.max(0, active)]);
  });
}

/** @param {HTMLElement} place @param {Model[]} chosen @param {State} state @param {(change: Partial<State>) => void} change */
export function listChosen(place, chosen, state, change) {
  const { left, right, base, remove } = place.dataset;
  const slugs = chosen.map((model) => model.slug);
  const baseline = slugs.includes(state.base ?? "") ? state.base : slugs[0];
  place.replaceChildren(...chosen.map((model, number) => {
    const named = (/** @type {string | undefined} */ text) => filled(text, { model: model.title });
    const moved = (/** @type {number} */ by) => {
      const next = slugs.filter((slug) => slug !== model.slug);
      next.splice(number + by, 0, model.slug);
      return () => change({ models: next });
    };
    const isBase = model.slug === baseline;
    const star = button(isBase ? "★" : "☆", named(base), () => change({ base: model.slug }));
    star.setAttribute("aria-pressed", String(isBase));
    const buttons = [button("←", named(left), moved(-1)), button("→", named(right), moved(1)), star];
    buttons[0].disabled = number === 0;
    buttons[1].disabled = number === slugs.length - 1;
    buttons.push(button("×", named(remove), () => change({ models: slugs.filter((slug) => slug !== model.slug) })));
    return element("li", { "data-slug": model.slug }, swatch(number), element("b", {}, model.title), ...buttons);
  }));
}

/** Return the models that hold every word in name, family or year. @param {Model[]} models @param {string} text */
function fitting(models, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    const all = `${model.title} ${model.slug} ${model.family} ${model.year ?? ""}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** @param {Model} model */
function optionOf({ slug, title, family, year }) {
  const about = [family, year].filter(Boolean).join(", ");
  return element("li", { role: "option", id: `aa-option-${slug}`, "data-slug": slug, "aria-selected": "false" }, title, " ", element("span", { class: "aa-quiet" }, about));
}

/** @param {string} sign @param {string} name @param {() => void} act */
function button(sign, name, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", { type: "button", "aria-label": name, title: name }, sign));
  made.addEventListener("click", act);
  return made;
}
