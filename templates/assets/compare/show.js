// Any comparison: compare/?m=a,b,c shows these models side by side. The address is the state;
// every model's column was computed when the site was built, and is fetched when it is chosen.

import { makeSearchable, listChosen } from "./chooser.js";
import { Columns } from "./columns.js";
import { linkCurated } from "./curated.js";
import { fillCurves } from "./curves.js";
import { fillDesigns } from "./designs.js";
import { offerDownloads } from "./downloads.js";
import { fillFacts, rowsOf } from "./facts.js";
import { fillMaps } from "./maps.js";
import { element } from "./parts.js";
import { fillStages } from "./stages.js";
import { addressOf, nearest, stateOf } from "./state.js";
import { fillViewers } from "./viewers.js";
import { filled } from "../writing.js";

/** @typedef {import("./chooser.js").Model} Model */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./columns.js").Column} Column */

const MOST = 24;

/** @param {HTMLElement} box */
export async function showComparison(box) {
  const answer = await fetch(`${box.dataset.root}data/models.json`);
  if (!answer.ok) return;
  new Comparison(box, await answer.json()).start();
}

class Comparison {
  /** @param {HTMLElement} box @param {Model[]} models */
  constructor(box, models) {
    this.box = box;
    this.models = models;
    this.root = box.dataset.root ?? "";
    this.home = box.dataset.home ?? "";
    this.columns = new Columns(this.home, box.dataset);
    this.turn = 0;
  }

  get state() {
    return stateOf(location.search);
  }

  start() {
    const form = /** @type {HTMLFormElement} */ (this.find("form.aa-chooser"));
    makeSearchable(form, this.models, () => this.state, (models) => this.change({ models }));
    this.box.hidden = false;
    this.find("[data-aa-sections]").addEventListener("click", (event) => {
      const link = /** @type {HTMLElement} */ (event.target).closest("a");
      if (!link) return;
      event.preventDefault();
      this.change({ section: link.dataset.section ?? null });
    });
    this.find("select[name=picture]").addEventListener("input", (event) => {
      this.change({ picture: /** @type {HTMLSelectElement} */ (event.target).value });
    });
    document.addEventListener("archatlas:choose", (event) => {
      const { slug, chosen } = /** @type {CustomEvent} */ (event).detail;
      const rest = this.state.models.filter((other) => other !== slug);
      this.change({ models: chosen ? [...rest, slug] : rest });
    });
    window.addEventListener("popstate", () => this.show());
    // The page kept room for a choice that its address names; from here on it has its own height.
    this.show().finally(() => { this.box.style.minHeight = ""; });
  }

  /** Change the address, and the page with it. @param {Partial<State>} change */
  change(change) {
    const focused = document.activeElement?.closest("[data-slug]");
    const address = addressOf({ ...this.state, ...change });
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    const [name, slug] = [document.activeElement?.textContent, /** @type {HTMLElement | null} */ (focused)?.dataset.slug];
    this.show(change.section !== undefined).then(() => this.focusAgain(slug, name));
  }

  /** @param {boolean} [isAsked] Whether somebody asked for a section just now. */
  async show(isAsked = true) {
    const { state } = this;
    const turn = (this.turn += 1);
    const known = state.models.filter((slug) => this.models.some((model) => model.slug === slug));
    const shown = known.slice(0, MOST);
    const chosen = shown.map((slug) => /** @type {Model} */ (this.models.find((model) => model.slug === slug)));
    listChosen(this.find(".aa-chosen"), chosen, state, (change) => this.change(change));
    document.dispatchEvent(new CustomEvent("archatlas:chosen", { detail: { slugs: shown } }));
    this.complain(state.models.filter((slug) => !known.includes(slug)), known.slice(MOST));
    const sections = this.find("[data-aa-comparison-sections]");
    sections.setAttribute("aria-busy", "true");
    const loaded = await Promise.all(shown.map((slug) => this.columns.of(slug)));
    if (turn !== this.turn) return; // somebody chose again meanwhile
    for (const problem of loaded) if (typeof problem === "string") this.say(problem);
    const columns = /** @type {Column[]} */ (loaded.filter((column) => typeof column !== "string"));
    sections.hidden = columns.length === 0;
    if (columns.length) this.fill(columns, state);
    sections.setAttribute("aria-busy", "false");
    if (isAsked && state.section && columns.length) this.goTo(state.section);
  }

