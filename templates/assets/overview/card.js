// A card beside the disc that is pointed at or focused: the model's row of the table, and who dominates it.

import { inWords } from "./dominance.js";
import { filled } from "../writing.js";

/** @typedef {import("./chart.js").Bubble} Bubble */

const TOLD = ["top1", "macs", "params", "peak_activation_bytes", "latency_ms"];
const GAP = 10;

/** @param {HTMLElement} plot @param {Bubble[]} bubbles @param {HTMLTableElement} table @param {HTMLFormElement} words @param {import("./dominance.js").Judge} judge */
export function showCard(plot, bubbles, table, words, judge) {
  const card = /** @type {HTMLElement | null} */ (plot.querySelector(".aa-bubble-card"));
  if (!card) return;
  const names = new Map([...table.tHead.rows[0].cells].map((head) => [head.dataset.aaKey ?? "", head.textContent]));
  /** @type {Bubble | null} */
  let current = null;
  /** @param {Bubble | null} bubble */
  const show = (bubble) => {
    if (bubble === current) return;
    current?.link.classList.remove("aa-hot");
    current = bubble;
    card.hidden = !bubble;
    if (!bubble) return;
    bubble.link.classList.add("aa-hot");
    const rest = new Set(bubbles.filter(isShown).map(({ model }) => model));
    card.replaceChildren(...content(bubble, names, words, judge, rest));
    place(card, plot, bubble);
  };
  for (const bubble of bubbles) {
    bubble.link.setAttribute("aria-describedby", card.id);
    bubble.link.addEventListener("focus", () => show(bubble));
    bubble.link.addEventListener("blur", () => show(null));
  }
  const svg = /** @type {SVGSVGElement} */ (bubbles[0]?.link.ownerSVGElement);
  svg?.addEventListener("pointermove", (event) => {
    const found = nearest(svg, bubbles, event);
    if (found && found !== current) raise(svg, bubbles, found);
    show(found);
  });
  svg?.addEventListener("pointerleave", () => show(null));
  plot.addEventListener("keydown", (event) => event.key === "Escape" && show(null));
  plot.querySelector(".aa-figure")?.addEventListener("scroll", () => show(null));
}

/** @param {Bubble} bubble */
function isShown({ link }) {
  return !link.classList.contains("aa-out");
}

/** Return the disc under the pointer whose centre is nearest: large ones lie over each other. @param {SVGSVGElement} svg @param {Bubble[]} bubbles @param {PointerEvent} event */
function nearest(svg, bubbles, event) {
  const frame = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / frame.width;
  const [x, y] = [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
  /** @param {Bubble} bubble */
  const distance = (bubble) => Math.hypot(bubble.x - x, bubble.y - y);
  const under = bubbles.filter((bubble) => isShown(bubble) && distance(bubble) <= bubble.radius + 2);
  return under.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** Draw a disc over the others, so that a click follows it; not under the keyboard, which would lose its place. @param {SVGSVGElement} svg @param {Bubble[]} bubbles @param {Bubble} bubble */
function raise(svg, bubbles, bubble) {
  if (bubbles.some(({ link }) => link === document.activeElement)) return;
  svg.insertBefore(bubble.link, svg.querySelector("text.aa-label"));
}

/** @param {Bubble} bubble @param {Map<string, string>} names @param {HTMLFormElement} words @param {import("./dominance.js").Judge} judge @param {Set<import("./models.js").Model>} rest */
function content({ model }, names, words, judge, rest) {
  const { cells } = model;
  const title = element("b", "", model.title);
  const kind = element("span", "aa-quiet", [cells.family.textContent, cells.year.textContent].join(" · "));
  const list = element("dl", "", "");
  for (const key of TOLD) {
    if (!cells[key] || model.numbers[key] === undefined) continue;
    list.append(element("dt", "", names.get(key) ?? ""), element("dd", "", cells[key].textContent + (key === "top1" ? "\u202f%" : "")));
  }
  const { names: others, isWithin } = judge.of(model, rest);
  const verdict = isWithin ? filled(words.dataset.dominated, { names: inWords(others, words) }) : words.dataset.best ?? "";
  return [title, kind, list, element("span", "aa-quiet", cells.tag.textContent), element("span", "", verdict)];
}

/** Put the card beside the disc, on the side with more room, and inside the chart. @param {HTMLElement} card @param {HTMLElement} plot @param {Bubble} bubble */
function place(card, plot, bubble) {
  const [disc, frame] = [bubble.circle.getBoundingClientRect(), plot.getBoundingClientRect()];
  const isRight = disc.left + disc.width / 2 < frame.left + frame.width / 2;
  const left = isRight ? disc.right + GAP : disc.left - GAP - card.offsetWidth;
  const top = disc.top + disc.height / 2 - card.offsetHeight / 2;
  card.style.left = `${Math.max(0, Math.min(frame.width - card.offsetWidth, left - frame.left))}px`;
  card.style.top = `${Math.max(0, top - frame.top)}px`;
}

/** @param {string} tag @param {string} name @param {string} text */
function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
