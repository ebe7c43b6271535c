// Why models are left out: which limit they pass, and which model would do as well or better.

import { inWords } from "./dominance.js";
import { isWithin } from "./sieve.js";
import { filled } from "../writing.js";
import { short } from "./words.js";

/** @typedef {import("./models.js").Model} Model */
/** @typedef {import("./sieve.js").Limit} Limit */
/** @typedef {import("./dominance.js").Judge} Judge */

const MOST = 60;

/**
 * List them once somebody opens the list; before, they are only counted.
 * @param {Model[]} models @param {Set<Model>} shown @param {Limit[]} limits @param {Judge} judge
 * @param {HTMLFormElement} words @param {HTMLTableElement} table
 */
export function listLeftOut(models, shown, limits, judge, words, table) {
  const details = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-aa-left-out]"));
  const [summary, list] = [details?.querySelector("summary"), details?.querySelector("ul")];
  if (!details || !summary || !list) return;
  details.hidden = models.length === 0;
  summary.textContent = filled(words.dataset.leftOut, { count: models.length });
  const write = () => {
    if (!details.open) return;
    const lines = models.slice(0, MOST).map((model) => line(model, shown, limits, judge, words));
    if (models.length > MOST) lines.push(element("li", filled(words.dataset.further, { count: models.length - MOST })));
    list.replaceChildren(...lines);
  };
  details.ontoggle = write;
  write();
}

/** @param {Model} model @param {Set<Model>} shown @param {Limit[]} limits @param {Judge} judge @param {HTMLFormElement} words */
function line(model, shown, limits, judge, words) {
  const reasons = limits.filter((limit) => !isWithin(model, limit)).map((limit) => reason(model, limit, words));
  const { names, isWithin: isInside, isJudged } = judge.of(model, shown);
  const verdict = names.length > 0
    ? filled(isInside ? words.dataset.within : words.dataset.dominated, { names: inWords(names, words) })
    : words.dataset.best ?? "";
  const link = element("a", model.title);
  link.setAttribute("href", model.cells.model.querySelector("a")?.href ?? "");
  const made = element("li", "");
  made.append(link, ` ${reasons.join(" · ")}${isJudged ? ` · ${verdict}` : ""}`);
  return made;
}

/** @param {Model} model @param {Limit} limit @param {HTMLFormElement} words */
function reason(model, { key, label, limit, isLeast }, words) {
  const name = label.replace(/\s*[≤≥]$/, "");
  if (model.numbers[key] === undefined) return `${name} ${words.dataset.unknown}`;
  return `${name} ${model.cells[key].textContent.trim()} ${isLeast ? "<" : ">"} ${short(limit)}`;
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
