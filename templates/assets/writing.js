// Numbers and sentences as pages write them (render/formats.py).

const UNITS = /** @type {[number, string][]} */ ([[1, ""], [1e3, "K"], [1e6, "M"], [1e9, "G"], [1e12, "T"]]);

/** Write a count with three digits and a unit. @param {number} number */
export function counted(number) {
  // From 999.5 on, three digits are a thousand.
  const [scale, unit] = UNITS.find(([size]) => Math.abs(number) / size < 999.5) ?? UNITS[UNITS.length - 1];
  const value = number / scale;
  return `${Math.abs(value) < 999.5 ? Number(value.toPrecision(3)) : Math.round(value)}${unit && `\u202f${unit}`}`;
}

/** Write every digit of a whole number, in groups of three. @param {number} number */
export function exact(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Write a number with three digits. @param {number} value */
export function written(value) {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e3) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

/** @param {number} share */
export function percent(share) {
  return `${(100 * share).toFixed(1)}\u202f%`;
}

/** Put values in the places that a sentence names. @param {string | undefined} sentence @param {Record<string, string | number>} values */
export function filled(sentence, values) {
  return (sentence ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
