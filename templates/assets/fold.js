// Folding a drawn graph: a module's frame shrinks to a small box in place, and what stands below it
// moves up, and below what enters the module.

import { arrowOf, boxOf, moduleOf } from "./drawing.js";
import { bend, contains, drawFrame, FOLDED_HEIGHT, isInside, movement, sidesOf } from "./moves.js";

/**
 * @typedef {import("./drawing.js").Module} Module
 * @typedef {import("./drawing.js").Box} Box
 * @typedef {import("./drawing.js").Arrow} Arrow
 * @typedef {import("./moves.js").Move} Move
 */

/** Room at the sides. */
const SIDES = 16;

export class FoldableGraph {
  /** @param {SVGSVGElement} svg A drawing of diagram/network.py. */
  constructor(svg) {
    this.svg = svg;
    this.root = /** @type {SVGGElement} */ (svg.querySelector("g.graph"));
    this.fullHeight = svg.viewBox.baseVal.height;
    const moved = /translate\(([-\d.]+)[ ,]+([-\d.]+)\)/.exec(this.root.getAttribute("transform") ?? "");
    this.origin = moved ? [Number(moved[1]), Number(moved[2])] : [0, this.fullHeight];
    /** @type {Map<string, Box>} */
    this.boxes = new Map([...this.root.querySelectorAll(":scope > g.node")].map((g) => [g.id, boxOf(g)]));
    /** @type {Arrow[]} */
    this.arrows = [...this.root.querySelectorAll(":scope > g.edge")].map(arrowOf);
    /** @type {Map<string, Module>} */
    this.modules = new Map([...this.root.querySelectorAll(":scope > g.cluster")].map((g) => [g.id, moduleOf(g)]));
    for (const module of this.modules.values()) {
      module.canFold = this.hasRowsForItself(module);
      module.axis = this.boxes.get(this.lastInside(module))?.x ?? (module.left + module.right) / 2;
      module.entry = this.nearestBefore(module)?.x ?? module.axis;
    }
    /** How far what is seen reaches to the left and to the right. */
    this.reach = [0, 0];
    /** Put more onto a folded module. @type {((cover: Element, module: Module, left: number, top: number) => void) | undefined} */
    this.decorate = undefined;
    this.covers = document.createElementNS(svg.namespaceURI, "g");
    this.root.append(this.covers);
  }

  /** A module can fold in place if nothing else stands beside it. @param {Module} module */
  hasRowsForItself(module) {
    return [...this.boxes.values()].every(
      (box) => contains(module, box) || box.middle < module.top || box.middle > module.bottom,
    );
  }

  /** Fold exactly these modules, and lay the drawing out anew. @param {Iterable<string>} ids */
  fold(ids) {
    const wanted = new Set(ids);
    for (const module of this.modules.values()) module.folded = module.canFold && wanted.has(module.id);
    this.layOut();
  }

