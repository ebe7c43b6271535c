// What pages gain with JavaScript: sortable tables, an open layer behind an anchor, any comparison.
// Every page is complete without it.

import { showChoice } from "./choice.js";
import { showGraph } from "./explore.js";
import { makeLayersSearchable } from "./layers.js";
import { showDescent } from "./lineage.js";
import { showRuler } from "./ruler.js";
import { showWhatIf } from "./whatif.js";

/** Sort a table's body by the column of a header that was activated. @param {HTMLTableElement} table */
function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => compareCells(a.cells[column], b.cells[column]) * (descending ? -1 : 1));
      table.tBodies[0].append(...rows);
    });
  });
}

/** @param {HTMLTableCellElement} a @param {HTMLTableCellElement} b @returns {number} */
function compareCells(a, b) {
  if (a.dataset.sort !== undefined) return Number(a.dataset.sort) - Number(b.dataset.sort);
  return a.textContent.localeCompare(b.textContent);
}

/** Open the arithmetic of the layer that the address names. */
function openAnchored() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = row?.querySelector("details");
  if (details) details.open = true;
}

/** Go to the other edition at the same place of the page. @param {HTMLAnchorElement} link */
function keepPlace(link) {
  link.addEventListener("click", () => {
    link.search = location.search;
    link.hash = location.hash;
  });
}

/** Run one enhancement; its failure must not take the others down. @param {() => void} enhance */
function guarded(enhance) {
  try {
    enhance();
  } catch (error) {
    console.error(error);
  }
}

/** Enhance every element of a kind. @param {string} selector @param {(element: HTMLElement) => void} enhance */
function each(selector, enhance) {
  /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector)).forEach((element) => guarded(() => enhance(element)));
}

function enhancePage() {
  document.querySelectorAll("table[data-aa-sortable]").forEach((table) => {
    guarded(() => makeSortable(/** @type {HTMLTableElement} */ (table)));
  });
  guarded(openAnchored);
  document.querySelectorAll("a[data-aa-edition]").forEach((link) => {
    guarded(() => keepPlace(/** @type {HTMLAnchorElement} */ (link)));
  });
  const tools = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-aa-layers]"));
  const layers = /** @type {HTMLTableElement | null} */ (document.getElementById("aa-layers"));
  if (tools && layers) guarded(() => makeLayersSearchable(tools, layers));
  each("[data-aa-whatif]", showWhatIf);
  each("[data-aa-ruler]", showRuler);
  each("[data-aa-graph]", showGraph);
  each("[data-aa-lineage]", showDescent);
  const choice = document.getElementById("aa-choice");
  if (choice) guarded(() => showChoice(choice));
}

window.addEventListener("hashchange", () => guarded(openAnchored));
if (window.document$) window.document$.subscribe(enhancePage);
else enhancePage();
