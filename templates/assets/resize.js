// What another input height and width would change: the rules of analysis/rules.py, worked out in
// exact integers. Every page that uses it holds results against what Python computed at build.

/**
 * @typedef {{kernel: number[], stride: number[], padded: number[], dilation: number[], ceil: boolean}} Window
 * @typedef {{id: string, op: string, sources: number[], shape: number[], row?: string, macs?: number,
 *   window?: Window, varies: boolean[], groups?: number[][][], dim?: number, constants?: number[][],
 *   border?: number[]}} Rule
 * @typedef {{id: string, reason: string, wanted: number[], got: number[]}} Illegal
 * @typedef {{shapes: number[][], macs: number, activations: number}} Resized
 */

/** @param {Rule[]} rules @param {number[]} size Height and width. @returns {Resized | {illegal: Illegal}} */
export function resize(rules, size) {
  const shapes = /** @type {number[][]} */ ([]);
  let macs = 0;
  let activations = 0;
  for (const rule of rules) {
    const before = rule.sources.map((place) => shapes[place]);
    const shape = rule.op === "input" ? [...rule.shape.slice(0, 2), ...size] : SHAPES[rule.op](rule, before);
    if (!Array.isArray(shape)) return { illegal: shape };
    shapes.push(shape);
    if (rule.macs) {
      macs += rule.macs * product(shape);
      activations += product(shape);
    }
  }
  return { shapes, macs, activations };
}

/** @param {number} size @param {Window} window @param {number} axis */
function outputSize(size, window, axis) {
  const extent = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
  const way = size + window.padded[axis] - extent;
  const stride = window.stride[axis];
  if (!window.ceil) return Math.floor(way / stride) + 1;
  const steps = Math.ceil(way / stride);
  // A last window that would start behind the input is dropped.
  return steps + (steps * stride >= size + Math.floor(window.padded[axis] / 2) ? 0 : 1);
}

/** @type {Record<string, (rule: Rule, before: number[][]) => number[] | Illegal>} */
const SHAPES = {
  window(rule, [before]) {
    const window = /** @type {Window} */ (rule.window);
    const size = before.slice(2);
    const after = size.map((length, axis) => outputSize(length, window, axis));
    if (Math.min(...after) < 1) {
      const extent = window.kernel.map((k, axis) => window.dilation[axis] * (k - 1) + 1);
      return { id: rule.id, reason: "window", wanted: extent, got: size };
    }
    return [...rule.shape.slice(0, 2), ...after];
  },
  like: (rule, [before]) => rule.shape.map((old, dim) => (rule.varies[dim] ? before[dim] : old)),
  grow: (rule, [before]) => before.map((size, dim) => size + (rule.border?.[dim] ?? 0)),
  join(rule, before) {
    const dim = rule.dim ?? 0;
    const odd = before.find((shape) => shape.some((size, d) => d !== dim && size !== before[0][d]));
    if (odd) return { id: rule.id, reason: "join", wanted: before[0], got: odd };
    return before[0].map((size, d) => (d === dim ? before.reduce((sum, shape) => sum + shape[dim], 0) : size));
  },
  broadcast(rule, before) {
    const shapes = [...before, ...(rule.constants ?? [])];
    const rank = Math.max(...shapes.map((shape) => shape.length));
    const padded = shapes.map((shape) => [...Array(rank - shape.length).fill(1), ...shape]);
    const after = padded[0].map((_, dim) => Math.max(...padded.map((shape) => shape[dim])));
    const odd = padded.findIndex((shape) => shape.some((size, dim) => size !== 1 && size !== after[dim]));
    return odd < 0 ? after : { id: rule.id, reason: "join", wanted: after, got: shapes[odd] };
  },
  regroup(rule, [before]) {
    const after = [...rule.shape];
    for (const [old, made] of rule.groups ?? []) {
      const varying = made.filter((dim) => rule.varies[dim]);
      if (varying.length > 0 && old.length === made.length) {
        made.forEach((dim, place) => {
          if (rule.varies[dim]) after[dim] = before[old[place]];
        });
      } else if (varying.length > 0) {
        after[made[0]] = product(old.map((dim) => before[dim]));
      }
    }
    return after;
  },
  linear(rule, [before]) {
    const features = before[before.length - 1];
    if (features !== rule.macs) return { id: rule.id, reason: "features", wanted: [rule.macs ?? 0], got: [features] };
    return [...before.slice(0, -1), rule.shape[rule.shape.length - 1]];
  },
  fixed: (rule) => rule.shape,
};

/** @param {number[]} sizes */
function product(sizes) {
  return sizes.reduce((total, size) => total * size, 1);
}
