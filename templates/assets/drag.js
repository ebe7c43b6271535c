// Moving a large drawing under its window, as on a map.

/** Let a mouse drag the canvas, as on a map; fingers scroll it anyway. @param {HTMLElement} canvas */
export function makeDraggable(canvas) {
  let isDragged = false;
  canvas.addEventListener("dragstart", (event) => event.preventDefault()); // of a link
  const swallow = (/** @type {MouseEvent} */ event) => {
    // The end of a drag is no click; one without a pointer, by a key, always is.
    if (isDragged && event.detail > 0) event.stopImmediatePropagation();
  };
  canvas.addEventListener("click", swallow, { capture: true });
  canvas.addEventListener("pointerdown", (down) => {
    if (down.pointerType !== "mouse" || down.button !== 0) return;
    const [left, top] = [canvas.scrollLeft + down.clientX, canvas.scrollTop + down.clientY];
    isDragged = false;
    const move = (/** @type {PointerEvent} */ event) => {
      isDragged ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 4;
      canvas.scrollTo(left - event.clientX, top - event.clientY);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", () => window.removeEventListener("pointermove", move), { once: true });
  });
}
