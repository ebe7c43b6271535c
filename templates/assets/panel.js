// What the explorer says about the box that was clicked: words, arithmetic, maps, weights, links.

import { filled, written } from "./writing.js";

/**
 * @typedef {{file: string, top: number, width: number, height: number, columns: number, channels: number[], dead: number, node: string}} Grid
 * @typedef {{name: string, shape: number[], mean: number | null, std: number | null, min: number | null, max: number | null, counts: number[]}} Weights
 * @typedef {{words?: string, steps?: string[][], weights?: Weights[], grids?: Record<string, Grid>}} Details
 */

const SVG = "http://www.w3.org/2000/svg";

export class Panel {
  /** @param {HTMLElement} page The explorer. */
  constructor(page) {
    this.page = page;
    this.panel = /** @type {HTMLElement | null} */ (page.querySelector("[data-aa-panel]"));
    /** @type {Promise<Record<string, Details>> | undefined} */
    this.loading = undefined;
    this.turn = 0;
  }

  /** @param {import("./explore.js").Operation} operation @param {string} picture */
  async show(operation, picture) {
    const { panel } = this;
    if (!panel || !operation) return;
    panel.hidden = false;
    for (const name of /** @type {const} */ (["name", "path", "op", "shape"])) this.say(name, operation[name]);
    for (const name of /** @type {const} */ (["row", "netron"])) this.link(name, operation[name]);
    this.turn += 1;
    const { turn } = this;
    this.loading ??= fetch(this.page.dataset.aaFileDetails ?? "").then((reply) => reply.json());
    const details = (await this.loading)[operation.name] ?? {};
    if (turn !== this.turn) return; // another box was clicked meanwhile
    this.say("words", details.words ?? "");
    this.place("steps").replaceChildren(...(details.steps ?? []).flatMap(([what, how]) => [element("dt", what), element("dd", how)]));
    this.place("weights").replaceChildren(...(details.weights ?? []).map((weights) => this.weights(weights)));
    this.grid(details.grids?.[picture]);
  }

  hide() {
    this.turn += 1;
    if (this.panel) this.panel.hidden = true;
  }

  /** @param {string} name */
  place(name) {
    return /** @type {HTMLElement} */ (this.panel?.querySelector(`[data-aa-show="${name}"]`));
  }

  /** @param {string} name @param {string} text */
  say(name, text) {
    this.place(name).textContent = text;
  }

  /** @param {string} name @param {string | undefined} address */
  link(name, address) {
    const link = /** @type {HTMLAnchorElement | null} */ (this.panel?.querySelector(`a[data-aa-link="${name}"]`));
    if (!link) return;
    link.hidden = !address;
    if (address) link.href = `${link.dataset.base ?? ""}${address}`;
  }

  /** @param {Grid | undefined} grid */
  grid(grid) {
    const figure = /** @type {HTMLElement} */ (this.panel?.querySelector(".aa-grid"));
    figure.hidden = !grid;
    if (!grid) return;
    const canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector("canvas"));
    const caption = /** @type {HTMLElement} */ (figure.querySelector("figcaption"));
    Object.assign(canvas, { width: grid.width, height: grid.height });
    const image = new Image();
    image.addEventListener("load", () => canvas.getContext("2d")?.drawImage(image, 0, -grid.top));
    image.src = (this.page.dataset.files ?? "") + grid.file;
    caption.textContent = filled(caption.dataset.sentence ?? "", {
      node: grid.node,
      channels: grid.channels.slice(0, 8).join(", ") + (grid.channels.length > 8 ? " …" : ""),
      dead: (100 * grid.dead).toFixed(1),
    });
  }

  /** One parameter: its name, shape, spread and histogram. @param {Weights} weights */
  weights(weights) {
    const box = element("div", "");
    const sentence = this.place("weights").dataset.sentence ?? "";
    const said = (/** @type {number | null} */ value) => (value === null ? "–" : written(value));
    const numbers = { mean: said(weights.mean), std: said(weights.std), min: said(weights.min), max: said(weights.max) };
    box.append(element("code", weights.name), ` ${weights.shape.join("×")}`, bars(weights.counts), element("span", filled(sentence, numbers)));
    return box;
  }
}

/** @param {number[]} counts */
function bars(counts) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${Math.max(1, counts.length)} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "aa-histogram");
  svg.setAttribute("aria-hidden", "true");
  const highest = Math.max(...counts, 1);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", counts.map((count, place) => `M${place} 1V${1 - count / highest}h1V1z`).join(""));
  svg.append(path);
  return svg;
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
