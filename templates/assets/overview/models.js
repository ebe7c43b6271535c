// What the table says of each model, read once.

/**
 * @typedef {object} Model
 * @property {string} slug
 * @property {number} place In the order of the site.
 * @property {string} title
 * @property {string} family As the site's data call it, whatever the language.
 * @property {string} text What a search looks through.
 * @property {HTMLTableRowElement} row
 * @property {Record<string, number>} numbers By the column's key; what is not known is not there.
 * @property {Record<string, HTMLTableCellElement>} cells
 */

/** @param {HTMLTableElement} table @returns {Model[]} */
export function readModels(table) {
  const keys = [...table.tHead.rows[0].cells].map((head) => head.dataset.aaKey ?? "");
  return [...table.tBodies[0].rows].map((row, place) => {
    /** @type {Record<string, HTMLTableCellElement>} */
    const cells = {};
    /** @type {Record<string, number>} */
    const numbers = {};
    [...row.cells].forEach((cell, column) => {
      cells[keys[column]] = cell;
      if (cell.dataset.sort !== undefined) numbers[keys[column]] = Number(cell.dataset.sort);
    });
    const title = cells.model.textContent.trim();
    const family = row.dataset.aaFamily ?? "";
    const text = `${title} ${row.dataset.aaSlug} ${family} ${cells.family.textContent} ${numbers.year ?? ""}`.toLowerCase();
    return { slug: row.dataset.aaSlug ?? "", place, title, family, text, row, numbers, cells };
  });
}
