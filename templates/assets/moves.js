// Where the parts of a drawing go when modules are folded. Heights are mapped by one monotone function,
// and sides by another of the height, so edges that pass a folded module by keep their course.
// Coordinates are those Graphviz wrote: y grows downwards, everything above zero.

/**
 * @typedef {import("./drawing.js").Module} Module
 * @typedef {import("./drawing.js").Box} Box
 * @typedef {import("./drawing.js").Arrow} Arrow
 * @typedef {(x: number, y: number) => [number, number]} Move
 */

export const FOLDED_HEIGHT = 46;
/** Between a frame and the boxes inside. */
const MARGIN = 6;

/** Map places so that each folded module takes a fixed number of pixels, and what leaves it stands below what enters it. @param {Module[]} folded From above. @returns {Move} */
export function movement(folded) {
  return (x, y) => {
    // Heights are counted upwards from the bottom, where y is zero and stays zero; sides from the top.
    let [saved, drift] = [0, 0];
    for (const { top, bottom, axis, entry } of folded) {
      const extra = bottom - top - FOLDED_HEIGHT;
      const passed = Math.min(1, Math.max(0, (y - top) / (bottom - top)));
      saved += extra * (1 - passed);
      drift += (entry - axis) * passed;
    }
    return [x + drift, y + saved];
  };
}

/** @param {Module} module @param {Box} box */
export function contains(module, box) {
  return box.middle > module.top && box.middle < module.bottom && box.x > module.left && box.x < module.right;
}

/** @param {Module} inner @param {Module} outer */
export function isInside(inner, outer) {
  return inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right;
}

/** Return where the box that stands for a folded module begins and ends. @param {Module} module @param {Move} move */
export function sidesOf(module, move) {
  const [middle] = move(module.entry, module.top);
  const half = 3.25 * module.label.length + 42;
  return [middle - half, middle + half];
}

/**
 * Draw a module's frame around what it holds now, and return how far it reaches.
 * @param {Module} module @param {Move} move @param {number[]} held Ends of what it must reach around.
 */
export function drawFrame(module, move, held) {
  const [[x1, high], [x2, low]] = [move(0, module.top), move(0, module.bottom)];
  const ends = [module.left + Math.min(x1, x2), module.right + Math.max(x1, x2)];
  const left = Math.min(ends[0], ...held.map((x) => x - MARGIN));
  const right = Math.max(ends[1], ...held.map((x) => x + MARGIN));
  module.frame.setAttribute("points", `${left},${high} ${right},${high} ${right},${low} ${left},${low}`);
  module.group.querySelector("text")?.setAttribute("transform", `translate(${left - module.left} ${high - module.top})`);
  return [left, right];
}

/** Bend an arrow, and return where it passes. @param {Arrow} arrow @param {Move} move @returns {number[]} */
export function bend(arrow, move) {
  /** @type {number[]} */
  const passed = [];
  const d = arrow.d.replace(/(-?[\d.]+),(-?[\d.]+)/g, (_, ...place) => {
    const [x, y] = move(Number(place[0]), Number(place[1]));
    passed.push(x);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  arrow.path.setAttribute("d", d);
  const [x, y] = move(0, arrow.tipY);
  arrow.tip?.setAttribute("transform", `translate(${x} ${y - arrow.tipY})`);
  return passed;
}