  /** Return the last operation inside a module: what leaves it. @param {Module} module */
  lastInside(module) {
    const inside = [...this.boxes].filter(([, box]) => contains(module, box)).map(([id]) => id);
    return inside.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))).pop() ?? "";
  }

  /** Return the lowest operation outside whose value enters a module. @param {Module} module */
  nearestBefore(module) {
    const entering = this.arrows.map(({ from, to }) => [from, to].map((id) => this.boxes.get(id)));
    const before = entering.flatMap(([from, to]) => (from && to && contains(module, to) && !contains(module, from) ? [from] : []));
    return before.sort((a, b) => a.middle - b.middle).pop();
  }

  /** Open every module around a box. @param {string} id */
  reveal(id) {
    const box = this.boxes.get(id);
    if (!box) return;
    for (const module of this.modules.values()) if (contains(module, box)) module.folded = false;
    this.layOut();
  }

  layOut() {
    const folded = [...this.modules.values()].filter((module) => module.folded);
    const outermost = folded
      .filter((module) => !folded.some((other) => other !== module && isInside(module, other)))
      .sort((a, b) => a.top - b.top);
    const move = movement(outermost);
    this.reach = [Infinity, -Infinity];
    for (const box of this.boxes.values()) {
      const isHidden = outermost.some((module) => contains(module, box));
      const [x, y] = move(box.x, box.middle);
      box.group.toggleAttribute("hidden", isHidden);
      box.group.setAttribute("transform", `translate(${x - box.x} ${y - box.middle})`);
      if (!isHidden) this.include(x - (box.x - box.left), x + (box.x - box.left));
    }
    const links = this.drawArrows(outermost, move);
    for (const module of this.modules.values()) {
      const isHidden = outermost.some((other) => other !== module && isInside(module, other));
      module.group.toggleAttribute("hidden", isHidden || module.folded);
      const covers = outermost.filter((other) => isInside(other, module)).flatMap((other) => sidesOf(other, move));
      if (!isHidden && !module.folded) this.include(...drawFrame(module, move, covers));
    }
    this.covers.replaceChildren(...links, ...outermost.map((module) => this.cover(module, move)));
    this.shrink(move);
  }

  /** @param {...number} xs Something to be seen is there. */
  include(...xs) {
    this.reach = [Math.min(this.reach[0], ...xs), Math.max(this.reach[1], ...xs)];
  }

  /**
   * Bend every arrow to the new places; those that end in a folded module become straight links.
   * @param {Module[]} outermost @param {Move} move
   */
  drawArrows(outermost, move) {
    /** @type {Map<string, SVGElement>} */
    const links = new Map();
    for (const arrow of this.arrows) {
      const [from, to] = [arrow.from, arrow.to].map((id) => this.boxes.get(id));
      if (!from || !to) continue;
      const [above, below] = [from, to].map((box) => outermost.find((module) => contains(module, box)));
      arrow.group.toggleAttribute("hidden", Boolean(above || below));
      if (!above && !below) this.include(...bend(arrow, move));
      else if (above !== below) {
        const start = above ? move(above.axis, above.bottom) : lowered(move(from.x, from.middle), from.half);
        const end = below ? move(below.entry, below.top) : lowered(move(to.x, to.middle), -to.half);
        links.set(String([start, end]), this.link(start, end));
      }
    }
    return links.values();
  }

  /** @param {number[]} start @param {number[]} end */
  link([x1, y1], [x2, y2]) {
    const path = document.createElementNS(this.svg.namespaceURI, "path");
    set(path, { class: "aa-link", d: `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}` });
    return /** @type {SVGElement} */ (path);
  }

  /** The small box that stands for a folded module. @param {Module} module @param {Move} move */
  cover(module, move) {
    const group = document.createElementNS(this.svg.namespaceURI, "g");
    set(group, { class: "aa-folded", tabindex: 0, role: "button", "aria-expanded": "false", "aria-label": module.label });
    group.dataset.module = module.id;
    const [left, right] = sidesOf(module, move);
    const [top, width] = [move(0, module.top)[1] + 2, right - left];
    this.include(left, right);
    const height = FOLDED_HEIGHT - 4;
    const box = document.createElementNS(this.svg.namespaceURI, "rect");
    const text = document.createElementNS(this.svg.namespaceURI, "text");
    set(box, { x: left, y: top, width, height, rx: 5 });
    set(text, { x: left + 50, y: top + height / 2 + 4 });
    text.textContent = `＋ ${module.label}`;
    group.append(box, text);
    this.decorate?.(group, module, left + 3, top + 1);
    return group;
  }

  /** @param {Move} move */
  shrink(move) {
    const saved = move(0, -this.fullHeight * 2)[1] + this.fullHeight * 2;
    const [left, right] = this.reach;
    const [x, width] = [left + this.origin[0] - SIDES, right - left + 2 * SIDES];
    this.svg.setAttribute("viewBox", `${x} ${this.svg.viewBox.baseVal.y} ${width} ${this.fullHeight - saved}`);
    // Heights are counted from the bottom, where y is zero: move it up by what was saved.
    this.root.setAttribute("transform", `translate(${this.origin[0]} ${this.origin[1] - saved})`);
  }

  /** Return how far from the left edge of the drawing its input is. */
  get entrance() {
    return (this.boxes.get("n0")?.x ?? 0) + this.origin[0] - this.svg.viewBox.baseVal.x;
  }
}

/** @param {number[]} place @param {number} by @returns {number[]} */
function lowered([x, y], by) {
  return [x, y + by];
}

/** @param {Element} element @param {Record<string, string | number>} attributes */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
