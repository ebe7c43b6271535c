// Budgets as readers write them: numbers with three digits and a unit.

const SCALES = /** @type {[string, number][]} */ ([["T", 1e12], ["G", 1e9], ["M", 1e6], ["K", 1e3]]);

/** Write a number with three digits: 25.6M. @param {number} value @param {(value: number) => number} [round] Which way. */
export function short(value, round = Math.round) {
  const digit = 10 ** (Math.floor(Math.log10(value || 1)) - 2);
  const rounded = Number((round(Number((value / digit).toPrecision(9))) * digit).toPrecision(3));
  const [unit, size] = SCALES.find(([, limit]) => rounded >= limit) ?? ["", 1];
  return `${Number((rounded / size).toPrecision(3))}${unit}`;
}

/** Read a number with or without a unit, such as 25, 4.1G, 98 MB or 76 %; NaN if it is none. @param {string} text */
export function amount(text) {
  const found = /^\s*(\d+(?:[.,]\d+)?|[.,]\d+)\s*([kmgt]?)(?:b|%)?\s*$/i.exec(text);
  if (!found) return Number.NaN;
  const size = SCALES.find(([unit]) => unit === found[2].toUpperCase())?.[1] ?? 1;
  return Number(found[1].replace(",", ".")) * size;
}
