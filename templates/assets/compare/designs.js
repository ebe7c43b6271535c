// The drawings of networks in columns: scrolling one scrolls all, each by its own length.

import { element, headOf } from "./parts.js";
import { filled } from "../writing.js";

/** @typedef {import("./columns.js").Column} Column */

/** @param {HTMLElement} place @param {Column[]} columns @param {string} home */
export function fillDesigns(place, columns, home) {
  const { design, none } = place.dataset;
  const desks = columns.map((column, number) => {
    const desk = element("div", { class: "aa-desk-column", tabindex: "0", role: "region", "aria-label": filled(design, { model: column.title }) });
    if (column.design) {
      const { file, width, height } = column.design;
      desk.append(element("img", { src: `${home}models/${column.slug}/${file}`, alt: filled(design, { model: column.title }), width: String(width), height: String(height), loading: "lazy" }));
    } else desk.append(element("p", {}, none ?? ""));
    const natural = column.design ? { style: `--aa-natural: ${column.design.width}px` } : {};
    return [element("figure", { class: "aa-diagram", ...natural }, element("figcaption", {}, headOf(column, number, home)), desk), desk];
  });
  place.replaceChildren(...desks.map(([figure]) => figure));
  scrollTogether(desks.map(([, desk]) => desk), () => document.querySelector("input[name=aa-together]"));
}

/** @param {HTMLElement[]} desks @param {() => HTMLInputElement | null} choice */
function scrollTogether(desks, choice) {
  /** @type {HTMLElement | null} */
  let leader = null;
  for (const desk of desks) {
    for (const type of ["pointerenter", "wheel", "touchstart", "focus"]) desk.addEventListener(type, () => { leader = desk; }, { passive: true });
    desk.addEventListener("scroll", () => {
      if (desk !== leader || choice()?.checked === false) return;
      const share = desk.scrollTop / Math.max(1, desk.scrollHeight - desk.clientHeight);
      for (const other of desks) if (other !== desk) other.scrollTop = share * (other.scrollHeight - other.clientHeight);
    }, { passive: true });
  }
}
