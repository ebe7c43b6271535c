// Small things that every section of a comparison is made of.

/** @typedef {import("./columns.js").Column} Column */

const NAMESPACE = "http://www.w3.org/2000/svg";

const DASHES = ["", "6 3", "2 3"];

/** How many colours the style sheet has for columns. */
function colours() {
  return Number(getComputedStyle(document.documentElement).getPropertyValue("--aa-series-count")) || 1;
}

/** @param {number} place */
export function colourOf(place) {
  return `var(--aa-series-${(place % colours()) + 1})`;
}

/** Lines beyond the last colour are told apart by dashes. @param {number} place */
export function dashOf(place) {
  return DASHES[Math.floor(place / colours()) % DASHES.length];
}

/** @param {string} tag @param {Record<string, string>} [attributes] @param {(Node | string)[]} children @returns {HTMLElement} */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} tag @param {Record<string, string | number>} [attributes] @param {(Node | string)[]} children */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A sample of a column's line. @param {number} place */
export function swatch(place) {
  const line = drawn("line", { x1: 0, x2: 18, y1: 5, y2: 5, stroke: colourOf(place), "stroke-width": 4, "stroke-dasharray": dashOf(place) });
  return drawn("svg", { class: "aa-swatch", viewBox: "0 0 18 10", "aria-hidden": "true" }, line);
}

/** A column's head: its line, and its name as a link. @param {Column} column @param {number} place @param {string} home */
export function headOf(column, place, home) {
  return element("span", { class: "aa-head" }, swatch(place), element("a", { href: `${home}models/${column.slug}/` }, column.title));
}
