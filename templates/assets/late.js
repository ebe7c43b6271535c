// What a long page leaves out at first, and fetches as soon as somebody wants it.

/** @type {Map<Element, () => void>} */
const waiting = new Map();
/** @type {WeakMap<Element, Promise<void>>} */
const arrivals = new WeakMap();

/** Wait until a table that lacks rows has them. @param {HTMLTableElement} table @returns {Promise<void>} */
export function allRows(table) {
  const known = arrivals.get(table) ?? new Promise((resolve) => waiting.set(table, () => resolve()));
  arrivals.set(table, known);
  return known;
}

/** Fetch a table's rows when it is scrolled to, its tools are used, a row is opened or the address names one. @param {HTMLElement} table */
export function waitForReader(table) {
  const arrived = allRows(/** @type {HTMLTableElement} */ (table));
  const tools = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("form[data-aa-layers], [data-aa-whatif] form")]);
  let isAsked = false;
  const ask = async () => {
    if (isAsked) return;
    isAsked = true;
    await fetchRows(/** @type {HTMLTableElement} */ (table));
    waiting.get(table)?.();
    requestAnimationFrame(goToNamed);
  };
  for (const form of tools) {
    form.hidden = false;
    for (const type of ["focusin", "pointerdown"]) form.addEventListener(type, ask);
    // What was typed before the rows were there has to reach them.
    form.addEventListener("input", () => arrived.then(() => form.dispatchEvent(new Event("input"))), { once: true });
  }
  table.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest("a[id]");
    if (isAsked && !link) return;
    if (link) {
      event.preventDefault(); // the page it leads to is for readers without scripts
      history.pushState(null, "", `#${encodeURIComponent(link.id)}`);
    }
    ask();
  });
  new IntersectionObserver(([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    ask();
  }).observe(table);
  const follow = () => named().startsWith("layer-") && ask();
  window.addEventListener("hashchange", follow);
  follow();
}

/** Fetch a text when its details are opened. @param {HTMLElement} details */
export function loadText(details) {
  const address = details.dataset.aaFileText ?? "";
  details.addEventListener("toggle", async () => {
    const place = /** @type {HTMLElement} */ (details.querySelector("pre"));
    place.textContent = await (await fetch(address)).text();
  }, { once: true });
}

/** @param {HTMLTableElement} table */
async function fetchRows(table) {
  const reply = await fetch(table.dataset.aaFileRows ?? "");
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const link of page.querySelectorAll("#aa-layers a[href]")) {
    link.setAttribute("href", new URL(link.getAttribute("href") ?? "", reply.url).href);
  }
  table.replaceChildren(...(page.getElementById("aa-layers")?.children ?? []));
  delete table.dataset.aaFileRows;
}

function named() {
  return decodeURIComponent(location.hash.slice(1));
}

/** Open the row that the address names, now that it is there. */
function goToNamed() {
  const row = document.getElementById(named());
  const details = row?.querySelector("details");
  if (details) details.open = true;
  if (details) row?.scrollIntoView({ block: "center" });
}
