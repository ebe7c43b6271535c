// The outline of a histogram on an axis that others share, as render/overlay.py draws it.

/** @typedef {{low: number, high: number, counts: number[]}} Histogram */

/** Return the path: every bin a step, the highest as high as the drawing. @param {Histogram} histogram @param {[number, number]} axis Its ends. @param {[number, number]} size Of the drawing. */
export function outline(histogram, [low, high], [width, height]) {
  const highest = Math.max(...histogram.counts) || 1;
  const spread = high - low || 1;
  const bin = (histogram.high - histogram.low) / histogram.counts.length;
  const at = (/** @type {number} */ edge) => (((histogram.low + edge * bin - low) / spread) * width).toFixed(1);
  const steps = histogram.counts.map((count, number) => `L${at(number)} ${(height * (1 - count / highest)).toFixed(1)}H${at(number + 1)}`);
  return `M${at(0)} ${height}${steps.join("")}V${height}Z`;
}
