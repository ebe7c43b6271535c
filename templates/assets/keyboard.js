// What the keyboard reaches in a drawn graph: names of frames that fold, and boxes that are no links.

import { set } from "./fold.js";

const XLINK = "http://www.w3.org/1999/xlink";

/** @param {import("./fold.js").FoldableGraph} graph */
export function makeReachable(graph) {
  for (const module of graph.modules.values()) {
    const name = module.group.querySelector("text");
    if (name && module.canFold) set(name, { tabindex: 0, role: "button", "aria-expanded": "true" });
  }
  for (const { group } of graph.boxes.values()) {
    const link = group.querySelector("a") ?? group;
    if (!link.getAttributeNS(XLINK, "href")) set(link, { tabindex: 0, role: "button" });
  }
}
