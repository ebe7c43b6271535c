// What pages gain with JavaScript: sortable tables, an open layer behind an anchor, any comparison.
// Every page is complete without it.

/**
 * What enhances which elements; a page loads only the modules that it has elements for.
 * @type {[string, () => Promise<(element: HTMLElement) => void>][]}
 */
const TOOLS = [
  ["#aa-choice", async () => (await import("./choice.js")).showChoice],
  ["table[data-aa-file-rows]", async () => (await import("./late.js")).waitForReader],
  ["details[data-aa-file-text]", async () => (await import("./late.js")).loadText],
  ["form[data-aa-layers]", showLayers],
  ["[data-aa-whatif]", async () => (await import("./whatif.js")).showWhatIf],
  ["[data-aa-ruler]", showRuler],
  ["[data-aa-graph]", async () => (await import("./explore.js")).showGraph],
  ["[data-aa-lineage]", async () => (await import("./lineage.js")).showDescent],
  ["[data-aa-features]", async () => (await import("./features.js")).showFeatures],
  ["[data-aa-temperature]", async () => (await import("./temperature.js")).showTemperature],
  ["[data-aa-overlays]", async () => (await import("./temperature.js")).showOverlays],
  ["[data-aa-histograms]", async () => (await import("./histograms.js")).showHistograms],
  ["[data-aa-norm]", async () => (await import("./histograms.js")).showNorm],
];

/** Return the layer table once it has all its rows, which long ones get when somebody wants them. */
async function wholeTable() {
  const table = /** @type {HTMLTableElement} */ (document.getElementById("aa-layers"));
  if (table.dataset.aaFileRows) await (await import("./late.js")).allRows(table);
  return table;
}

async function showLayers() {
  const [table, { makeLayersSearchable }] = [await wholeTable(), await import("./layers.js")];
  return (/** @type {HTMLElement} */ form) => makeLayersSearchable(/** @type {HTMLFormElement} */ (form), table);
}

async function showRuler() {
  await wholeTable();
  return (await import("./ruler.js")).showRuler;
}

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

/** Enhance every element of a kind. @param {string} selector @param {() => Promise<(element: HTMLElement) => void>} load */
async function enhanceAll(selector, load) {
  const elements = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector));
  if (elements.length === 0) return;
  const enhance = await load();
  elements.forEach((element) => guarded(() => enhance(element)));
}

function enhancePage() {
  document.querySelectorAll("table[data-aa-sortable]").forEach((table) => {
    guarded(() => makeSortable(/** @type {HTMLTableElement} */ (table)));
  });
  guarded(openAnchored);
  document.querySelectorAll("a[data-aa-edition]").forEach((link) => {
    guarded(() => keepPlace(/** @type {HTMLAnchorElement} */ (link)));
  });
  for (const [selector, load] of TOOLS) enhanceAll(selector, load).catch(console.error);
}

window.addEventListener("hashchange", () => guarded(openAnchored));
if (window.document$) window.document$.subscribe(enhancePage);
else enhancePage();
