// Pages that tell of chosen models: what changed from one to the next, and why.

import { element } from "./parts.js";

/** Link to every comparison with a page of its own whose models are all chosen. @param {HTMLElement} place @param {string[]} slugs */
export function linkCurated(place, slugs) {
  const listed = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".aa-stories a"));
  const told = [...listed].filter((link) => {
    const page = link.pathname.split("/").filter(Boolean).pop() ?? "";
    return page.split("-vs-").every((slug) => slugs.includes(slug));
  });
  const links = told.flatMap((link, number) => [number ? " · " : " ", element("a", { href: link.href }, link.textContent ?? "")]);
  place.hidden = told.length === 0;
  place.replaceChildren(place.dataset.words ?? "", ...links);
}
