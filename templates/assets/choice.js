// Any comparison: compare/?m=a,b,c shows those models alone, in that order, with their designs.

/** @typedef {{slug: string, title: string, url: string}} Model */

/** Where files and pages lie, and what is said, come from the page, which knows its language. */
/** @typedef {{root: string, home: string, invitation: string, unknown: string, design: string}} Page */

/** @param {HTMLElement} box The empty box that becomes the chooser. */
export async function showChoice(box) {
  const page = /** @type {Page} */ ({ ...box.dataset });
  const answer = await fetch(`${page.root}data/models.json`);
  if (!answer.ok) return;
  /** @type {Model[]} */
  const models = await answer.json();
  box.hidden = false;
  const show = () => draw(box, models, page, chosenIn(location.search));
  window.addEventListener("popstate", show);
  show();
}

/** @param {string} search @returns {string[]} */
function chosenIn(search) {
  const named = new URLSearchParams(search).get("m") ?? "";
  return [...new Set(named.split(",").map((slug) => slug.trim()).filter(Boolean))];
}

/** @param {HTMLElement} box @param {Model[]} models @param {Page} page @param {string[]} chosen */
function draw(box, models, page, chosen) {
  const known = chosen.filter((slug) => models.some((model) => model.slug === slug));
  const unknown = chosen.filter((slug) => !known.includes(slug));
  const list = element("div", "aa-choice-list");
  list.append(...models.map((model) => checkbox(box, models, page, known, model)));
  const parts = [element("p", "", page.invitation), list];
  if (unknown.length > 0) {
    const slugs = models.map((model) => model.slug);
    const text = fill(page.unknown, { named: unknown.join(", "), known: slugs.join(", ") });
    const message = element("p", "aa-failure", text);
    message.setAttribute("role", "status");
    parts.push(message);
  }
  if (known.length > 0) parts.push(designs(models, page, known));
  box.replaceChildren(...parts);
  filterTable(known);
}

/** @param {HTMLElement} box @param {Model[]} models @param {Page} page @param {string[]} known @param {Model} model */
function checkbox(box, models, page, known, model) {
  const label = element("label", "", "");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.value = model.slug;
  input.checked = known.includes(model.slug);
  input.addEventListener("change", () => {
    const next = input.checked ? [...known, model.slug] : known.filter((s) => s !== model.slug);
    const query = next.length > 0 ? `?m=${next.map(encodeURIComponent).join(",")}` : "";
    history.pushState(null, "", `${location.pathname}${query}`);
    draw(box, models, page, next);
    /** @type {HTMLInputElement | null} */ (box.querySelector(`[value="${model.slug}"]`))?.focus();
  });
  label.append(input, model.title);
  return label;
}

/** @param {Model[]} models @param {Page} page @param {string[]} known */
function designs(models, page, known) {
  const side = element("div", "aa-side");
  for (const slug of known) {
    const model = models.find((candidate) => candidate.slug === slug);
    const figure = element("figure", "aa-diagram");
    const caption = element("figcaption", "", "");
    const link = document.createElement("a");
    link.href = `${page.home}${model.url}`;
    link.textContent = model.title;
    caption.append(link);
    const image = document.createElement("img");
    image.src = `${page.home}${model.url}design.svg`;
    image.alt = fill(page.design, { model: model.title });
    figure.append(caption, image);
    side.append(figure);
  }
  return side;
}

/** Show only the chosen rows, in the chosen order; all of them when none is chosen. @param {string[]} known */
function filterTable(known) {
  const body = /** @type {HTMLTableElement | null} */ (document.getElementById("aa-models"))?.tBodies[0];
  if (!body) return;
  const rows = [...body.rows];
  for (const row of rows) row.hidden = known.length > 0 && !known.includes(row.dataset.aaSlug);
  body.prepend(...known.map((slug) => rows.find((row) => row.dataset.aaSlug === slug)));
}

/** Put values for {names}. @param {string} text @param {Record<string, string>} values */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** @param {string} tag @param {string} name @param {string} [text] */
function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}
