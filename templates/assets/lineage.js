// The drawing of diagram/lineage.py: a network that is pointed at or focused shows its own arrows.

/** Set the arrows of a network apart while it is pointed at or has the focus. @param {HTMLElement} figure */
export function showDescent(figure) {
  const arrows = [...figure.querySelectorAll(".edge")];
  /** @param {EventTarget | null} target */
  const choose = (target) => {
    const place = target instanceof Element ? target.closest("[id^='a_b']")?.id.slice(2) : undefined;
    figure.classList.toggle("aa-chosen", arrows.some((arrow) => isAt(arrow, place)));
    for (const arrow of arrows) arrow.classList.toggle("aa-near", isAt(arrow, place));
  };
  for (const name of ["pointerover", "focusin"]) figure.addEventListener(name, (event) => choose(event.target));
  for (const name of ["pointerleave", "focusout"]) figure.addEventListener(name, () => choose(null));
}

/** @param {Element} arrow @param {string | undefined} place @returns {boolean} whether it begins or ends there */
function isAt(arrow, place) {
  return place !== undefined && arrow.id.split("-").includes(place);
}
