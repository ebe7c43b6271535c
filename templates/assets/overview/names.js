// Names that a crowd pushed out of the chart come back where filtering makes room for them.

/** @typedef {import("./chart.js").Bubble} Bubble */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

const [CHARACTER, CAPITAL, RISE, FALL, GAP] = [7.2, 9.6, 11, 3, 5];
const MOST = 80; // more names than that nobody reads

/** @param {SVGSVGElement} svg @param {Bubble[]} bubbles @returns {() => void} To be called when other models are shown. */
export function makeRoom(svg, bubbles) {
  const frame = { left: 0, top: 0, right: svg.viewBox.baseVal.width, bottom: svg.viewBox.baseVal.height - 44 };
  const crowded = bubbles.filter(({ label }) => label?.classList.contains("aa-crowded"));
  const isCrowded = new Set(crowded);
  /** @type {Bubble[]} */
  let placed = [];
  return () => {
    for (const { label } of placed) label?.classList.add("aa-crowded");
    placed = [];
    const shown = bubbles.filter(({ link }) => !link.classList.contains("aa-out"));
    if (shown.length === bubbles.length || shown.length > MOST) return; // as the build laid them out
    const taken = shown.map(({ x, y, radius }) => ({ left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }));
    for (const bubble of shown) if (!isCrowded.has(bubble)) taken.push(written(bubble));
    const waiting = shown.filter((bubble) => isCrowded.has(bubble)).sort((a, b) => Number(isBest(b)) - Number(isBest(a)));
    for (const bubble of waiting) {
      const box = place(bubble, taken, frame);
      if (box) taken.push(box);
      if (box) placed.push(bubble);
    }
  };
}

/** @param {Bubble} bubble */
function isBest({ link }) {
  return link.classList.contains("aa-best");
}

/** Return where a name stands already. @param {Bubble} bubble @returns {Box} */
function written({ label }) {
  const letters = [...(label?.textContent ?? "")];
  const width = letters.reduce((sum, letter) => sum + (/\p{Lu}/u.test(letter) ? CAPITAL : CHARACTER), 0);
  const [x, y] = [Number(label?.getAttribute("x")), Number(label?.getAttribute("y"))];
  const before = { start: 0, middle: width / 2, end: width }[label?.getAttribute("text-anchor") ?? "start"] ?? 0;
  return { left: x - before, top: y - RISE, right: x - before + width, bottom: y + FALL };
}

/** Write a name beside its disc if one side is free. @param {Bubble} bubble @param {Box[]} taken @param {Box} frame */
function place(bubble, taken, frame) {
  const { x, y, radius, label } = bubble;
  const places = [["start", x + radius + GAP, y + 4], ["end", x - radius - GAP, y + 4], ["middle", x, y - radius - 6], ["middle", x, y + radius + 15]];
  for (const [anchor, at, base] of places) {
    for (const [name, value] of Object.entries({ x: at, y: base, "text-anchor": anchor })) label?.setAttribute(name, String(value));
    const box = written(bubble);
    const isInside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
    if (!isInside || taken.some((other) => overlap(box, other))) continue;
    label?.classList.remove("aa-crowded");
    return box;
  }
  return null;
}

/** @param {Box} one @param {Box} other */
function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
