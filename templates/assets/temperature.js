// The softmax at another temperature, worked out from the stored scores of every class.

/** @param {HTMLElement} panel */
export function showTemperature(panel) {
  const form = /** @type {HTMLFormElement} */ (panel.querySelector("form"));
  const answers = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll("[data-aa-file-logits]")]);
  if (answers.length === 0) return;
  const output = /** @type {HTMLOutputElement} */ (form.querySelector("output"));
  /** @type {Promise<number[][]> | undefined} */
  let loading;
  const apply = async () => {
    loading ??= Promise.all(answers.map(async (answer) => read(await fetch(answer.dataset.aaFileLogits ?? ""))));
    const scores = await loading;
    const temperature = 10 ** Number(new FormData(form).get("log"));
    output.textContent = `t = ${Number(temperature.toPrecision(3))}`;
    answers.forEach((answer, number) => show(answer, softmax(scores[number], temperature), panel.dataset.sentence ?? ""));
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
}

/** Read scores; null stands for minus infinity. @param {Response} reply @returns {Promise<number[]>} */
async function read(reply) {
  return (await reply.json()).map((/** @type {number | null} */ score) => score ?? -Infinity);
}

/** @param {number[]} scores @param {number} temperature @returns {number[]} Probabilities, in the order of classes. */
export function softmax(scores, temperature) {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - highest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The order of classes stays at every temperature, and so do the names. @param {HTMLElement} answer @param {number[]} probabilities @param {string} sentence */
function show(answer, probabilities, sentence) {
  const best = [...probabilities].sort((a, b) => b - a);
  answer.querySelectorAll("li").forEach((line, place) => {
    const share = best[place];
    line.style.setProperty("--share", String(share));
    line.dataset.probability = String(share);
    const number = /** @type {HTMLElement} */ (line.querySelector("b"));
    number.textContent = share > 0 && share < 0.001 ? "<0.1\u202f%" : `${(100 * share).toFixed(1)}\u202f%`;
  });
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  const place = answer.querySelector("[data-aa-sum]");
  if (place) place.textContent = sentence.replace("{sum}", sum.toFixed(6));
}

/** Let overlays fade. @param {HTMLElement} panel */
export function showOverlays(panel) {
  const form = /** @type {HTMLFormElement} */ (panel.querySelector("form"));
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => panel.style.setProperty("--aa-opacity", String(new FormData(form).get("opacity"))));
}
