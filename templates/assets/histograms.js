// Histograms of two parameters over each other, and the vectors of a BatchNorm layer.

import { outline } from "./outline.js";
import { written } from "./writing.js";

/** @typedef {{low: number, high: number, counts: number[]}} Histogram */

const [WIDTH, HEIGHT] = [640, 160];

/** @param {HTMLElement} figure */
export function showHistograms(figure) {
  const form = /** @type {HTMLFormElement} */ (figure.querySelector("form"));
  const choices = /** @type {HTMLSelectElement[]} */ ([...form.querySelectorAll("select")]);
  /** @type {Promise<Record<string, Histogram>> | undefined} */
  let loading;
  const load = () => {
    loading ??= fetch(figure.dataset.aaFileHistograms ?? "").then((reply) => reply.json());
    return loading;
  };
  const fill = async () => {
    const names = Object.keys(await load());
    for (const choice of choices) {
      if (choice.options.length > 1) continue;
      choice.replaceChildren(...names.map((name) => new Option(name, name, false, name === choice.dataset.value)));
    }
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", async () => draw(figure, choices.map((choice) => choice.value), await load()));
  new IntersectionObserver(async ([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    await fill();
  }).observe(figure);
}

/** @param {HTMLElement} figure @param {string[]} names @param {Record<string, Histogram>} histograms */
function draw(figure, names, histograms) {
  const chosen = names.map((name) => histograms[name]);
  const low = Math.min(...chosen.map((histogram) => histogram.low));
  const high = Math.max(...chosen.map((histogram) => histogram.high));
  ["first", "second"].forEach((series, number) => {
    figure.querySelector(`path.aa-${series}`)?.setAttribute("d", outline(chosen[number], [low, high], [WIDTH, HEIGHT]));
    const label = figure.querySelector(`[data-aa-name="${number + 1}"]`);
    if (label) label.textContent = names[number];
  });
  const zero = /** @type {SVGElement} */ (figure.querySelector(".aa-zero"));
  zero.setAttribute("visibility", low < 0 && high > 0 ? "visible" : "hidden");
  const at = ((-low / (high - low)) * WIDTH).toFixed(1);
  zero.setAttribute("x1", at);
  zero.setAttribute("x2", at);
  for (const [name, value] of /** @type {[string, number][]} */ ([["low", low], ["high", high]])) {
    const label = figure.querySelector(`text.aa-${name}`);
    if (label) label.textContent = written(value);
  }
}

/** Draw every channel's values, least first, when a layer is opened. @param {HTMLElement} details */
export function showNorm(details) {
  details.addEventListener("toggle", async () => {
    const place = /** @type {HTMLElement} */ (details.querySelector("[data-aa-plots]"));
    if (place.dataset.drawn) return;
    place.dataset.drawn = "true";
    const layers = await (await fetch(details.dataset.aaFile ?? "")).json();
    const vectors = Object.entries(layers[details.dataset.aaNorm ?? ""] ?? {});
    place.replaceChildren(...vectors.map(([symbol, values]) => curve(symbol, values)));
  });
}

/** @param {string} symbol @param {(number | null)[]} values */
function curve(symbol, values) {
  const sorted = /** @type {number[]} */ (values.filter((value) => value !== null)).sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const last = Math.max(1, sorted.length - 1);
  const points = sorted.map((value, place) => `${((100 * place) / last).toFixed(1)} ${(30 - (28 * (value - low)) / (high - low || 1)).toFixed(1)}`);
  const figure = document.createElement("figure");
  figure.className = "aa-curve";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 32");
  svg.setAttribute("preserveAspectRatio", "none");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", points.length ? `M${points.join("L")}` : "");
  svg.append(path);
  const caption = document.createElement("figcaption");
  caption.textContent = sorted.length ? `${symbol}: ${written(low)} … ${written(high)}` : `${symbol}: –`;
  figure.append(svg, caption);
  return figure;
}
