// One channel large, beside the picture: a frame there shows the pixels that the marked value sees.

import { boxOf, cut, readPixels } from "./tiles.js";
import { filled, percent, written } from "./writing.js";

/** @typedef {import("./tiles.js").Grid} Grid */

export class Enlarger {
  /** @param {import("./features.js").Features} features */
  constructor(features) {
    this.features = features;
    this.dialog = /** @type {HTMLDialogElement} */ (features.frame.querySelector("dialog"));
    this.map = /** @type {HTMLElement} */ (this.dialog.querySelector("[data-aa-map]"));
    this.place = 0;
    this.at = [0, 0];
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("[data-aa-step]"))) {
      button.addEventListener("click", () => this.step(Number(button.dataset.aaStep)));
    }
    this.map.addEventListener("pointermove", (event) => this.point(event));
    this.map.addEventListener("click", (event) => this.point(event));
    this.map.addEventListener("keydown", (event) => this.move(event));
    // A click beside the window closes it; Esc does so by itself, and the focus returns.
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("close", () => /** @type {HTMLElement | null} */ (this.figure?.querySelector("a"))?.focus());
  }

  /** @param {HTMLElement} figure @param {number} place Of the channel, in order of strength. */
  async open(figure, place) {
    this.figure = figure;
    this.input = (await this.features.grids()).input;
    this.grid = await this.features.gridOf(figure);
    this.original = await readPixels(/** @type {HTMLImageElement} */ (figure.querySelector("img")), this.grid);
    [this.toned] = await this.features.toned(figure);
    this.choose(place);
    if (!this.dialog.open) this.dialog.showModal();
    this.map.focus();
  }

  /** @param {number} by */
  step(by) {
    const next = this.place + by;
    if (this.grid && next >= 0 && next < this.grid.channels.length) this.choose(next);
  }

  /** @param {number} place */
  choose(place) {
    const { grid, toned, original, figure } = this;
    if (!grid || !toned || !original || !figure) return;
    this.place = place;
    const box = boxOf(grid, place);
    const canvas = /** @type {HTMLCanvasElement} */ (this.map.querySelector("canvas"));
    [canvas.width, canvas.height] = [box.width, box.height];
    canvas.getContext("2d")?.putImageData(cut(toned, box), 0, 0);
    this.map.style.aspectRatio = `${box.width} / ${box.height}`;
    this.map.querySelector("svg")?.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    this.greys = cut(original, box);
    for (const image of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("img"))) {
      image.hidden = image.dataset.image !== figure.dataset.image;
    }
    const row = /** @type {HTMLElement | null} */ (figure.closest("[data-aa-row]"));
    this.say("row", row?.dataset.aaRow ?? "");
    this.say("channel", filled(this.features.frame.dataset.channel ?? "", { number: grid.channels[place] }));
    this.say("picture", figure.dataset.picture ?? "");
    const strongest = brightest(this.greys);
    this.mark([strongest % box.width, Math.floor(strongest / box.width)]);
  }

  /** Mark a value, and the pixels it sees. @param {number[]} at Column and row of the tile. */
  mark([x, y]) {
    const { grid, greys, input } = this;
    if (!grid || !greys || !input || x < 0 || y < 0 || x >= greys.width || y >= greys.height) return;
    this.at = [x, y];
    frame(this.map, x, y, 1, 1);
    const [, rows, columns] = grid.shape;
    const row = Math.floor(((y + 0.5) / greys.height) * rows);
    const column = Math.floor(((x + 0.5) / greys.width) * columns);
    const { dataset } = this.features.frame;
    const stage = /** @type {HTMLElement} */ (this.dialog.querySelector(".aa-stage"));
    const sees = grid.field && grid.field[0].some((size, axis) => size < input[axis]);
    if (grid.field && sees) {
      const [[height, width], [down, right], [top, left]] = grid.field;
      frame(stage, left + column * right, top + row * down, width, height);
      this.say("patch", filled(dataset.patch ?? "", { field: `${height}×${width}` }));
    } else {
      frame(stage, 0, 0, input[1], input[0]);
      this.say("patch", dataset.whole ?? "");
    }
    const [low, high] = [grid.lows[this.place], grid.highs[this.place]];
    const value = low + (greys.data[4 * (y * greys.width + x)] / 255) * (high - low);
    this.say("statistics", filled(dataset.statistics ?? "", {
      mean: written(grid.means[this.place]), zeros: percent(grid.zeros[this.place]), low: written(low), high: written(high),
      value: written(value), row: row + 1, column: column + 1, size: `${rows}×${columns}`,
    }));
  }

  /** @param {MouseEvent} event */
  point(event) {
    const box = this.map.getBoundingClientRect();
    const { width, height } = this.greys ?? { width: 0, height: 0 };
    this.mark([Math.floor(((event.clientX - box.left) / box.width) * width), Math.floor(((event.clientY - box.top) / box.height) * height)]);
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    this.mark([this.at[0] + step[0], this.at[1] + step[1]]);
  }

  /** @param {string} name @param {string} text */
  say(name, text) {
    const place = this.dialog.querySelector(`[data-aa-show="${name}"]`);
    if (place) place.textContent = text;
  }
}

/** @param {Element} stage @param {number} x @param {number} y @param {number} width @param {number} height */
function frame(stage, x, y, width, height) {
  const rect = stage.querySelector("rect");
  for (const [name, value] of Object.entries({ x, y, width, height })) rect?.setAttribute(name, String(value));
}

/** @param {ImageData} tile */
function brightest(tile) {
  let best = 0;
  for (let place = 0; place < tile.data.length / 4; place += 1) if (tile.data[4 * place] > tile.data[4 * best]) best = place;
  return best;
}
