// Which models a reader wants to see, and which of those fit the budget.

/** @typedef {import("./models.js").Model} Model */
/** @typedef {{key: string, limit: number, isLeast: boolean, label: string}} Limit */
/** @typedef {{words: string[], families: Set<string>, from: number, to: number, isKnown: boolean, limits: Limit[]}} Wishes */

/** @param {HTMLFormElement} form @param {{limits: () => Limit[]}} budgets @returns {Wishes} */
export function wishes(form, budgets) {
  const said = new FormData(form);
  return {
    words: String(said.get("words") ?? "").toLowerCase().split(/\s+/).filter(Boolean),
    families: new Set(said.getAll("family").map(String)),
    from: Number(said.get("from")) || -Infinity,
    to: Number(said.get("to")) || Infinity,
    isKnown: said.has("known"),
    limits: budgets.limits(),
  };
}

/** @param {Model} model @param {Wishes} wanted */
export function isWanted(model, wanted) {
  const { year, top1 } = model.numbers;
  const hasSpan = wanted.from > -Infinity || wanted.to < Infinity;
  return wanted.words.every((word) => model.text.includes(word))
    && (wanted.families.size === 0 || wanted.families.has(model.family))
    && (!hasSpan || (year >= wanted.from && year <= wanted.to))
    && (!wanted.isKnown || top1 !== undefined);
}

/** What is not known fits no budget. @param {Model} model @param {Limit[]} limits */
export function fits(model, limits) {
  return limits.every((one) => isWithin(model, one));
}

/** @param {Model} model @param {Limit} one */
export function isWithin(model, { key, limit, isLeast }) {
  const value = model.numbers[key];
  return isLeast ? value >= limit : value <= limit;
}
