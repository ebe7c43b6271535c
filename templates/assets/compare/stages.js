// What each model does at one output stride, row by row, however unlike the models are.

import { element, headOf } from "./parts.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{name: string, rank: number, place: string, blocks: string, macs: [number, string], params: [number, string]}} Stage */

/** @param {HTMLTableElement} table @param {Column[]} columns @param {string} home */
export function fillStages(table, columns, home) {
  /** @type {Map<string, number>} */
  const names = new Map(columns.flatMap((column) => column.stages.map((stage) => [stage.name, stage.rank])));
  const ordered = [...names].sort((a, b) => a[1] - b[1]).map(([name]) => name);
  const heads = columns.map((column, place) => element("th", { scope: "col" }, headOf(column, place, home)));
  table.tHead?.replaceChildren(element("tr", {}, element("th", { scope: "col" }, table.dataset.stride ?? ""), ...heads));
  table.tBodies[0].replaceChildren(...ordered.map((name) => {
    const cells = columns.map((column) => cellOf(column.stages.find((stage) => stage.name === name), table));
    return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
  }));
}

/** @param {Stage | undefined} stage @param {HTMLTableElement} table */
function cellOf(stage, table) {
  if (!stage) return element("td", {}, element("span", { class: "aa-quiet" }, "–"));
  const cell = element("td", {}, element("span", { class: "aa-part" }, stage.place));
  if (stage.blocks) cell.append(element("span", { class: "aa-part" }, stage.blocks));
  cell.append(meter(stage.macs, table.dataset.macs ?? ""), meter(stage.params, table.dataset.params ?? ""));
  return cell;
}

/** A share as a bar, with its number and name. @param {[number, string]} share @param {string} name */
function meter([share, text], name) {
  return element("span", { class: "aa-part aa-quiet aa-share", style: `--share:${share.toFixed(4)}` }, `${text} ${name}`);
}
