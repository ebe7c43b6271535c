// Two graphs in Netron beside each other, when somebody asks for them.

import { element } from "./parts.js";
import { filled } from "../writing.js";

/** @typedef {import("./columns.js").Column} Column */

/** @param {HTMLElement} section @param {Column[]} columns @param {string} root */
export function fillViewers(section, columns, root) {
  const open = columns.filter((column) => column.onnx);
  section.hidden = open.length === 0;
  const form = /** @type {HTMLFormElement} */ (section.querySelector("form"));
  const choices = /** @type {HTMLSelectElement[]} */ ([...form.querySelectorAll("select")]);
  choices.forEach((choice, number) => {
    const kept = open.find((column) => column.slug === choice.value) ?? open[Math.min(number, open.length - 1)];
    choice.replaceChildren(...open.map((column) => new Option(column.title, column.slug, false, column === kept)));
  });
  const panes = /** @type {HTMLElement} */ (section.querySelector("[data-aa-panes]"));
  panes.replaceChildren();
  form.onsubmit = (event) => {
    event.preventDefault();
    const chosen = [...new Set(choices.map((choice) => choice.value))];
    panes.replaceChildren(...chosen.map((slug) => {
      const title = open.find((column) => column.slug === slug)?.title ?? slug;
      return element("iframe", { src: `${root}netron/index.html?url=../models/${slug}/model.onnx`, title: filled(section.dataset.frame, { model: title }) });
    }));
  };
}
