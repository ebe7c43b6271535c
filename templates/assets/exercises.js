// Checks the number that a reader worked out; without scripts the answer can be opened all the same.

/** @param {HTMLElement} place */
export function checkAnswers(place) {
  const { right, wrong, unread } = place.dataset;
  for (const form of place.querySelectorAll("form")) {
    form.hidden = false;
    const input = /** @type {HTMLInputElement} */ (form.querySelector("input"));
    const status = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const number = numberIn(input.value);
      const isRight = number === Number(input.dataset.answer);
      status.textContent = (number === null ? unread : isRight ? right : wrong) ?? "";
      status.className = isRight ? "aa-badge aa-good" : "aa-badge aa-open";
    });
  }
  const details = /** @type {NodeListOf<HTMLDetailsElement>} */ (place.querySelectorAll("details"));
  // On paper nobody can open an answer.
  window.addEventListener("beforeprint", () => details.forEach((one) => { one.open = true; }));
}

/** Read a whole number, however its thousands are set apart. @param {string} text */
function numberIn(text) {
  const digits = text.replace(/[\s\u202f\u00a0.,'’_]/g, "").replace(/%$/, "");
  return /^\d+$/.test(digits) ? Number(digits) : null;
}
