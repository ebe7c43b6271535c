// Single facts side by side: what differs, which is best and worst, how many times the baseline.

import { element, headOf } from "./parts.js";
import { exact } from "../writing.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{id: string, name: string, text: string, exact: string, value: number | null, better: "less" | "more" | null, unit: string}} Trait */
/** @typedef {{name: string, differs: boolean, cells: {trait: Trait, ratio: string, mark: "best" | "worst" | null}[]}} Row */

/** @param {Column[]} columns @param {string | null} base Slug of the baseline. @returns {Row[]} */
export function rowsOf(columns, base) {
  const first = Math.max(0, columns.findIndex((column) => column.slug === base));
  return columns[0].traits.map((_, number) => {
    const traits = columns.map((column) => column.traits[number]);
    const [best, worst] = extremes(traits);
    const cells = traits.map((trait, place) => ({
      trait,
      ratio: place === first ? "" : held(trait, traits[first].value),
      mark: markOf(trait.value, best, worst),
    }));
    return { name: traits[0].name, differs: new Set(traits.map((trait) => trait.exact)).size > 1, cells };
  });
}

/** @param {number | null} value @param {number} [best] @param {number} [worst] @returns {"best" | "worst" | null} */
function markOf(value, best, worst) {
  if (value === null || best === undefined) return null;
  return value === best ? "best" : value === worst ? "worst" : null;
}

/** @param {HTMLTableElement} table @param {Row[]} rows @param {Column[]} columns @param {string} home */
export function fillFacts(table, rows, columns, home) {
  const { best, worst, fact } = table.dataset;
  const heads = columns.map((column, place) => element("th", { scope: "col" }, headOf(column, place, home)));
  table.tHead?.replaceChildren(element("tr", {}, element("th", { scope: "col" }, element("span", { class: "aa-hidden" }, fact ?? "")), ...heads));
  const body = rows.map((row) => {
    const cells = row.cells.map(({ trait, ratio, mark }) => {
      const cell = element("td", { title: trait.exact }, element("span", { class: "aa-value" }, trait.text));
      if (ratio) cell.append(" ", element("span", { class: "aa-quiet" }, ratio));
      if (mark) cell.append(" ", element("span", { class: `aa-mark-${mark}` }, (mark === "best" ? best : worst) ?? ""));
      return cell;
    });
    return element("tr", row.differs ? { class: "aa-differs" } : {}, element("th", { scope: "row" }, row.name), ...cells);
  });
  table.tBodies[0].replaceChildren(...body);
}

/** Return the best and the worst of values that differ. @param {Trait[]} traits @returns {[number?, number?]} */
function extremes(traits) {
  const values = /** @type {number[]} */ (traits.map((trait) => trait.value).filter((value) => value !== null));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const { better } = traits[0].better ? traits[0] : traits.find((trait) => trait.better) ?? { better: null };
  if (!better || values.length < 2 || least === most) return [];
  return better === "less" ? [least, most] : [most, least];
}

/** Say how a value stands to the baseline's: costs in times, shares in points. @param {Trait} trait @param {number | null} first */
function held({ value, better }, first) {
  if (value === null || first === null) return "";
  if (value === first) return "=";
  if (better === "more") return `${value > first ? "+" : "−"}${Math.abs(value - first).toFixed(2)}`;
  const times = value / first;
  if (!Number.isFinite(times) || !times) return "";
  if (times < 0.001) return `÷${exact(1 / times)}`;
  const digits = times < 999.5 ? String(Number(times.toPrecision(3))) : exact(times);
  return `×${digits === "1" ? "1.00" : digits}`; // nearly the same is not the same
}
