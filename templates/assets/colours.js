// A scale of colours for feature maps that is even to the eye: in OKLab (Björn Ottosson, 2020), every
// step is lighter than the one before by the same amount, while the hue turns from violet to yellow.

const STEPS = 256;
const LIGHTNESS = [0.22, 0.94];
const HUE = [305, 105];
const CHROMA = 0.13;

/** @returns {Uint8ClampedArray} Red, green, blue of every step, darkest first. */
export function colourTable() {
  const table = new Uint8ClampedArray(3 * STEPS);
  for (let step = 0; step < STEPS; step += 1) {
    const share = step / (STEPS - 1);
    const hue = (between(HUE, share) * Math.PI) / 180;
    table.set(displayable(between(LIGHTNESS, share), hue).map((value) => Math.round(255 * gamma(value))), 3 * step);
  }
  return table;
}

/** @returns {Uint8ClampedArray} Red, green, blue of every step of grey. */
export function greyTable() {
  return Uint8ClampedArray.from({ length: 3 * STEPS }, (_, place) => Math.floor(place / 3));
}

/** Draw a table into a canvas as wide as it has steps. @param {HTMLCanvasElement} canvas @param {Uint8ClampedArray} table */
export function drawKey(canvas, table) {
  const pixels = new ImageData(STEPS, 1);
  for (let step = 0; step < STEPS; step += 1) pixels.data.set([...table.subarray(3 * step, 3 * step + 3), 255], 4 * step);
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/** @param {number[]} ends @param {number} share */
function between([from, to], share) {
  return from + (to - from) * share;
}

/** Return the most colourful light of a lightness and hue that screens can show. @param {number} lightness @param {number} hue */
function displayable(lightness, hue) {
  for (let chroma = CHROMA; ; chroma *= 0.98) {
    const light = linear(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
    if (chroma < 0.001 || light.every((value) => value >= 0 && value <= 1)) return light;
  }
}

/** Turn OKLab into linear red, green, blue. @param {number} lightness @param {number} a @param {number} b */
function linear(lightness, a, b) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** @param {number} light Linear, 0…1. */
function gamma(light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}
