// Folding a drawn graph: a module's frame shrinks to a small box in place, and what stands below it
// moves up. Heights are mapped by one monotone function, so edges that pass a folded module by keep
// their course. Coordinates are those Graphviz wrote: y grows downwards, everything above zero.

import { arrowOf, boxOf, moduleOf } from "./drawing.js";

/**
 * @typedef {import("./drawing.js").Module} Module
 * @typedef {import("./drawing.js").Box} Box
 * @typedef {import("./drawing.js").Arrow} Arrow
 */

const FOLDED_HEIGHT = 46;
/** Room at the sides, for folded modules that are wider than what they hold. */
const SIDES = 110;

export class FoldableGraph {
  /** @param {SVGSVGElement} svg A drawing of diagram/network.py. */
  constructor(svg) {
    this.svg = svg;
    this.root = /** @type {SVGGElement} */ (svg.querySelector("g.graph"));
    this.fullHeight = svg.viewBox.baseVal.height;
    const { x, y, width, height } = svg.viewBox.baseVal;
    svg.setAttribute("viewBox", `${x - SIDES} ${y} ${width + 2 * SIDES} ${height}`);
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
    }
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
    const place = placement(outermost);
    for (const box of this.boxes.values()) {
      const isHidden = outermost.some((module) => contains(module, box));
      box.group.toggleAttribute("hidden", isHidden);
      box.group.setAttribute("transform", `translate(0 ${place(box.middle) - box.middle})`);
    }
    const links = this.drawArrows(outermost, place);
    for (const module of this.modules.values()) {
      const isHidden = outermost.some((other) => other !== module && isInside(module, other));
      module.group.toggleAttribute("hidden", isHidden || module.folded);
      if (!isHidden && !module.folded) drawFrame(module, place);
    }
    this.covers.replaceChildren(...links, ...outermost.map((module) => this.cover(module, place)));
    this.shrink(place);
  }

  /**
   * Bend every arrow to the new heights; those that end in a folded module become straight links.
   * @param {Module[]} outermost @param {(y: number) => number} place
   */
  drawArrows(outermost, place) {
    /** @type {Map<string, SVGElement>} */
    const links = new Map();
    for (const arrow of this.arrows) {
      const [from, to] = [arrow.from, arrow.to].map((id) => this.boxes.get(id));
      if (!from || !to) continue;
      const [above, below] = [from, to].map((box) => outermost.find((module) => contains(module, box)));
      arrow.group.toggleAttribute("hidden", Boolean(above || below));
      if (!above && !below) bend(arrow, place);
      else if (above !== below) {
        const start = above ? [above.axis, place(above.bottom)] : [from.x, place(from.middle) + from.half];
        const end = below ? [below.axis, place(below.top)] : [to.x, place(to.middle) - to.half];
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

  /** The small box that stands for a folded module. @param {Module} module @param {(y: number) => number} place */
  cover(module, place) {
    const group = document.createElementNS(this.svg.namespaceURI, "g");
    set(group, { class: "aa-folded", tabindex: 0, role: "button", "aria-expanded": "false", "aria-label": module.label });
    group.dataset.module = module.id;
    const width = 6.5 * module.label.length + 84;
    const [left, top] = [module.axis - width / 2, place(module.top) + 2];
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

  /** @param {(y: number) => number} place */
  shrink(place) {
    const saved = place(-this.fullHeight * 2) + this.fullHeight * 2;
    const view = this.svg.viewBox.baseVal;
    const height = this.fullHeight - saved;
    this.svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${height}`);
    // Heights are counted from the bottom, where y is zero: move it up by what was saved.
    this.root.setAttribute("transform", `translate(${this.origin[0]} ${this.origin[1] - saved})`);
  }
}

/** Map heights so that each folded module takes a fixed number of pixels. @param {Module[]} folded */
function placement(folded) {
  return (/** @type {number} */ y) => {
    // Counted upwards from the bottom, where y is zero and stays zero.
    let saved = 0;
    for (const { top, bottom } of folded) {
      const extra = bottom - top - FOLDED_HEIGHT;
      if (y >= bottom) continue;
      saved += y <= top ? extra : extra * ((bottom - y) / (bottom - top));
    }
    return y + saved;
  };
}

/** @param {Module} module @param {(y: number) => number} place */
function drawFrame(module, place) {
  const { left, right, top, bottom } = module;
  const [high, low] = [place(top), place(bottom)];
  module.frame.setAttribute("points", `${left},${high} ${right},${high} ${right},${low} ${left},${low}`);
  module.group.querySelector("text")?.setAttribute("transform", `translate(0 ${high - top})`);
}

/** @param {Element} element @param {Record<string, string | number>} attributes */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** @param {Arrow} arrow @param {(y: number) => number} place */
function bend(arrow, place) {
  const d = arrow.d.replace(/(-?[\d.]+),(-?[\d.]+)/g, (_, x, y) => `${x},${place(Number(y)).toFixed(1)}`);
  arrow.path.setAttribute("d", d);
  arrow.tip?.setAttribute("transform", `translate(0 ${place(arrow.tipY) - arrow.tipY})`);
}

/** @param {Module} module @param {Box} box */
function contains(module, box) {
  return box.middle > module.top && box.middle < module.bottom && box.x > module.left && box.x < module.right;
}

/** @param {Module} inner @param {Module} outer */
function isInside(inner, outer) {
  return inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right;
}
