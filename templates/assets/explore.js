// The explorer: fold and open modules, zoom, search, choose a picture, and see what a box is.

import { makeDraggable } from "./drag.js";
import { FoldableGraph } from "./fold.js";
import { makeReachable } from "./keyboard.js";
import { Panel } from "./panel.js";
import { makeSearchable } from "./search.js";
import { Thumbnails } from "./thumbnails.js";

/**
 * @typedef {{name: string, path: string, op: string, shape: string, place?: number, row?: string, netron?: string}} Operation
 * @typedef {{file: string, tile: number, columns: number}} Sheet
 * @typedef {{folded: Record<string, string>, sheets: Record<string, Sheet>, operations: Record<string, Operation>}} Info
 */

const STEP = 1.25;

/** @param {HTMLElement} page The element that holds the canvas, the tools and the panel. */
export async function showGraph(page) {
  const [drawing, info] = await Promise.all([
    fetch(page.dataset.aaFileDrawing ?? "").then((reply) => reply.text()),
    fetch(page.dataset.aaFileInfo ?? "").then((reply) => /** @type {Promise<Info>} */ (reply.json())),
  ]);
  const svg = new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement;
  const canvas = /** @type {HTMLElement} */ (page.querySelector(".aa-canvas"));
  const drawn = /** @type {SVGSVGElement} */ (document.importNode(svg, true));
  // Its own name is that of the file, in one language; here the canvas has one in the reader's.
  drawn.querySelectorAll(":scope > :is(title, desc)").forEach((element) => element.remove());
  drawn.removeAttribute("aria-label");
  canvas.replaceChildren(drawn);
  const view = new View(page, canvas, drawn, info);
  view.wire();
  view.choosePicture(new URLSearchParams(location.search).get("picture"));
  view.zoomTo(Math.max(0.6, Math.min(1, canvas.clientWidth / drawn.viewBox.baseVal.width)));
  // Where the whole width has no room, what enters is in the middle.
  canvas.scrollLeft = view.graph.entrance * view.zoom - canvas.clientWidth / 2;
  view.followAddress();
}

class View {
  /** @param {HTMLElement} page @param {HTMLElement} canvas @param {SVGSVGElement} svg @param {Info} info */
  constructor(page, canvas, svg, info) {
    this.page = page;
    this.canvas = canvas;
    this.svg = svg;
    this.info = info;
    this.graph = new FoldableGraph(svg);
    this.thumbnails = new Thumbnails(svg, this.graph, info, page.dataset.files ?? "");
    this.panel = new Panel(page);
    this.zoom = 1;
    this.picture = "";
    this.chosen = "";
    for (const [id, label] of Object.entries(info.folded)) {
      const module = this.graph.modules.get(id);
      if (module) module.label = label;
    }
  }

