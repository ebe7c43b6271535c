// What was set, in the address: so that it can be sent to somebody. What others keep there stays as it is.

const OWN = new Set(["words", "family", "from", "to", "known", "sort", "params", "macs", "peak_activation_bytes", "top1"]);

/** @returns {URLSearchParams} */
export function address() {
  return new URLSearchParams(location.search);
}

/** @param {HTMLFormElement} form @param {string} sort */
export function remember(form, sort) {
  const own = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (OWN.has(name) && value) own.append(name, String(value));
  if (sort) own.set("sort", sort);
  // Kept as written: a list such as m=a,b would come out as m=a%2Cb.
  const parts = location.search.slice(1).split("&").filter((part) => part && !OWN.has(keyOf(part)));
  const query = [...parts, own.toString()].filter(Boolean).join("&");
  history.replaceState(history.state, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
}

/** @param {string} part */
function keyOf(part) {
  return new URLSearchParams(part).keys().next().value ?? "";
}
