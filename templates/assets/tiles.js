// Where the tiles of a grid of channels are, and what their pixels look like at another scale.

/**
 * @typedef {{top: number, width: number, height: number, columns: number, tile: [number, number, number],
 *   shape: [number, number, number], channels: number[], means: number[], zeros: number[], lows: number[],
 *   highs: number[], field?: [number[], number[], number[]]}} Grid
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 * @typedef {[number, number]} Range Least and greatest value.
 */

/** @param {Grid} grid @param {number} place In order of strength. @returns {Box} In pixels of the grid. */
export function boxOf(grid, place) {
  const [width, height, gap] = grid.tile;
  const column = place % grid.columns;
  const row = Math.floor(place / grid.columns);
  return { left: column * (width + gap), top: row * (height + gap), width, height };
}

/** Return which tile lies at a point, given in shares of the grid; -1 for none. @param {Grid} grid @param {number} x @param {number} y */
export function tileAt(grid, x, y) {
  const [width, height, gap] = grid.tile;
  const column = Math.min(grid.columns - 1, Math.floor((x * grid.width) / (width + gap)));
  const place = Math.floor((y * grid.height) / (height + gap)) * grid.columns + column;
  return x < 0 || y < 0 || place >= grid.channels.length ? -1 : place;
}

/** Return the range of all tiles of some grids together. @param {Grid[]} grids @returns {Range} */
export function sharedRange(grids) {
  return [Math.min(...grids.flatMap((grid) => grid.lows)), Math.max(...grids.flatMap((grid) => grid.highs))];
}

/**
 * Read the grid's pixels from its sheet, as stored: grey, each tile from its own low to its high.
 * @param {HTMLImageElement} image @param {Grid} grid
 */
export async function readPixels(image, grid) {
  image.loading = "eager";
  await image.decode();
  const canvas = new OffscreenCanvas(grid.width, grid.height);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.drawImage(image, 0, grid.top, grid.width, grid.height, 0, 0, grid.width, grid.height);
  return pen.getImageData(0, 0, grid.width, grid.height);
}

/**
 * Give every tile another range and colours; what lies between tiles stays transparent.
 * @param {ImageData} pixels Changed in place.
 * @param {Grid} grid
 * @param {Range | null} range Of all tiles; none: each keeps its own.
 * @param {Uint8ClampedArray} table Red, green, blue of 256 steps.
 */
export function tone(pixels, grid, range, table) {
  grid.channels.forEach((_, place) => {
    const box = boxOf(grid, place);
    const [low, high] = [grid.lows[place], grid.highs[place]];
    const [least, greatest] = range ?? [low, high];
    const steps = Array.from({ length: 256 }, (_, grey) => stepOf(low + (grey / 255) * (high - low), least, greatest));
    for (let y = box.top; y < box.top + box.height; y += 1) {
      for (let x = box.left; x < box.left + box.width; x += 1) {
        const at = 4 * (y * grid.width + x);
        const step = 3 * steps[pixels.data[at]];
        pixels.data[at] = table[step];
        pixels.data[at + 1] = table[step + 1];
        pixels.data[at + 2] = table[step + 2];
      }
    }
  });
}

/** @param {number} value @param {number} least @param {number} greatest */
function stepOf(value, least, greatest) {
  return greatest > least ? Math.max(0, Math.min(255, Math.round((255 * (value - least)) / (greatest - least)))) : 0;
}

/** Cut a tile out. @param {ImageData} pixels @param {Box} box */
export function cut(pixels, box) {
  const tile = new ImageData(box.width, box.height);
  for (let row = 0; row < box.height; row += 1) {
    const start = 4 * ((box.top + row) * pixels.width + box.left);
    tile.data.set(pixels.data.subarray(start, start + 4 * box.width), 4 * row * box.width);
  }
  return tile;
}
