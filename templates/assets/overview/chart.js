// The chart, filtered with the table: who is left out fades, the front is drawn among the others, a card tells the numbers.

import { showCard } from "./card.js";
import { makeRoom } from "./names.js";

/** @typedef {import("./models.js").Model} Model */
/** @typedef {import("./dominance.js").Judge} Judge */
/** @typedef {{model: Model, link: SVGAElement, circle: SVGCircleElement, x: number, y: number, radius: number, label: SVGTextElement | null, lead: Element | null, isOut: boolean}} Bubble */

const MANY = 200; // discs that a browser does not fade smoothly

/** @param {Model[]} models @param {HTMLTableElement} table @param {HTMLFormElement} words @param {{table: Judge, chart: Judge}} judges */
export function makeChart(models, table, words, judges) {
  const judge = judges.chart;
  const plot = /** @type {HTMLElement | null} */ (document.querySelector(".aa-plot"));
  const svg = /** @type {SVGSVGElement | null} */ (plot?.querySelector("svg.aa-chart") ?? null);
  if (!plot || !svg) return { show: () => undefined };
  const bySlug = new Map(models.map((model) => [model.slug, model]));
  const labels = new Map([...svg.querySelectorAll("text.aa-label")].map((label) => [/** @type {SVGTextElement} */ (label).dataset.aaSlug, /** @type {SVGTextElement} */ (label)]));
  const bubbles = [...svg.querySelectorAll("a.aa-bubble")].flatMap((link) => {
    const model = bySlug.get(/** @type {SVGAElement} */ (link).dataset.aaSlug ?? "");
    return model ? [read(labels.get(model.slug) ?? null, /** @type {SVGAElement} */ (link), model)] : [];
  });
  const front = svg.querySelector(".aa-front");
  svg.classList.toggle("aa-many", bubbles.length > MANY);
  showCard(plot, bubbles, table, words, judges.table);
  makeFamiliesGlow(plot, bubbles);
  const tell = makeRoom(svg, bubbles);
  return {
    /** @param {Set<Model>} shown */
    show: (shown) => {
      const best = new Set(judge.beaten.size > 0 ? judge.best(shown) : []);
      for (const bubble of bubbles) {
        const isOut = !shown.has(bubble.model);
        if (isOut !== bubble.isOut) {
          bubble.isOut = isOut;
          bubble.link.classList.toggle("aa-out", isOut);
          for (const part of [bubble.label, bubble.lead]) part?.classList.toggle("aa-out", isOut);
          bubble.link.setAttribute("tabindex", isOut ? "-1" : "0");
        }
        if (judge.beaten.size > 0) bubble.link.classList.toggle("aa-best", best.has(bubble.model));
      }
      tell();
      if (front && judge.beaten.size > 0) front.setAttribute("d", stairs(bubbles.filter(({ model }) => best.has(model)), front));
    },
  };
}

/** @param {SVGTextElement | null} label @param {SVGAElement} link @param {Model} model @returns {Bubble} */
function read(label, link, model) {
  const circle = /** @type {SVGCircleElement} */ (link.querySelector("circle"));
  const title = circle.querySelector("title");
  link.setAttribute("aria-label", title?.textContent ?? model.title);
  title?.remove(); // the card says more, and at once
  const lead = link.ownerSVGElement?.querySelector(`.aa-leader[data-aa-slug="${CSS.escape(model.slug)}"]`) ?? null;
  return { model, link, circle, label, lead, x: circle.cx.baseVal.value, y: circle.cy.baseVal.value, radius: circle.r.baseVal.value, isOut: false };
}

/** Join the best by steps: what can be reached with at most so many MACs. @param {Bubble[]} best @param {Element} front */
function stairs(best, front) {
  if (best.length === 0) return "";
  const { right, bottom } = /** @type {SVGElement} */ (front).dataset;
  const sorted = [...best].sort((a, b) => a.x - b.x);
  return `M${sorted[0].x} ${bottom}${sorted.map(({ x, y }) => `H${x}V${y}`).join("")}H${right}`;
}

/** Show which discs are of a family while its name is pointed at. @param {HTMLElement} plot @param {Bubble[]} bubbles */
function makeFamiliesGlow(plot, bubbles) {
  for (const label of plot.querySelectorAll(".aa-legend label")) {
    const family = label.querySelector("input")?.value;
    /** @param {boolean} isOn */
    const glow = (isOn) => {
      plot.classList.toggle("aa-glowing", isOn && bubbles.some(({ model }) => model.family === family));
      for (const { model, link } of bubbles) link.classList.toggle("aa-glow", isOn && model.family === family);
    };
    for (const type of ["pointerenter", "focusin"]) label.addEventListener(type, () => glow(true));
    for (const type of ["pointerleave", "focusout"]) label.addEventListener(type, () => glow(false));
  }
}
