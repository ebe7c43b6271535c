// Limits to slide or to type: what stands in the field counts, the slider follows it and the other way round.

import { amount, short } from "./words.js";

/** @typedef {import("./sieve.js").Limit} Limit */
/** @typedef {{key: string, isLeast: boolean, label: string, field: HTMLInputElement, slider: HTMLInputElement, toPlace: (value: number) => number, toValue: (place: number) => number}} Budget */

const STEPS = 1000;

/** @param {HTMLFormElement} form @param {() => void} changed */
export function makeBudgets(form, changed) {
  const boxes = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-aa-budget]")]);
  const budgets = boxes.map((box) => make(box, changed, form.dataset.wrong ?? ""));
  return {
    /** @returns {Limit[]} */
    limits: () => budgets.flatMap(({ key, isLeast, label, field }) => {
      const limit = amount(field.value);
      return Number.isNaN(limit) ? [] : [{ key, isLeast, label, limit }];
    }),
    /** @param {URLSearchParams} kept */
    recall: (kept) => budgets.forEach((budget) => {
      budget.field.value = kept.get(budget.key) ?? "";
      follow(budget, form.dataset.wrong ?? "");
    }),
  };
}

/** @param {HTMLElement} box @param {() => void} changed @param {string} wrong @returns {Budget} */
function make(box, changed, wrong) {
  const [field, slider] = box.querySelectorAll("input");
  const isLeast = "least" in box.dataset;
  const scale = isLeast ? { forth: Number, back: Number } : { forth: Math.log, back: Math.exp };
  const low = scale.forth(Number(box.dataset.low));
  const span = scale.forth(Number(box.dataset.high)) - low;
  const label = box.querySelector("label")?.textContent?.trim() ?? "";
  /** @type {Budget} */
  const budget = {
    key: box.dataset.aaBudget ?? "",
    isLeast,
    label,
    field,
    slider,
    toPlace: (value) => Math.round(((scale.forth(value) - low) / span) * STEPS),
    toValue: (place) => scale.back(low + (span * place) / STEPS),
  };
  slider.addEventListener("input", (event) => {
    event.stopPropagation(); // the form hears of it once the field agrees
    const place = Number(slider.value);
    const isFree = place === (isLeast ? 0 : STEPS);
    field.value = isFree ? "" : short(budget.toValue(place), isLeast ? Math.floor : Math.ceil);
    describe(budget, wrong);
    changed();
  });
  field.addEventListener("input", () => follow(budget, wrong));
  return budget;
}

/** Put the slider where the field says. @param {Budget} budget @param {string} wrong */
function follow(budget, wrong) {
  const limit = amount(budget.field.value);
  const free = budget.isLeast ? 0 : STEPS;
  budget.slider.value = String(Number.isNaN(limit) ? free : Math.min(STEPS, Math.max(0, budget.toPlace(limit))));
  describe(budget, wrong);
}

/** @param {Budget} budget @param {string} wrong */
function describe({ field, slider }, wrong) {
  const isWrong = field.value.trim() !== "" && Number.isNaN(amount(field.value));
  field.setCustomValidity(isWrong ? wrong : "");
  field.toggleAttribute("aria-invalid", isWrong);
  field.title = isWrong ? wrong : "";
  slider.setAttribute("aria-valuetext", field.value || field.placeholder);
}
