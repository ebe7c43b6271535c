// What a script must know of a drawing of diagram/network.py: boxes, arrows and frames, as drawn.

/**
 * @typedef {{id: string, group: SVGGElement, frame: SVGPolygonElement, label: string, left: number, right: number,
 *   top: number, bottom: number, axis: number, entry: number, canFold: boolean, folded: boolean}} Module
 * @typedef {{group: SVGGElement, middle: number, half: number, x: number, left: number}} Box
 * @typedef {{group: SVGGElement, path: SVGPathElement, d: string, tip: SVGElement | null, tipY: number,
 *   from: string, to: string}} Arrow
 */

/** @param {Element} group @returns {Box} */
export function boxOf(group) {
  const points = pointsOf(group.querySelector("polygon"));
  const ys = points.map(([, y]) => y);
  const xs = points.map(([x]) => x);
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const x = (Math.min(...xs) + Math.max(...xs)) / 2;
  return { group: /** @type {SVGGElement} */ (group), middle: (top + bottom) / 2, half: (bottom - top) / 2, x, left: Math.min(...xs) };
}

/** @param {Element} group @returns {Module} */
export function moduleOf(group) {
  const frame = /** @type {SVGPolygonElement} */ (group.querySelector("polygon"));
  const points = pointsOf(frame);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return {
    id: group.id,
    group: /** @type {SVGGElement} */ (group),
    frame,
    label: group.querySelector("text")?.textContent ?? "",
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
    axis: 0,
    entry: 0,
    canFold: false,
    folded: false,
  };
}

/** @param {Element} group @returns {Arrow} */
export function arrowOf(group) {
  const path = /** @type {SVGPathElement} */ (group.querySelector("path"));
  const tip = /** @type {SVGElement | null} */ (group.querySelector("polygon"));
  const [from, to] = group.id.slice(1).split("-").map((number) => `n${number}`);
  const tipY = Math.max(...pointsOf(tip).map(([, y]) => y), -Infinity);
  return { group: /** @type {SVGGElement} */ (group), path, d: path.getAttribute("d") ?? "", tip, tipY, from, to };
}

/** @param {Element | null} polygon @returns {number[][]} */
function pointsOf(polygon) {
  const text = polygon?.getAttribute("points")?.trim() ?? "";
  return text ? text.split(/\s+/).map((pair) => pair.split(",").map(Number)) : [];
}
