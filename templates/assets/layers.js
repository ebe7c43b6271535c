// The layer table as a tool: find, keep one kind, fold blocks, sort by a column and back.

import { filled } from "./writing.js";

/** @param {HTMLFormElement} form The tools; @param {HTMLTableElement} table The table they work on. */
export function makeLayersSearchable(form, table) {
  const rows = /** @type {HTMLTableRowElement[]} */ ([...table.querySelectorAll("tr[id]")]);
  const heads = /** @type {HTMLTableRowElement[]} */ ([...table.querySelectorAll("tr.aa-module")]);
  const homes = new Map(rows.map((row) => [row, row.parentElement]));
  let isSorted = false;

  const show = () => {
    const wanted = new FormData(form);
    const text = String(wanted.get("text") ?? "").trim().toLowerCase();
    const kind = wanted.get("kind");
    const isFiltered = Boolean(text || kind);
    let shown = 0;
    for (const row of rows) {
      const matches = (!text || labelOf(row).includes(text)) && (!kind || row.dataset.aaKind === kind);
      const isFolded = homes.get(row)?.classList.contains("aa-closed") && !isFiltered && !isSorted;
      row.hidden = !matches || Boolean(isFolded);
      shown += matches ? 1 : 0;
    }
    for (const head of heads) head.hidden = isSorted || isFiltered;
    const count = /** @type {HTMLElement} */ (form.querySelector("[data-aa-count]"));
    count.textContent = filled(count.dataset.sentence, { shown, all: rows.length });
  };

  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const head of heads) makeFoldable(head, show);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-aa-fold]"))) {
    button.hidden = heads.length === 0;
    button.addEventListener("click", () => {
      for (const head of heads) setFolded(head, button.dataset.aaFold === "true");
      show();
    });
  }
  makeColumnsSortable(table, rows, (order) => {
    isSorted = order !== null;
    const last = table.tBodies[table.tBodies.length - 1];
    if (order) last.append(...order);
    else for (const row of rows) homes.get(row)?.append(row);
    show();
  });
  openNamed(rows, homes, heads, (row) => {
    show();
    if (row.hidden) form.reset(); // what is named must be seen, whatever is looked for
    show();
  });
  show();
}

/** @param {HTMLTableRowElement} row */
function labelOf(row) {
  return `${row.id.replace("layer-", "")} ${row.querySelector("summary")?.textContent ?? ""}`.toLowerCase();
}

/** Put a button into a module's line that folds its rows. @param {HTMLTableRowElement} head @param {() => void} show */
function makeFoldable(head, show) {
  const title = /** @type {HTMLElement} */ (head.querySelector("th"));
  const button = document.createElement("button");
  button.type = "button";
  button.append(...title.childNodes);
  title.append(button);
  setFolded(head, false);
  button.addEventListener("click", () => {
    setFolded(head, button.getAttribute("aria-expanded") === "true");
    show();
  });
}

/** @param {HTMLTableRowElement} head @param {boolean} isFolded */
function setFolded(head, isFolded) {
  head.parentElement?.classList.toggle("aa-closed", isFolded);
  head.querySelector("button")?.setAttribute("aria-expanded", String(!isFolded));
}

/**
 * Sort by a column at a click on its head: up, down, and back to the order of execution.
 * @param {HTMLTableElement} table @param {HTMLTableRowElement[]} rows
 * @param {(order: HTMLTableRowElement[] | null) => void} put
 */
function makeColumnsSortable(table, rows, put) {
  const heads = [...(table.tHead?.rows[0].cells ?? [])];
  heads.forEach((head, column) => {
    if (!head.textContent?.trim() || head.querySelector(".aa-hidden")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const next = { null: "ascending", ascending: "descending", descending: null }[String(head.getAttribute("aria-sort"))];
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (!next) return put(null);
      head.setAttribute("aria-sort", next);
      const sign = next === "ascending" ? 1 : -1;
      return put([...rows].sort((a, b) => sign * compare(a.cells[column], b.cells[column])));
    });
  });
}

/** Numbers by size, sizes like 3×64×64 by their product, names by their letters. @param {HTMLTableCellElement} a @param {HTMLTableCellElement} b */
function compare(a, b) {
  const [x, y] = [a, b].map(valueOf);
  if (typeof x === "number" && typeof y === "number") return x - y;
  return String(x).localeCompare(String(y), undefined, { numeric: true });
}

/** @param {HTMLTableCellElement} cell @returns {number | string} */
function valueOf(cell) {
  if (cell.dataset.sort !== undefined && cell.dataset.original === undefined) return Number(cell.dataset.sort);
  const text = cell.textContent?.trim() ?? "";
  if (text === "" || text === "–") return -1;
  const sizes = text.replaceAll("\u202f", "").split("×").map(Number);
  return sizes.some(Number.isNaN) ? text : sizes.reduce((product, size) => product * size, 1);
}

/**
 * A row that the address names must be seen, whatever is folded.
 * @param {HTMLTableRowElement[]} rows @param {Map<HTMLTableRowElement, Element | null>} homes
 * @param {HTMLTableRowElement[]} heads @param {(row: HTMLTableRowElement) => void} show
 */
function openNamed(rows, homes, heads, show) {
  const open = () => {
    const row = rows.find((candidate) => `#${candidate.id}` === decodeURIComponent(location.hash));
    const head = heads.find((candidate) => row && candidate.parentElement === homes.get(row));
    if (head) setFolded(head, false);
    if (!row) return;
    const isHidden = row.hidden;
    show(row);
    if (isHidden) row.scrollIntoView(); // the browser could not go to what was not there
  };
  window.addEventListener("hashchange", open);
  open();
}