  wire() {
    /** @type {Record<string, () => void>} */
    const tools = {
      in: () => this.zoomTo(this.zoom * STEP),
      out: () => this.zoomTo(this.zoom / STEP),
      fit: () => this.zoomTo(Math.min(this.canvas.clientWidth / this.size.width, this.canvas.clientHeight / this.size.height)),
      open: () => this.change(() => this.graph.fold([])),
      fold: () => this.change(() => this.graph.fold(Object.keys(this.info.folded))),
    };
    for (const [name, run] of Object.entries(tools)) {
      this.page.querySelector(`[data-aa-tool="${name}"]`)?.addEventListener("click", run);
    }
    this.page.querySelector(".aa-tools")?.removeAttribute("hidden");
    this.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.onKey(event, tools));
    this.canvas.addEventListener("click", (event) => this.onClick(event));
    makeSearchable(this.page, this.info, this.graph, (id) => this.goTo(id));
    const pictures = /** @type {HTMLSelectElement | null} */ (this.page.querySelector("select[data-aa-picture]"));
    pictures?.addEventListener("change", () => {
      this.choosePicture(pictures.value);
      this.remember();
    });
    window.addEventListener("popstate", () => this.followAddress());
    this.graph.fold(Object.keys(this.info.folded));
    makeDraggable(this.canvas);
    makeReachable(this.graph);
  }

  get size() {
    return this.svg.viewBox.baseVal;
  }

  /** Change the scale, and keep the middle of what is seen where it is. @param {number} zoom */
  zoomTo(zoom) {
    const { canvas } = this;
    const middle = (canvas.scrollTop + canvas.clientHeight / 2) / (this.size.height * this.zoom);
    const centre = (canvas.scrollLeft + canvas.clientWidth / 2) / (this.size.width * this.zoom);
    this.zoom = Math.min(3, Math.max(0.03, zoom));
    this.svg.setAttribute("width", String(this.size.width * this.zoom));
    this.svg.setAttribute("height", String(this.size.height * this.zoom));
    canvas.scrollTop = middle * this.size.height * this.zoom - canvas.clientHeight / 2;
    canvas.scrollLeft = centre * this.size.width * this.zoom - canvas.clientWidth / 2;
  }

  /** Run something that changes the size of the drawing; what enters stays where it is. @param {() => void} run */
  change(run) {
    const before = this.graph.entrance;
    run();
    this.svg.setAttribute("width", String(this.size.width * this.zoom));
    this.svg.setAttribute("height", String(this.size.height * this.zoom));
    this.canvas.scrollLeft += (this.graph.entrance - before) * this.zoom;
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls
    event.preventDefault();
    this.zoomTo(this.zoom * (event.deltaY < 0 ? STEP : 1 / STEP));
  }

  /** @param {KeyboardEvent} event @param {Record<string, () => void>} tools */
  onKey(event, tools) {
    const key = { "+": "in", "=": "in", "-": "out", 0: "fit" }[event.key];
    if (key) tools[key]();
    if (key) event.preventDefault();
    if (event.key !== "Enter" && event.key !== " ") return;
    const button = /** @type {Element} */ (event.target).closest("[role=button]");
    if (!button) return; // a link is clicked by the browser
    event.preventDefault();
    this.onClick(event);
  }

  /** @param {Event} event */
  onClick(event) {
    const target = /** @type {Element} */ (event.target);
    const folded = /** @type {SVGGElement | null} */ (target.closest(".aa-folded"));
    if (folded) return this.toggle(folded.dataset.module ?? "", false);
    const frame = target.closest("g.cluster text")?.closest("g.cluster");
    if (frame) return this.toggle(frame.id, true);
    const box = target.closest("g.node");
    if (!box) return undefined;
    event.preventDefault(); // its link is for readers without scripts
    this.choose(box.id);
    return this.remember();
  }

  /** Put what is seen into the address. */
  remember() {
    const query = new URLSearchParams();
    if (this.chosen) query.set("node", this.info.operations[this.chosen].name);
    if (this.picture) query.set("picture", this.picture);
    history.pushState(null, "", `?${query}`);
  }

  /** @param {string | null} wanted */
  choosePicture(wanted) {
    const known = Object.keys(this.info.sheets);
    this.picture = known.find((name) => name === wanted) ?? known[0] ?? "";
    const select = /** @type {HTMLSelectElement | null} */ (this.page.querySelector("select[data-aa-picture]"));
    if (select) select.value = this.picture;
    this.thumbnails.show(this.picture);
    if (this.chosen) this.choose(this.chosen);
  }

  /** @param {string} id @param {boolean} folded */
  toggle(id, folded) {
    const modules = [...this.graph.modules.values()].filter((module) => module.folded).map((module) => module.id);
    const next = folded ? [...modules, id] : modules.filter((other) => other !== id);
    this.change(() => this.graph.fold(next));
    // What was activated is gone: go on where its other form is.
    const other = folded ? `.aa-folded[data-module="${id}"]` : `#${id} text`;
    /** @type {SVGElement | null} */ (this.svg.querySelector(other))?.focus({ preventScroll: true });
  }

  followAddress() {
    const query = new URLSearchParams(location.search);
    const name = query.get("node");
    if (query.get("picture") && query.get("picture") !== this.picture) this.choosePicture(query.get("picture"));
    const found = Object.entries(this.info.operations).find(([, operation]) => operation.name === name);
    if (found) this.goTo(found[0]);
    else this.forget();
  }

  /** Nothing is chosen, as before the first click. */
  forget() {
    this.chosen = "";
    this.svg.querySelector(".aa-chosen")?.classList.remove("aa-chosen");
    this.panel.hide();
  }

  /** Open what is around a box, bring it into the middle, and say what it is. @param {string} id */
  goTo(id) {
    this.change(() => this.graph.reveal(id));
    if (this.zoom < 0.6) this.zoomTo(1);
    this.graph.boxes.get(id)?.group.scrollIntoView({ block: "center", inline: "center" });
    this.choose(id);
  }

  /** @param {string} id */
  choose(id) {
    this.chosen = id;
    this.svg.querySelectorAll(".aa-chosen").forEach((box) => box.classList.remove("aa-chosen"));
    this.graph.boxes.get(id)?.group.classList.add("aa-chosen");
    this.panel.show(this.info.operations[id], this.picture);
  }
}
