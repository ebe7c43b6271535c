// How costs add up from input to output, and how the receptive field grows: one line a model.

import { colourOf, dashOf, drawn, element, swatch } from "./parts.js";
import { counted, exact } from "../writing.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{path: string[], work: number[], params: number[], macs: number[], activations: number[], field: (number | null)[]}} Profile */
/** @typedef {{at: number, value: number, path: string}} Point */
/** @typedef {{title: string, place: number, points: Point[]}} Line */

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [480, 240, 52, 10, 10, 34];
const STEPS = 5; // marks that an axis can hold

/** @param {HTMLElement} section @param {Column[]} columns */
export function fillCurves(section, columns) {
  const form = /** @type {HTMLFormElement} */ (section.querySelector("form"));
  const draw = () => {
    const [along, scale] = ["along", "scale"].map((name) => String(new FormData(form).get(name)));
    for (const figure of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("figure[data-aa-curve]"))) {
      const lines = columns.map((column, place) => lineOf(column, place, figure.dataset.aaCurve ?? "", along, scale));
      chart(figure, lines.filter((line) => line.points.length), scale === "share" && figure.dataset.aaCurve !== "field", section);
    }
  };
  form.oninput = draw;
  form.onsubmit = (event) => event.preventDefault();
  draw();
}

/** @param {Column} column @param {number} place @param {string} measure @param {string} along @param {string} scale @returns {Line} */
function lineOf({ title, profile }, place, measure, along, scale) {
  const values = /** @type {(number | null)[]} */ (profile[/** @type {keyof Profile} */ (measure)]);
  const last = measure === "field" || scale !== "share" ? 1 : values[values.length - 1] || 1;
  const points = values.flatMap((value, number) => {
    if (value === null) return [];
    const at = along === "work" ? profile.work[number] : (number + 1) / values.length;
    return [{ at, value: value / last, path: profile.path[number] }];
  });
  return { title, place, points };
}

/** @param {HTMLElement} figure @param {Line[]} lines @param {boolean} isShare @param {HTMLElement} section */
function chart(figure, lines, isShare, section) {
  const name = figure.querySelector("figcaption b")?.textContent ?? "";
  const marks = roundMarks(Math.max(...lines.flatMap((line) => line.points.map((point) => point.value)), 0) || 1);
  const top = marks[marks.length - 1];
  const [x, y] = [(/** @type {number} */ at) => LEFT + at * (WIDTH - LEFT - RIGHT), (/** @type {number} */ value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)];
  const write = isShare ? (/** @type {number} */ value) => `${Math.round(100 * value)}\u202f%` : figure.dataset.aaCurve === "field" ? exact : counted;
  const svg = drawn("svg", { class: "aa-chart aa-small-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": described(name, lines, write) });
  for (const mark of marks) {
    svg.append(drawn("line", { class: "aa-rule", x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark) }));
    svg.append(drawn("text", { class: "aa-tick", x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" }, write(mark)));
  }
  for (const step of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(drawn("text", { class: "aa-tick", x: x(step), y: HEIGHT - BOTTOM + 16, "text-anchor": step === 1 ? "end" : "middle" }, `${100 * step}\u202f%`));
  }
  for (const line of lines) {
    const path = line.points.map((point) => `${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`).join("L");
    const isGrowing = figure.dataset.aaCurve !== "field";
    const start = isGrowing ? `${x(0)} ${y(0)}L` : "";
    svg.append(drawn("path", { class: "aa-curve-line", d: `M${start}${path}`, stroke: colourOf(line.place), "stroke-dasharray": dashOf(line.place) }));
  }
  const cursor = drawn("line", { class: "aa-cursor", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
  svg.append(cursor);
  figure.querySelector("svg")?.remove();
  figure.append(svg);
  read(svg, cursor, lines, write, /** @type {HTMLElement} */ (figure.querySelector("[data-aa-values]")), section);
}

/** Return round numbers from 0 to where all values fit. @param {number} most */
function roundMarks(most) {
  const power = 10 ** Math.floor(Math.log10(most / STEPS));
  const step = power * (/** @type {number} */ ([1, 2, 5, 10].find((times) => power * times * STEPS >= most * 0.999999)));
  return Array.from({ length: Math.ceil(most / step - 1e-6) + 1 }, (_, number) => number * step);
}

/** Say what the lines are at the pointer. @param {SVGElement} svg @param {SVGElement} cursor @param {Line[]} lines @param {(value: number) => string} write @param {HTMLElement} place @param {HTMLElement} section */
function read(svg, cursor, lines, write, place, section) {
  const say = (/** @type {number} */ at) => {
    place.replaceChildren(...lines.map((line) => {
      const point = line.points.find((candidate) => candidate.at >= at) ?? line.points[line.points.length - 1];
      return element("span", { title: point.path }, swatch(line.place), ` ${line.title}: ${write(point.value)}`);
    }));
  };
  say(1);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const at = Math.max(0, Math.min(1, (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT)));
    for (const other of section.querySelectorAll(".aa-cursor")) other.setAttribute("visibility", "hidden");
    const x = String(LEFT + at * (WIDTH - LEFT - RIGHT));
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    say(at);
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    say(1);
  });
}

/** @param {string} name @param {Line[]} lines @param {(value: number) => string} write */
function described(name, lines, write) {
  return [name, ...lines.map((line) => `${line.title}: ${write(line.points[line.points.length - 1].value)}`)].join("; ");
}
