// What pages gain with JavaScript: an open layer behind an anchor, any comparison.
// Every page is complete without it.

/**
 * What enhances which elements; a page loads only the modules that it has elements for.
 * @type {[string, () => Promise<(element: HTMLElement) => void>][]}
 */
const TOOLS = [
  ["[data-aa-comparison]", async () => (await import("./compare/show.js")).showComparison],
  ["[data-aa-gallery]", async () => (await import("./gallery.js")).showGallery],
  ["[data-aa-overview]", async () => (await import("./overview.js")).showOverview],
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
  ["[data-aa-duel]", async () => (await import("./compare/duel.js")).showDuel],
  ["[data-aa-exercises]", async () => (await import("./exercises.js")).checkAnswers],
  ["[data-aa-print]", async () => printOnClick],
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

/** @param {HTMLElement} button */
function printOnClick(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
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
  guarded(openAnchored);
  document.querySelectorAll("a[data-aa-edition]").forEach((link) => {
    guarded(() => keepPlace(/** @type {HTMLAnchorElement} */ (link)));
  });
  for (const [selector, load] of TOOLS) enhanceAll(selector, load).catch(console.error);
}

window.addEventListener("hashchange", () => guarded(openAnchored));
if (window.document$) window.document$.subscribe(enhancePage);
else enhancePage();
