// Who dominates whom, as the build found out; here it is only looked up, among the models that are shown.

import { filled } from "../writing.js";

/** @typedef {import("./models.js").Model} Model */
/** @typedef {{models: string[], table: {dominators: (number[] | null)[]}, chart: {dominators: (number[] | null)[]}}} Published */

/** @param {string} file @param {Model[]} models */
export async function dominance(file, models) {
  /** @type {Published | null} */
  let found = null;
  try {
    const answer = await fetch(file);
    if (answer.ok) found = await answer.json();
  } catch (error) {
    console.warn(error);
  }
  const bySlug = new Map(models.map((model) => [model.slug, model]));
  const known = found?.models.map((slug) => bySlug.get(slug));
  /** @param {"table" | "chart"} which */
  const judge = (which) => {
    /** @type {Map<Model, Model[]>} */
    const beaten = new Map();
    found?.[which].dominators.forEach((places, place) => {
      const model = known?.[place];
      if (model && places) beaten.set(model, /** @type {Model[]} */ (places.map((one) => known?.[one]).filter(Boolean)));
    });
    return new Judge(beaten);
  };
  return { table: judge("table"), chart: judge("chart") };
}

/** Knows for every model that can be judged which ones dominate it, the most accurate first. */
export class Judge {
  /** @param {Map<Model, Model[]>} beaten */
  constructor(beaten) {
    this.beaten = beaten;
  }

  /** Return the models that no other of them dominates. @param {Set<Model>} shown */
  best(shown) {
    return [...shown].filter((model) => this.beaten.has(model) && !this.first(model, shown));
  }

  /** @param {Model} model @param {Set<Model>} shown @returns {Model | undefined} */
  first(model, shown) {
    return this.beaten.get(model)?.find((other) => shown.has(other));
  }

  /** Return who dominates a model, those that are shown if there are any. @param {Model} model @param {Set<Model>} shown */
  of(model, shown) {
    const all = this.beaten.get(model) ?? [];
    const within = all.filter((other) => shown.has(other));
    return { names: within.length > 0 ? within : all, isWithin: within.length > 0, isJudged: this.beaten.has(model) };
  }

  /** Write into rows who dominates their models, among all that are shown. @param {Model[]} visible @param {Set<Model>} shown @param {HTMLFormElement} words */
  tell(visible, shown, words) {
    for (const model of visible) {
      const cell = model.cells.dominated;
      if (!cell || !this.beaten.has(model)) continue;
      const others = (this.beaten.get(model) ?? []).filter((other) => shown.has(other));
      const text = others.length > 1 ? `${others[0].title} +${others.length - 1}` : others[0]?.title ?? "";
      if (cell.dataset.told === text) continue;
      cell.dataset.told = text;
      if (text) cell.textContent = text;
      else cell.replaceChildren(badge(words.dataset.none ?? ""));
    }
  }
}

/** Name the first, and count the others. @param {Model[]} others @param {HTMLFormElement} words */
export function inWords(others, words) {
  const name = others[0].title;
  return others.length > 1 ? filled(words.dataset.more, { name, count: others.length - 1 }) : name;
}

/** @param {string} text */
function badge(text) {
  const made = document.createElement("span");
  made.className = "aa-badge aa-good";
  made.textContent = text;
  return made;
}
