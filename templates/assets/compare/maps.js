// The same picture at the same output stride in every model; below, how values and weights are spread.

import { colourOf, dashOf, drawn, element, headOf } from "./parts.js";
import { outline } from "../outline.js";
import { filled, written } from "../writing.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{low: number, high: number, counts: number[]}} Histogram */
/** @typedef {{file: string, box: [number, number], dead: string, values: Histogram | null}} Grid */
/** @typedef {{stride: string, name: string, shape: string, weight: string | null, weights: Histogram | null, grids: Record<string, Grid>}} Maps */
/** @typedef {{name: string, histogram: Histogram, place: number}} Series */

const [WIDTH, HEIGHT] = [320, 110];

/** @param {HTMLElement} place @param {Column[]} columns @param {string} picture @param {string} home @param {string} root */
export function fillMaps(place, columns, picture, home, root) {
  const strides = [...new Set(columns.flatMap((column) => column.maps.map((maps) => maps.stride)))];
  strides.sort((a, b) => Number(a) - Number(b));
  place.replaceChildren(...strides.map((stride) => rowOf(place.dataset, stride, columns, picture, home, root)));
}

/** @param {DOMStringMap} words @param {string} stride @param {Column[]} columns @param {string} picture @param {string} home @param {string} root */
function rowOf(words, stride, columns, picture, home, root) {
  const title = element("h4", {}, filled(words.stride, { stride }));
  const side = element("div", { class: "aa-side aa-same", tabindex: "0", role: "region", "aria-label": title.textContent ?? "" });
  /** @type {Series[]} */
  const values = [];
  /** @type {Series[]} */
  const weights = [];
  columns.forEach((column, number) => {
    const maps = column.maps.find((candidate) => candidate.stride === stride);
    const shown = maps && (maps.grids[picture] ? picture : Object.keys(maps.grids)[0]);
    side.append(figureOf(words, column, number, maps, shown, picture, home, root));
    const seen = maps && shown ? maps.grids[shown].values : null;
    if (seen) values.push({ name: column.title, histogram: seen, place: number });
    if (maps?.weights) weights.push({ name: `${column.title}: ${maps.weight}`, histogram: maps.weights, place: number });
  });
  const plots = element("div", { class: "aa-plots" });
  if (values.length) plots.append(plot(words.values ?? "", values));
  if (weights.length) plots.append(plot(words.weights ?? "", weights));
  return element("div", { class: "aa-stride" }, title, side, plots);
}

/** @param {DOMStringMap} words @param {Column} column @param {number} number @param {Maps | undefined} maps @param {string | undefined} shown @param {string} picture @param {string} home @param {string} root */
function figureOf(words, column, number, maps, shown, picture, home, root) {
  const head = headOf(column, number, home);
  if (!maps || !shown) return element("figure", {}, element("figcaption", {}, head, element("span", { class: "aa-part aa-quiet" }, words.none ?? "")));
  const grid = maps.grids[shown];
  const image = element("img", {
    class: "aa-pixels", src: `${root}models/${column.slug}/${grid.file}`, width: String(grid.box[0]), height: String(grid.box[1]), loading: "lazy",
    alt: filled(words.maps, { model: column.title, layer: maps.name }),
  });
  const lines = [element("span", { class: "aa-part" }, element("code", {}, maps.name)), element("span", { class: "aa-part aa-quiet" }, `${maps.shape} · ${grid.dead} ${words.dead} · ${column.weights}`)];
  if (shown !== picture) {
    const title = column.pictures.find((candidate) => candidate.id === shown)?.title ?? shown;
    lines.push(element("span", { class: "aa-part aa-quiet" }, filled(words.other, { picture: title })));
  }
  return element("figure", {}, element("figcaption", {}, head), image, element("figcaption", {}, ...lines));
}

/** Histograms as lines on one axis, each as high as the drawing, so that shapes compare. @param {string} title @param {Series[]} series */
function plot(title, series) {
  const low = Math.min(...series.map(({ histogram }) => histogram.low));
  const high = Math.max(...series.map(({ histogram }) => histogram.high));
  const spread = high - low || 1;
  const names = series.map(({ name }) => name).join("; ");
  const svg = drawn("svg", { class: "aa-chart aa-small-chart", viewBox: `0 -4 ${WIDTH} ${HEIGHT + 22}`, role: "img", "aria-label": `${title}: ${names}` });
  svg.append(drawn("line", { class: "aa-rule", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }));
  if (low < 0 && high > 0) {
    const zero = (-low / spread) * WIDTH;
    svg.append(drawn("line", { class: "aa-rule", x1: zero, x2: zero, y1: 0, y2: HEIGHT }));
    const isFree = Math.min(zero, WIDTH - zero) > 60; // of the labels at both ends
    if (isFree) svg.append(drawn("text", { class: "aa-tick", x: zero, y: HEIGHT + 14, "text-anchor": "middle" }, "0"));
  }
  for (const { histogram, place, name } of series) {
    const d = outline(histogram, [low, high], [WIDTH, HEIGHT]);
    svg.append(drawn("path", { class: "aa-curve-line", d, stroke: colourOf(place), "stroke-dasharray": dashOf(place) }, drawn("title", {}, name)));
  }
  svg.append(drawn("text", { class: "aa-tick", x: 0, y: HEIGHT + 14 }, written(low)), drawn("text", { class: "aa-tick", x: WIDTH, y: HEIGHT + 14, "text-anchor": "end" }, written(high)));
  return element("figure", { class: "aa-shape" }, element("figcaption", {}, title), svg);
}
