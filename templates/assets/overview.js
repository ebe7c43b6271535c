// All models at once: a form narrows down the table and the chart together, and the address keeps what was set.

import { address, remember } from "./overview/address.js";
import { makeBudgets } from "./overview/budgets.js";
import { makeChart } from "./overview/chart.js";
import { dominance } from "./overview/dominance.js";
import { listLeftOut } from "./overview/leftout.js";
import { readModels } from "./overview/models.js";
import { fits, isWanted, wishes } from "./overview/sieve.js";
import { makeChoosable, makePaged, makeSortable } from "./overview/table.js";
import { filled } from "./writing.js";

/** @param {HTMLElement} element The form, which scripts alone can use. */
export async function showOverview(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const table = /** @type {HTMLTableElement} */ (document.getElementById("aa-models"));
  const models = readModels(table);
  makeChoosable(table, models, form.dataset.choose ?? "{model}");
  const judges = await dominance(form.dataset.aaFile ?? "", models);
  const chart = makeChart(models, table, form, judges);
  const budgets = makeBudgets(form, () => changed());
  const status = document.querySelector("[data-aa-count]");
  const sort = makeSortable(table, models, () => changed());
  const page = makePaged(form, () => soon());

  const show = () => {
    const wanted = wishes(form, budgets);
    const candidates = models.filter((model) => isWanted(model, wanted));
    const shown = new Set(candidates.filter((model) => fits(model, wanted.limits)));
    judges.table.tell(page(sort.sorted(), shown), shown, form);
    chart.show(shown);
    listLeftOut(candidates.filter((model) => !shown.has(model)), shown, wanted.limits, judges.table, form, table);
    if (status) status.textContent = said(form, models.length, shown.size, judges.table.best(shown).length);
  };
  let isWaiting = false;
  const soon = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      show();
    });
  };
  const changed = () => {
    remember(form, sort.value());
    soon();
  };
  const recall = () => {
    const kept = address();
    budgets.recall(kept);
    for (const field of form.elements) setField(/** @type {HTMLInputElement} */ (field), kept);
    sort.recall(kept.get("sort") ?? "");
    show();
  };

  form.hidden = false;
  const families = document.querySelector("[data-aa-families]");
  if (families) /** @type {HTMLElement} */ (families).hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    budgets.recall(new URLSearchParams());
    changed();
  }));
  form.addEventListener("input", changed);
  families?.addEventListener("input", changed);
  window.addEventListener("popstate", recall);
  recall();
}

/** @param {HTMLInputElement} field @param {URLSearchParams} kept */
function setField(field, kept) {
  if (!field.name || field.closest("[data-aa-budget]")) return;
  if (field.type === "checkbox") field.checked = kept.getAll(field.name).includes(field.value);
  else field.value = kept.get(field.name) ?? "";
}

/** @param {HTMLFormElement} form @param {number} all @param {number} shown @param {number} best */
function said(form, all, shown, best) {
  const counted = filled(form.dataset.shown, { shown, all });
  return best > 0 ? `${counted} · ${filled(form.dataset.front, { count: best })}` : counted;
}
