// Any two models against each other on the home page.

import { fillFacts, rowsOf } from "./facts.js";

/** @typedef {import("./columns.js").Column} Column */

/** @param {HTMLElement} place */
export function showDuel(place) {
  const form = /** @type {HTMLFormElement} */ (place.querySelector("form"));
  const table = /** @type {HTMLTableElement} */ (place.querySelector("table"));
  const more = /** @type {HTMLAnchorElement} */ (place.querySelector("[data-aa-more]"));
  const choices = /** @type {HTMLSelectElement[]} */ ([...form.querySelectorAll("select")]);
  const home = place.dataset.home ?? "";
  const shown = (place.dataset.shown ?? "").split(",");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", async () => {
    const slugs = choices.map((choice) => choice.value);
    const columns = await Promise.all(slugs.map((slug) => columnOf(home, slug)));
    if (slugs.some((slug, place) => slug !== choices[place].value)) return; // chosen again meanwhile
    const kept = columns.map((column) => ({ ...column, traits: column.traits.filter((trait) => shown.includes(trait.id)) }));
    fillFacts(table, rowsOf(kept, null), kept, home);
    for (const row of table.tBodies[0].rows) row.className = "";
    for (const mark of table.querySelectorAll(".aa-mark-worst")) mark.remove();
    [...(table.tHead?.rows[0].cells ?? [])].slice(1).forEach((head, place) => {
      head.querySelector("svg")?.remove();
      const card = document.querySelector(`.aa-card[data-slug="${CSS.escape(slugs[place])}"] .aa-silhouette`);
      if (card) head.append(card.cloneNode(true));
    });
    more.href = `${home}compare/?m=${slugs.map(encodeURIComponent).join(",")}`;
  });
}

/** @param {string} home @param {string} slug @returns {Promise<Column>} */
async function columnOf(home, slug) {
  return (await fetch(`${home}models/${slug}/compare.json`)).json();
}
