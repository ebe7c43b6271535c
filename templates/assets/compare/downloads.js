// The table of facts as a file: every digit for programs, and what the page shows for texts.

/** @typedef {import("./facts.js").Row} Row */
/** @typedef {import("./facts.js").Trait} Trait */
/** @typedef {import("./columns.js").Column} Column */

/** @type {Record<string, (rows: Row[], columns: Column[]) => string>} */
const FORMATS = {
  csv: (rows, columns) => csv(tableOf(rows, columns, nameOf, digitsOf)),
  md: (rows, columns) => md(tableOf(rows, columns, (row) => row.name, ({ text }) => text)),
  tex: (rows, columns) => tex(tableOf(rows, columns, (row) => row.name, ({ text }) => text)),
};

/** @param {HTMLElement} place Holds a link for every format. @param {Row[]} rows @param {Column[]} columns */
export function offerDownloads(place, rows, columns) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (place.querySelectorAll("a[data-aa-format]"))) {
    const format = link.dataset.aaFormat ?? "csv";
    if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([FORMATS[format](rows, columns)], { type: "text/plain;charset=utf-8" }));
    link.download = `${columns.map((column) => column.slug).join("-vs-").slice(0, 100)}.${format}`;
  }
}

/** @param {Row[]} rows @param {Column[]} columns @param {(row: Row) => string} name @param {(trait: Trait, row: Row) => string} write */
function tableOf(rows, columns, name, write) {
  return [["", ...columns.map((column) => column.title)], ...rows.map((row) => [name(row), ...row.cells.map(({ trait }) => write(trait, row))])];
}

/** Name a row, with the unit of its numbers. @param {Row} row */
function nameOf(row) {
  const unit = row.cells.map(({ trait }) => trait.unit).find(Boolean);
  return unit ? `${row.name} (${unit})` : row.name;
}

/** Write a number as programs read it; one that is not known is nothing. @param {Trait} trait @param {Row} row */
function digitsOf({ value, text }, row) {
  if (value !== null) return String(value);
  return row.cells.some(({ trait }) => trait.value !== null) ? "" : text;
}

/** @param {string[][]} table */
function csv(table) {
  const cell = (/** @type {string} */ text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `${table.map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

/** @param {string[][]} table */
function md(table) {
  const line = (/** @type {string[]} */ row) => `| ${row.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const [head, ...body] = table;
  return [line(head), `|${head.map((_, place) => (place ? " ---: " : " --- ")).join("|")}|`, ...body.map(line), ""].join("\n");
}

/** @param {string[][]} table */
function tex(table) {
  const names = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
  const escaped = (/** @type {string} */ text) => text.replace(/[\\~^]|[&%$#_{}]/g, (sign) => names[/** @type {keyof typeof names} */ (sign)] ?? `\\${sign}`)
    .replaceAll("\u202f", "\\,").replaceAll("×", "$\\times$").replaceAll("–", "--").replaceAll("−", "$-$");
  const [head, ...body] = table.map((row) => `${row.map(escaped).join(" & ")} \\\\`);
  return [`\\begin{tabular}{l${"r".repeat(table[0].length - 1)}}`, "\\hline", head, "\\hline", ...body, "\\hline", "\\end{tabular}", ""].join("\n");
}
