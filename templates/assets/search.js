// Finding operations in the explorer: hits are marked as one types, and visited one after another.

/**
 * @param {HTMLElement} page The explorer.
 * @param {import("./explore.js").Info} info
 * @param {import("./fold.js").FoldableGraph} graph
 * @param {(id: string) => void} goTo
 */
export function makeSearchable(page, info, graph, goTo) {
  const input = /** @type {HTMLInputElement | null} */ (page.querySelector("input[type=search]"));
  const place = page.querySelector("[data-aa-count]");
  /** @type {string[]} */
  let hits = [];
  let visited = -1;

  const count = () => {
    if (place) place.textContent = hits.length > 0 ? `${visited + 1} / ${hits.length}` : "";
  };
  const search = () => {
    const wanted = (input?.value ?? "").trim().toLowerCase();
    const found = Object.entries(info.operations).filter(([, one]) => matches(one, wanted));
    hits = wanted ? found.map(([id]) => id) : [];
    visited = -1;
    graph.svg.querySelectorAll(".aa-hit").forEach((box) => box.classList.remove("aa-hit"));
    for (const id of hits) graph.boxes.get(id)?.group.classList.add("aa-hit");
    count();
  };
  input?.addEventListener("input", search);
  input?.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (hits.length === 0) return;
    visited = (visited + 1) % hits.length;
    goTo(hits[visited]);
    count();
  });
}

/** @param {import("./explore.js").Operation} operation @param {string} wanted */
function matches(operation, wanted) {
  return `${operation.path} ${operation.op} ${operation.name}`.toLowerCase().includes(wanted);
}
