// The order of the rows, and the boxes that choose models for a comparison.

import { filled } from "../writing.js";

/** @typedef {import("./models.js").Model} Model */

const PAGE = 100;

/** @param {HTMLTableElement} table @param {Model[]} models @param {() => void} changed */
export function makeSortable(table, models, changed) {
  const heads = /** @type {HTMLTableCellElement[]} */ ([...table.tHead.rows[0].cells]);
  const keys = heads.map((head) => head.dataset.aaKey ?? "");
  let [key, isDescending] = ["", false];
  let sorted = models;

  const apply = () => {
    heads.forEach((head, column) => {
      if (keys[column] !== key) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
    });
    sorted = key ? [...models].sort((a, b) => order(a, b, key, isDescending)) : models;
    const rows = sorted.map((model) => model.row);
    if (rows.some((row, place) => row !== table.tBodies[0].rows[place])) table.tBodies[0].append(...rows);
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const isText = !head.classList.contains("aa-num");
      isDescending = key === keys[column] ? !isDescending : !isText;
      key = keys[column];
      apply();
      changed();
    });
  });
  return {
    sorted: () => sorted,
    value: () => (key ? `${isDescending ? "-" : ""}${key}` : ""),
    /** @param {string} text */
    recall: (text) => {
      isDescending = text.startsWith("-");
      const named = text.replace("-", "");
      key = keys.includes(named) ? named : "";
      apply();
    },
  };
}

/** Show rows, at first no more than a screen or two of them: a thousand would take long to lay out. @param {HTMLFormElement} words @param {() => void} changed */
export function makePaged(words, changed) {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-aa-more]"));
  let most = PAGE;
  button?.addEventListener("click", () => {
    most = Infinity;
    changed();
  });
  /** @param {Model[]} sorted @param {Set<Model>} shown */
  return (sorted, shown) => {
    let left = most;
    const visible = sorted.filter((model) => {
      const isOut = !shown.has(model) || (left -= 1) < 0;
      model.row.classList.toggle("aa-out", isOut);
      return !isOut;
    });
    if (button) button.hidden = left >= 0;
    if (button) button.textContent = filled(words.dataset.rest, { count: -left });
    return visible;
  };
}

/** What is not known comes last, whichever way round. @param {Model} a @param {Model} b @param {string} key @param {boolean} isDescending */
function order(a, b, key, isDescending) {
  const [one, other] = [valueOf(a, key), valueOf(b, key)];
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined) || a.place - b.place;
  const difference = typeof one === "number" ? one - Number(other) : one.localeCompare(String(other));
  return (isDescending ? -difference : difference) || a.place - b.place;
}

/** @param {Model} model @param {string} key @returns {number | string | undefined} */
function valueOf(model, key) {
  if (key in model.numbers) return model.numbers[key];
  const cell = model.cells[key];
  const text = cell.textContent.trim();
  return cell.classList.contains("aa-num") || text === "–" ? undefined : text;
}

/** Put a box into every row; what is chosen with it, the comparison decides. @param {HTMLTableElement} table @param {Model[]} models @param {string} words */
export function makeChoosable(table, models, words) {
  /** @type {Map<string, HTMLInputElement>} */
  const boxes = new Map();
  for (const model of models) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "aa-choose";
    box.autocomplete = "off";
    box.setAttribute("aria-label", filled(words, { model: model.title }));
    box.title = box.getAttribute("aria-label") ?? "";
    model.cells.model.prepend(box);
    boxes.set(model.slug, box);
  }
  table.addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    const slug = box.closest("tr")?.dataset.aaSlug;
    if (!slug) return;
    table.dispatchEvent(new CustomEvent("archatlas:choose", { detail: { slug, chosen: box.checked }, bubbles: true }));
  });
  /** @param {string[]} slugs */
  const mark = (slugs) => {
    const chosen = new Set(slugs);
    for (const model of models) {
      const isChosen = chosen.has(model.slug);
      const box = boxes.get(model.slug);
      if (box) box.checked = isChosen;
      model.row.classList.toggle("aa-chosen-row", isChosen);
    }
  };
  document.addEventListener("archatlas:chosen", (event) => mark(/** @type {CustomEvent<{slugs: string[]}>} */ (event).detail.slugs));
  mark((new URLSearchParams(location.search).get("m") ?? "").split(",")); // said before anybody listened
}
