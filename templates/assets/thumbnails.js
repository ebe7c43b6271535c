// Feature maps in the boxes of the explorer: each shows its tile of one sheet a picture.

import { set } from "./fold.js";

/** @typedef {import("./explore.js").Info} Info */

const SIDE = 40;
/** Pixels from a box's left edge to its picture. */
const MARGIN = 8;

export class Thumbnails {
  /** @param {SVGSVGElement} svg @param {import("./fold.js").FoldableGraph} graph @param {Info} info @param {string} base */
  constructor(svg, graph, info, base) {
    this.svg = svg;
    this.info = info;
    this.base = base;
    this.picture = "";
    for (const [id, box] of graph.boxes) {
      const frame = this.frame(info.operations[id]?.place);
      if (!frame) continue;
      set(frame, { x: box.left + MARGIN, y: box.middle - SIDE / 2 });
      box.group.append(frame);
    }
    graph.decorate = (cover, module, left, top) => {
      const frame = this.frame(info.operations[graph.lastInside(module)]?.place);
      if (!frame) return;
      set(frame, { x: left, y: top });
      cover.append(frame);
      this.fill(frame);
    };
  }

  /** A window onto the sheet. @param {number | undefined} place */
  frame(place) {
    if (place === undefined) return null;
    const frame = document.createElementNS(this.svg.namespaceURI, "svg");
    set(frame, { class: "aa-thumbnail", width: SIDE, height: SIDE, "data-place": place });
    frame.append(document.createElementNS(this.svg.namespaceURI, "image"));
    return frame;
  }

  /** Show another picture's maps everywhere. @param {string} picture */
  show(picture) {
    this.picture = picture;
    this.svg.querySelectorAll(".aa-thumbnail").forEach((frame) => this.fill(frame));
  }

  /** @param {Element} frame */
  fill(frame) {
    const sheet = this.info.sheets[this.picture];
    if (!sheet) return;
    const place = Number(/** @type {SVGElement} */ (frame).dataset.place);
    const [column, row] = [place % sheet.columns, Math.floor(place / sheet.columns)];
    const rows = Math.ceil(this.count(sheet) / sheet.columns);
    set(frame, { viewBox: `${column * sheet.tile} ${row * sheet.tile} ${sheet.tile} ${sheet.tile}` });
    set(/** @type {Element} */ (frame.firstElementChild), {
      href: this.base + sheet.file,
      width: sheet.columns * sheet.tile,
      height: rows * sheet.tile,
    });
  }

  /** How many tiles the sheet has. @param {import("./explore.js").Sheet} _sheet */
  count(_sheet) {
    const places = Object.values(this.info.operations).map((operation) => operation.place ?? -1);
    return Math.max(...places) + 1;
  }
}
