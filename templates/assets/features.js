// Feature maps as a tool: another scale or other colours, one picture through all layers, the
// figures of each channel, and one of them large. Without scripts the grey sprites stay.

import { colourTable, drawKey, greyTable } from "./colours.js";
import { Enlarger } from "./enlarge.js";
import { boxOf, readPixels, sharedRange, tileAt, tone } from "./tiles.js";
import { filled, percent, written } from "./writing.js";

/** @typedef {import("./tiles.js").Grid} Grid */
/** @typedef {{input: number[], grids: Grid[]}} GridFile */

/** @param {HTMLElement} frame */
export function showFeatures(frame) {
  new Features(frame).start();
}

export class Features {
  /** @param {HTMLElement} frame */
  constructor(frame) {
    this.frame = frame;
    this.form = /** @type {HTMLFormElement} */ (frame.querySelector("form"));
    this.figures = /** @type {HTMLElement[]} */ ([...frame.querySelectorAll("figure[data-aa-grid]")]);
    this.table = greyTable();
    this.enlarger = new Enlarger(this);
    this.near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.draw(/** @type {HTMLElement} */ (entry.target));
    });
  }

  start() {
    this.form.hidden = false;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => this.change());
    this.figures.forEach((figure) => this.makeExplorable(figure));
    this.change();
  }

  /** Ask for the figures once, when somebody wants them. @returns {Promise<GridFile>} */
  grids() {
    this.loading ??= fetch(this.frame.dataset.aaFileGrids ?? "").then((reply) => reply.json());
    return this.loading;
  }

  /** @param {HTMLElement} figure */
  async gridOf(figure) {
    return (await this.grids()).grids[Number(figure.dataset.aaGrid)];
  }

  /** @param {string} name Of a choice. */
  choice(name) {
    return String(new FormData(this.form).get(name));
  }

  get isOriginal() {
    return this.choice("scale") === "own" && this.choice("colours") === "grey";
  }

  change() {
    const oneByOne = this.choice("view") === "layers";
    const picture = /** @type {HTMLSelectElement} */ (this.form.elements.namedItem("picture"));
    picture.disabled = !oneByOne;
    this.frame.classList.toggle("aa-by-layer", oneByOne);
    for (const figure of /** @type {NodeListOf<HTMLElement>} */ (this.frame.querySelectorAll("figure[data-image]"))) {
      figure.hidden = oneByOne && figure.dataset.image !== picture.value;
    }
    this.table = this.choice("colours") === "colour" ? colourTable() : greyTable();
    drawKey(/** @type {HTMLCanvasElement} */ (this.form.querySelector("canvas")), this.table);
    this.near.disconnect();
    for (const figure of this.figures) {
      if (this.isOriginal) figure.querySelector("canvas")?.remove();
      else this.near.observe(figure);
    }
  }

  /** Draw a grid anew over its sprite. @param {HTMLElement} figure */
  async draw(figure) {
    this.near.unobserve(figure);
    const [pixels, grid] = await this.toned(figure);
    if (this.isOriginal) return;
    const link = /** @type {HTMLElement} */ (figure.querySelector("a"));
    const canvas = link.querySelector("canvas") ?? link.appendChild(document.createElement("canvas"));
    [canvas.width, canvas.height] = [grid.width, grid.height];
    canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  }

  /** Return a grid's pixels in the chosen scale and colours. @param {HTMLElement} figure @returns {Promise<[ImageData, Grid]>} */
  async toned(figure) {
    const grid = await this.gridOf(figure);
    const pixels = await readPixels(/** @type {HTMLImageElement} */ (figure.querySelector("img")), grid);
    tone(pixels, grid, this.choice("scale") === "shared" ? await this.rangeOf(figure) : null, this.table);
    return [pixels, grid];
  }

  /** Return the range of a layer over all pictures. @param {HTMLElement} figure */
  async rangeOf(figure) {
    const { grids } = await this.grids();
    const row = /** @type {HTMLElement[]} */ ([...(figure.parentElement?.querySelectorAll("[data-aa-grid]") ?? [])]);
    return sharedRange(row.map((one) => grids[Number(one.dataset.aaGrid)]));
  }

  /** @param {HTMLElement} figure */
  makeExplorable(figure) {
    const link = /** @type {HTMLElement} */ (figure.querySelector("a"));
    const status = /** @type {HTMLElement} */ (figure.querySelector("[data-aa-status]"));
    const summary = [...status.childNodes];
    const mark = document.createElement("i");
    mark.className = "aa-mark";
    let place = 0;

    const show = async (/** @type {(grid: Grid) => number} */ choose) => {
      const grid = await this.gridOf(figure);
      const chosen = choose(grid);
      if (chosen < 0 || chosen >= grid.channels.length) return;
      place = chosen;
      const box = boxOf(grid, place);
      link.append(mark);
      mark.style.inset = [
        box.top / grid.height, 1 - (box.left + box.width) / grid.width,
        1 - (box.top + box.height) / grid.height, box.left / grid.width,
      ].map((share) => `${100 * share}%`).join(" ");
      status.textContent = this.describe(grid, place);
    };
    const forget = () => {
      mark.remove();
      status.replaceChildren(...summary);
    };
    const under = (/** @type {MouseEvent} */ event) => (/** @type {Grid} */ grid) => {
      const frame = link.getBoundingClientRect();
      return tileAt(grid, (event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height);
    };

    link.addEventListener("pointermove", (event) => show(under(event)));
    link.addEventListener("pointerleave", () => document.activeElement !== link && forget());
    link.addEventListener("focus", () => {
      status.setAttribute("role", "status");
      if (link.matches(":focus-visible")) show(() => place);
    });
    link.addEventListener("blur", forget);
    link.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: "row", ArrowUp: "-row" }[event.key];
      if (!step) return;
      event.preventDefault();
      show((grid) => place + (step === "row" ? grid.columns : step === "-row" ? -grid.columns : Number(step)));
    });
    link.addEventListener("click", async (event) => {
      event.preventDefault(); // the sprite itself is for readers without scripts
      if (event.detail > 0) await show(under(event));
      this.enlarger.open(figure, place);
    });
  }

  /** @param {Grid} grid @param {number} place */
  describe(grid, place) {
    return filled(this.frame.dataset.status ?? "", {
      number: grid.channels[place], mean: written(grid.means[place]), zeros: percent(grid.zeros[place]),
      low: written(grid.lows[place]), high: written(grid.highs[place]),
    });
  }
}
