// What a comparison's address says: models in order, the baseline, the picture, the section.

/** @typedef {{models: string[], base: string | null, picture: string | null, section: string | null}} State */

/** @param {string} search @returns {State} */
export function stateOf(search) {
  const query = new URLSearchParams(search);
  const models = (query.get("m") ?? "").split(",").map((slug) => slug.trim().toLowerCase()).filter(Boolean);
  return { models: [...new Set(models)], base: query.get("base"), picture: query.get("picture"), section: query.get("section") };
}

/** Write a state as an address; what other tools keep there stays. @param {State} state @returns {string} */
export function addressOf(state) {
  const query = new URLSearchParams(location.search);
  const base = state.models.includes(state.base ?? "") && state.base !== state.models[0] ? state.base : null;
  const values = { base, picture: state.picture, section: state.section };
  query.delete("m");
  for (const [name, value] of Object.entries(values)) {
    if (value && state.models.length) query.set(name, value);
    else query.delete(name);
  }
  const models = state.models.length ? `m=${state.models.map(encodeURIComponent).join(",")}` : "";
  const search = [models, query.toString()].filter(Boolean).join("&");
  return `${location.pathname}${search && "?"}${search}`;
}

/** Return the known names that look most like one that is not. @param {string} name @param {string[]} known */
export function nearest(name, known) {
  const plain = (/** @type {string} */ text) => text.replace(/[^a-z0-9]/g, "");
  const scored = known.map((slug) => {
    const [a, b] = [plain(name), plain(slug)];
    const holds = a && (b.includes(a) || a.includes(b));
    return { slug, price: holds ? Math.abs(a.length - b.length) / 10 : edits(a, b) };
  });
  const close = scored.filter(({ slug, price }) => price <= Math.max(2, plain(slug).length * 0.45));
  return close.sort((a, b) => a.price - b.price || a.slug.localeCompare(b.slug)).slice(0, 3).map(({ slug }) => slug);
}

/** Count the letters to change, add or leave out (Levenshtein). @param {string} a @param {string} b */
function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    }
    row = next;
  }
  return row[b.length];
}
