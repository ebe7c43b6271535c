// The columns of a comparison: each was computed when the site was built, and is fetched once.

import { filled } from "../writing.js";

/**
 * @typedef {{version: number, slug: string, title: string, input: number[], weights: string, problems: string[],
 *   traits: import("./facts.js").Trait[], stages: import("./stages.js").Stage[], profile: import("./curves.js").Profile,
 *   pictures: {id: string, title: string, file: string}[], maps: import("./maps.js").Maps[],
 *   design: {file: string, width: number, height: number} | null, onnx: boolean}} Column As render/column.py makes it.
 */

export class Columns {
  /** @param {string} home The edition's root. @param {DOMStringMap} words What is said of columns that cannot be shown. */
  constructor(home, words) {
    this.home = home;
    this.words = words;
    /** @type {Map<string, Promise<Column | string>>} */
    this.known = new Map();
  }

  /** A model's column, or what is wrong with it. @param {string} slug @returns {Promise<Column | string>} */
  of(slug) {
    const known = this.known.get(slug) ?? this.fetch(slug);
    this.known.set(slug, known);
    return known;
  }

  /** @param {string} slug @returns {Promise<Column | string>} */
  async fetch(slug) {
    const { older, missing, version } = this.words;
    try {
      const answer = await fetch(`${this.home}models/${slug}/compare.json`);
      const column = await answer.json();
      return String(column.version) === version ? column : filled(older, { model: slug });
    } catch {
      this.known.delete(slug);
      return filled(missing, { model: slug });
    }
  }
}
