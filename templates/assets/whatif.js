// The what-if panel of a model's page: another input size, and what it changes in every row.

import { resize } from "./resize.js";
import { counted, filled } from "./writing.js";

/**
 * @typedef {import("./resize.js").Rule} Rule
 * @typedef {{input: number[], legal: number[][], macs: number, activations: number, rules: Rule[]}} Recipe
 */

/** @param {HTMLElement} panel The panel; its data attributes name the recipe and hold the sentences. */
export function showWhatIf(panel) {
  const form = /** @type {HTMLFormElement} */ (panel.querySelector("form"));
  const answer = /** @type {HTMLElement} */ (panel.querySelector("[data-aa-answer]"));
  /** @type {Promise<Recipe> | undefined} */
  let loading;
  const apply = async () => {
    loading ??= fetch(panel.dataset.aaFile ?? "").then((reply) => reply.json());
    const recipe = await loading;
    const sizes = ["height", "width"].map((name) => Number(new FormData(form).get(name)));
    if (sizes.every((size) => Number.isInteger(size) && size > 0)) show(panel, answer, recipe, sizes);
  };
  panel.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
}

/** @param {HTMLElement} panel @param {HTMLElement} answer @param {Recipe} recipe @param {number[]} sizes */
function show(panel, answer, recipe, sizes) {
  const result = resize(recipe.rules, sizes);
  if ("illegal" in result) {
    const { id, reason, wanted, got } = result.illegal;
    const rule = recipe.rules.find((candidate) => candidate.id === id);
    const place = rule?.row?.replace(/^layer-/, "") || id;
    const sentence = panel.dataset[`illegal${reason[0].toUpperCase()}${reason.slice(1)}`] ?? "";
    answer.className = "aa-failure";
    answer.textContent = filled(sentence, { place, wanted: wanted.join("×"), got: got.join("×") });
    clearRows();
    return;
  }
  answer.className = "";
  answer.textContent = filled(panel.dataset.sentence ?? "", {
    macs: counted(result.macs),
    macs_ratio: ratio(result.macs, recipe.macs),
    activations: counted(result.activations),
    activations_ratio: ratio(result.activations, recipe.activations),
  });
  const isOriginal = sizes.every((size, place) => size === recipe.input[place + 1]);
  if (isOriginal) clearRows();
  else fillRows(recipe.rules, result.shapes);
}

/** @param {Rule[]} rules @param {number[][]} shapes */
function fillRows(rules, shapes) {
  /** @type {Map<string, {shape: number[], macs: number, activations: number}>} */
  const rows = new Map();
  rules.forEach((rule, place) => {
    if (!rule.row) return;
    const row = rows.get(rule.row) ?? { shape: [], macs: 0, activations: 0 };
    const count = shapes[place].reduce((total, size) => total * size, 1);
    row.shape = shapes[place];
    row.macs += (rule.macs ?? 0) * count;
    row.activations += rule.macs ? count : 0;
    rows.set(rule.row, row);
  });
  for (const [id, row] of rows) {
    const element = document.getElementById(id);
    if (!element) continue;
    put(element, "shape", row.shape.slice(1).join("×"));
    put(element, "macs", row.macs ? grouped(row.macs) : "–");
    put(element, "activations", row.activations ? grouped(row.activations) : "–");
  }
}

/** Show another value in a cell, and keep the original. @param {HTMLElement} row @param {string} name @param {string} text */
function put(row, name, text) {
  const cell = /** @type {HTMLElement | null} */ (row.querySelector(`[data-aa-cell="${name}"]`));
  if (!cell) return;
  cell.dataset.original ??= cell.textContent ?? "";
  cell.textContent = text;
  cell.classList.toggle("aa-changed", text !== cell.dataset.original);
}

function clearRows() {
  document.querySelectorAll("[data-aa-cell][data-original]").forEach((cell) => {
    cell.textContent = /** @type {HTMLElement} */ (cell).dataset.original ?? "";
    cell.classList.remove("aa-changed");
  });
}

/** @param {number} number */
function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** @param {number} now @param {number} before */
function ratio(now, before) {
  return before ? `×${(now / before).toFixed(2)}` : "–";
}