  /** @param {Column[]} columns @param {State} state */
  fill(columns, state) {
    const rows = rowsOf(columns, state.base);
    const steps = {
      facts: () => {
        fillFacts(/** @type {HTMLTableElement} */ (this.find("#aa-compared-facts")), rows, columns, this.home);
        offerDownloads(this.find("[data-aa-downloads]"), rows, columns);
        this.remark(columns, state.base);
      },
      curated: () => linkCurated(this.find("[data-aa-curated]"), columns.map((column) => column.slug)),
      stages: () => fillStages(/** @type {HTMLTableElement} */ (this.find("#aa-compared-stages")), columns, this.home),
      curves: () => fillCurves(this.find("section[data-section=curves]"), columns),
      designs: () => fillDesigns(this.find("[data-aa-designs]"), columns, this.home),
      maps: () => fillMaps(this.find("[data-aa-same]"), columns, this.choosePicture(columns, state.picture), this.home, this.root),
      viewers: () => fillViewers(this.find("section[data-section=netron]"), columns, this.root),
    };
    for (const step of Object.values(steps)) {
      try {
        step();
      } catch (error) {
        console.error(error); // one section that fails must not take the others down
      }
    }
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.box.querySelectorAll("[data-aa-sections] a"))) {
      link.href = addressOf({ ...state, section: link.dataset.section ?? null });
    }
  }

  /** Say what a reader must know before numbers are compared. @param {Column[]} columns @param {string | null} base */
  remark(columns, base) {
    const { dataset } = this.box;
    const baseline = columns.find((column) => column.slug === base) ?? columns[0];
    const said = [];
    if (columns.length === 1) said.push(dataset.single ?? "");
    else said.push(filled(dataset.ratios, { model: baseline.title }));
    const inputs = new Set(columns.map((column) => column.input.join("×")));
    if (inputs.size > 1) said.push(dataset.inputs ?? "");
    for (const column of columns) {
      if (column.problems.length) said.push(filled(dataset.problems, { model: column.title, problems: column.problems.join("; ") }));
    }
    this.find("[data-aa-remarks]").replaceChildren(...said.map((text) => element("p", { class: "aa-note" }, text)));
  }

  /** List every picture that any of the models saw. @param {Column[]} columns @param {string | null} wanted */
  choosePicture(columns, wanted) {
    const pictures = new Map(columns.flatMap((column) => column.pictures.map(({ id, title }) => [id, title])));
    const choice = /** @type {HTMLSelectElement} */ (this.find("select[name=picture]"));
    const chosen = pictures.has(wanted ?? "") ? wanted : [...pictures.keys()][0];
    choice.replaceChildren(...[...pictures].map(([id, title]) => new Option(title, id, false, id === chosen)));
    /** @type {HTMLElement} */ (choice.closest("section")).hidden = pictures.size === 0;
    return chosen ?? "";
  }

  /** @param {string[]} unknown @param {string[]} beyond */
  complain(unknown, beyond) {
    const { dataset } = this.box;
    const place = this.find("[data-aa-complaints]");
    place.replaceChildren();
    for (const name of unknown) {
      const near = nearest(name, this.models.map((model) => model.slug));
      const words = near.length ? dataset.near : dataset.unknown;
      const message = element("p", { class: "aa-failure" }, filled(words, { name }), " ");
      message.append(...near.flatMap((slug) => [this.instead(name, slug), " "]));
      place.append(message);
    }
    if (beyond.length) this.say(filled(dataset.many, { count: MOST, names: beyond.join(", ") }));
  }

  /** A link to the same comparison with another name in its place. @param {string} name @param {string} slug */
  instead(name, slug) {
    const models = [...new Set(this.state.models.map((other) => (other === name ? slug : other)))];
    const link = element("a", { href: addressOf({ ...this.state, models }) }, slug);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.change({ models });
    });
    return link;
  }

  /** @param {string} text */
  say(text) {
    this.find("[data-aa-complaints]").append(element("p", { class: "aa-failure" }, text));
  }

  /** @param {string} name */
  goTo(name) {
    const section = this.box.querySelector(`section[data-section="${CSS.escape(name)}"]`);
    const heading = /** @type {HTMLElement | null | undefined} */ (section?.querySelector("h3"));
    heading?.focus({ preventScroll: true });
    section?.scrollIntoView();
  }

  /** Chips are made anew when something changes; the reader stays at the same button. @param {string | undefined} slug @param {string | null | undefined} name */
  focusAgain(slug, name) {
    if (!slug) return;
    const buttons = /** @type {HTMLButtonElement[]} */ ([...this.box.querySelectorAll(`.aa-chosen [data-slug="${CSS.escape(slug)}"] button`)]);
    const same = buttons.find((button) => button.textContent === name && !button.disabled);
    const input = /** @type {HTMLElement} */ (this.find("form.aa-chooser input"));
    (same ?? buttons.find((button) => !button.disabled) ?? input).focus();
  }

  /** @param {string} selector @returns {HTMLElement} */
  find(selector) {
    return /** @type {HTMLElement} */ (this.box.querySelector(selector));
  }
}
