// The receptive-field ruler: choose a layer, and see on the picture what one of its values sees,
// and how far apart neighbours look. Rows of the layer table carry the numbers.

/** @typedef {{name: string, field: number[], stride: number[], start: number[], count: number[]}} Reach */

const SVG = "http://www.w3.org/2000/svg";

/** @param {HTMLElement} ruler The empty ruler; its data attributes hold the input's size and a sentence. */
export function showRuler(ruler) {
  const reaches = [...document.querySelectorAll("tr[data-aa-field]")].map(reachOf);
  if (reaches.length === 0) return;
  const choice = /** @type {HTMLSelectElement} */ (ruler.querySelector("select[data-aa-layer]"));
  const pictures = /** @type {HTMLSelectElement | null} */ (ruler.querySelector("select[data-aa-picture]"));
  const image = /** @type {HTMLImageElement} */ (ruler.querySelector("img"));
  const drawing = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (ruler.querySelector("svg")));
  const size = ["height", "width"].map((name) => Number(ruler.dataset[name]));
  choice.append(...reaches.map((reach, place) => new Option(reach.name, String(place))));
  choice.selectedIndex = Math.floor(reaches.length / 2);
  ruler.hidden = false;
  document.querySelectorAll("[data-aa-measure]").forEach((button) => button.removeAttribute("hidden"));

  /** @type {number[] | undefined} */
  let position;
  const show = () => {
    const reach = reaches[choice.selectedIndex];
    const at = reach.count.map((count, axis) => Math.min(count - 1, position?.[axis] ?? Math.floor(count / 2)));
    draw(drawing, reach, at, size);
    say(ruler, reach, size);
  };
  choice.addEventListener("change", () => {
    position = undefined;
    show();
  });
  pictures?.addEventListener("change", () => {
    image.src = pictures.value;
  });
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const reach = reaches[choice.selectedIndex];
    const pixel = [((event.clientY - box.top) / box.height) * size[0], ((event.clientX - box.left) / box.width) * size[1]];
    position = pixel.map((value, axis) => nearest(value, reach, axis));
    show();
  });
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const reach = reaches[choice.selectedIndex];
    position = reach.count.map((count, axis) =>
      Math.max(0, Math.min(count - 1, (position?.[axis] ?? Math.floor(count / 2)) + step[axis])),
    );
    show();
  });
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-aa-measure]");
    const row = button?.closest("tr");
    const place = row ? reaches.findIndex((reach) => reach.name === nameOf(row)) : -1;
    if (place < 0) return;
    choice.selectedIndex = place;
    position = undefined;
    show();
    ruler.scrollIntoView({ block: "center" });
  });
  show();
}

/** @param {Element} row @returns {Reach} */
function reachOf(row) {
  const { aaField, aaStride, aaStart, aaCount } = /** @type {HTMLElement} */ (row).dataset;
  const [field, stride, start, count] = [aaField, aaStride, aaStart, aaCount].map((text) => (text ?? "").split(",").map(Number));
  return { name: nameOf(row), field, stride, start, count };
}

/** @param {Element} row */
function nameOf(row) {
  return row.id.replace(/^layer-/, "");
}

/** @param {number} pixel @param {Reach} reach @param {number} axis */
function nearest(pixel, reach, axis) {
  const middle = reach.start[axis] + reach.field[axis] / 2;
  return Math.max(0, Math.min(reach.count[axis] - 1, Math.round((pixel - middle) / reach.stride[axis])));
}

/** @param {SVGSVGElement} drawing @param {Reach} reach @param {number[]} at @param {number[]} size */
function draw(drawing, reach, at, size) {
  const [top, left] = at.map((place, axis) => reach.start[axis] + place * reach.stride[axis]);
  const [high, wide] = reach.field;
  const shade = document.createElementNS(SVG, "path");
  shade.setAttribute("class", "aa-shade");
  shade.setAttribute("fill-rule", "evenodd");
  shade.setAttribute("d", `M0 0H${size[1]}V${size[0]}H0ZM${left} ${top}h${wide}v${high}h${-wide}Z`);
  const frame = document.createElementNS(SVG, "rect");
  frame.setAttribute("class", "aa-field");
  for (const [name, value] of Object.entries({ x: left, y: top, width: wide, height: high })) {
    frame.setAttribute(name, String(value));
  }
  drawing.replaceChildren(shade, dots(reach, at, size), frame);
}

/** Mark the centres of the fields of neighbours: they lie one stride apart. @param {Reach} reach @param {number[]} at @param {number[]} size */
function dots(reach, at, size) {
  const group = document.createElementNS(SVG, "g");
  for (let row = -1; row <= 1; row += 1) {
    for (let column = -1; column <= 1; column += 1) {
      const place = [at[0] + row, at[1] + column];
      if (place.some((value, axis) => value < 0 || value >= reach.count[axis])) continue;
      const [y, x] = place.map((value, axis) => reach.start[axis] + value * reach.stride[axis] + reach.field[axis] / 2);
      const dot = document.createElementNS(SVG, "circle");
      dot.setAttribute("cx", String(x));
      dot.setAttribute("cy", String(y));
      // As large on the screen whatever the picture's size, but never so large that they touch.
      const large = Math.min(size[1] / 86, reach.stride[1] / 2.5);
      dot.setAttribute("r", String(row || column ? large * 0.6 : large));
      group.append(dot);
    }
  }
  return group;
}

/** @param {HTMLElement} ruler @param {Reach} reach @param {number[]} size */
function say(ruler, reach, size) {
  const seen = reach.field.map((extent, axis) => Math.min(extent, size[axis]));
  const share = (100 * seen[0] * seen[1]) / (size[0] * size[1]);
  const values = {
    layer: reach.name,
    field: reach.field.join("×"),
    stride: reach.stride.join("×"),
    share: share < 10 ? share.toFixed(1) : share.toFixed(0),
  };
  const answer = ruler.querySelector("[data-aa-answer]");
  if (answer) answer.textContent = (ruler.dataset.sentence ?? "").replace(/\{(\w+)\}/g, (_, name) => values[/** @type {"layer"} */ (name)] ?? "");
}
