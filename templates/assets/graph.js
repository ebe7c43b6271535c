// The page of the full graph: fold and open modules, zoom, search, and see what a box is.

import { FoldableGraph } from "./fold.js";

/**
 * @typedef {{name: string, path: string, op: string, shape: string, row?: string, netron?: string}} Operation
 * @typedef {{folded: string[], operations: Record<string, Operation>}} Info
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
  canvas.replaceChildren(drawn);
  const view = new View(page, canvas, drawn, info);
  view.graph.fold(info.folded);
  view.wire();
  view.zoomTo(Math.min(1, canvas.clientWidth / drawn.viewBox.baseVal.width));
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
    this.zoom = 1;
    /** @type {string[]} */
    this.hits = [];
    this.hit = -1;
  }

  wire() {
    /** @type {Record<string, () => void>} */
    const tools = {
      in: () => this.zoomTo(this.zoom * STEP),
      out: () => this.zoomTo(this.zoom / STEP),
      fit: () => this.zoomTo(Math.min(this.canvas.clientWidth / this.size.width, this.canvas.clientHeight / this.size.height)),
      open: () => this.change(() => this.graph.fold([])),
      fold: () => this.change(() => this.graph.fold(this.info.folded)),
    };
    for (const [name, run] of Object.entries(tools)) {
      this.page.querySelector(`[data-aa-tool="${name}"]`)?.addEventListener("click", run);
    }
    this.page.querySelector(".aa-tools")?.removeAttribute("hidden");
    this.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.onKey(event, tools));
    this.canvas.addEventListener("click", (event) => this.onClick(event));
    const search = /** @type {HTMLInputElement | null} */ (this.page.querySelector("input[type=search]"));
    search?.addEventListener("input", () => this.search(search.value));
    search?.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.step();
    });
    window.addEventListener("popstate", () => this.followAddress());
    makeDraggable(this.canvas);
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

  /** Run something that changes the height of the drawing. @param {() => void} run */
  change(run) {
    run();
    this.svg.setAttribute("width", String(this.size.width * this.zoom));
    this.svg.setAttribute("height", String(this.size.height * this.zoom));
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
    if (event.key === "Enter" || event.key === " ") {
      const folded = /** @type {HTMLElement} */ (event.target).closest?.(".aa-folded");
      if (folded) this.onClick(event);
    }
  }

  /** @param {Event} event */
  onClick(event) {
    const target = /** @type {Element} */ (event.target);
    const folded = /** @type {SVGGElement | null} */ (target.closest(".aa-folded"));
    if (folded) return this.toggle(folded.dataset.module ?? "", false);
    const frame = target.closest("g.cluster");
    if (frame && target.tagName === "text") return this.toggle(frame.id, true);
    const box = target.closest("g.node");
    if (!box) return undefined;
    event.preventDefault(); // its link is for readers without scripts
    const operation = this.info.operations[box.id];
    history.pushState(null, "", `?node=${encodeURIComponent(operation.name)}`);
    return this.choose(box.id);
  }

  /** @param {string} id @param {boolean} folded */
  toggle(id, folded) {
    const modules = [...this.graph.modules.values()].filter((module) => module.folded).map((module) => module.id);
    const next = folded ? [...modules, id] : modules.filter((other) => other !== id);
    this.change(() => this.graph.fold(next));
  }

  followAddress() {
    const name = new URLSearchParams(location.search).get("node");
    const found = Object.entries(this.info.operations).find(([, operation]) => operation.name === name);
    if (found) this.goTo(found[0]);
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
    this.svg.querySelectorAll(".aa-chosen").forEach((box) => box.classList.remove("aa-chosen"));
    this.graph.boxes.get(id)?.group.classList.add("aa-chosen");
    const operation = this.info.operations[id];
    const panel = /** @type {HTMLElement | null} */ (this.page.querySelector("[data-aa-panel]"));
    if (!panel || !operation) return;
    panel.hidden = false;
    for (const name of /** @type {const} */ (["name", "path", "op", "shape"])) {
      const place = panel.querySelector(`[data-aa-show="${name}"]`);
      if (place) place.textContent = operation[name];
    }
    for (const name of /** @type {const} */ (["row", "netron"])) {
      const link = /** @type {HTMLAnchorElement | null} */ (panel.querySelector(`a[data-aa-link="${name}"]`));
      if (link) link.hidden = !operation[name];
      if (link && operation[name]) link.href = `${link.dataset.base ?? ""}${operation[name]}`;
    }
  }

  /** @param {string} text */
  search(text) {
    const wanted = text.trim().toLowerCase();
    const entries = Object.entries(this.info.operations);
    this.hits = wanted ? entries.filter(([, one]) => `${one.path} ${one.op} ${one.name}`.toLowerCase().includes(wanted)).map(([id]) => id) : [];
    this.hit = -1;
    this.svg.querySelectorAll(".aa-hit").forEach((box) => box.classList.remove("aa-hit"));
    for (const id of this.hits) this.graph.boxes.get(id)?.group.classList.add("aa-hit");
    this.count();
  }

  step() {
    if (this.hits.length === 0) return;
    this.hit = (this.hit + 1) % this.hits.length;
    this.goTo(this.hits[this.hit]);
    this.count();
  }

  count() {
    const place = this.page.querySelector("[data-aa-count]");
    if (place) place.textContent = this.hits.length > 0 ? `${this.hit + 1} / ${this.hits.length}` : "";
  }
}

/** Let a mouse drag the canvas, as on a map; fingers scroll it anyway. @param {HTMLElement} canvas */
function makeDraggable(canvas) {
  canvas.addEventListener("pointerdown", (down) => {
    if (down.pointerType !== "mouse" || down.button !== 0) return;
    const [left, top] = [canvas.scrollLeft + down.clientX, canvas.scrollTop + down.clientY];
    const move = (/** @type {PointerEvent} */ event) => canvas.scrollTo(left - event.clientX, top - event.clientY);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", () => window.removeEventListener("pointermove", move), { once: true });
  });
}
