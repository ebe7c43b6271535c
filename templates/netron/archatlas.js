/**
 * Opens Netron on one model of this site, and on one node of it: ?url=<relative>&node=<name>.
 *
 * Netron as published asks ipinfo.io where the reader lives, asks for cookies, reports to Google
 * Analytics and refuses to start 180 days after its build. All of that happens in one method,
 * `Host.view`, which is replaced here once Netron's modules are loaded and before they run.
 * This module runs between Netron's index.js (a classic script) and the window's load event.
 */

/**
 * @typedef {object} HostPrototype the methods of Netron's browser.Host replaced here
 * @property {(view: object) => Promise<void>} view
 * @property {() => Promise<void>} start resolves when the model is drawn, or its error dismissed
 * @property {(id: string) => Promise<object>} require
 * @property {(file: string) => Promise<string>} asset
 * @property {string} version
 */

const query = new URLSearchParams(window.location.search);
const netron = window.exports;
const { preload, terminate } = netron;

netron.terminate = (message) => {
  terminate(message);
  // Netron's own class for this moment hides the message it is meant to show.
  document.body.className = "alert";
};

netron.preload = (callback) => {
  const refusal = refuse();
  if (refusal) {
    callback(null, new Error(refusal));
    return;
  }
  preload((value, error) => {
    if (!error) {
      tame(netron.browser.Host.prototype);
    }
    callback(value, error);
  });
};

// Its href is `javascript:`, which the page's policy forbids; Netron's own listener closes it.
document
  .getElementById("sidebar-closebutton")
  .addEventListener("click", (event) => event.preventDefault());

// Netron focuses its canvas whenever a panel closes, and once while it starts. From a frame that
// would take the focus from the reader's page, and scroll the page to the frame.
if (window.parent !== window) {
  const { focus } = HTMLElement.prototype;
  HTMLElement.prototype.focus = function focusWithinFrame(options) {
    if (document.hasFocus()) {
      focus.call(this, { ...options, preventScroll: true });
    }
  };
}

/**
 * Say why the address may not be followed: Netron also reads a model's address from the hash,
 * fetches gists, and takes the last of several `url`.
 * @returns {string} empty when nothing leaves this site
 */
function refuse() {
  const hash = window.location.hash.slice(1);
  const urls = [...query.getAll("url"), ...(hash ? [hash] : [])];
  const foreign = urls.find((url) => !isOurs(url));
  if (foreign !== undefined) {
    return `Only models of this site open here, by their relative address; refused: ${foreign}`;
  }
  return query.has("gist") ? "Only models of this site open here; refused: a gist." : "";
}

/**
 * @param {string} url
 * @returns {boolean} whether it is relative and resolves to this origin
 */
function isOurs(url) {
  if (/^\s*[a-z][a-z\d+.-]*:/i.test(url)) {
    return false;
  }
  try {
    return new URL(url, window.location.href).origin === window.location.origin;
  } catch {
    return false;
  }
}

/** @param {HostPrototype} host */
function tame(host) {
  const version = document.querySelector("script[data-netron-version]").dataset.netronVersion;
  const title = modelTitle(query.get("url"));
  const { start, require, asset } = host;

  host.view = async function view(app) {
    this._view = app;
  };
  host.start = async function startAtNode() {
    await start.call(this);
    openNode(query.get("node"));
    document.title = title;
  };
  // Netron fetches readers of other formats ahead of need; only ONNX is published here.
  host.require = function requireOnnx(id) {
    const module = { ModelFactory: NoFormat };
    return id.startsWith("./onnx") ? require.call(this, id) : Promise.resolve(module);
  };
  host.asset = function assetOfOnnx(file) {
    return file.startsWith("onnx") ? asset.call(this, file) : Promise.resolve("[]");
  };
  // Known to the About box and to the addresses of its data files, which then may be cached;
  // without the meta tag there is still no version for the telemetry to act upon.
  Object.defineProperty(host, "version", { get: () => version });
}

/** Stands for the reader of a format this site does not publish: it recognises no file. */
class NoFormat {
  /** @returns {null} */
  match() {
    return null;
  }
}

/**
 * @param {string | null} url
 * @returns {string} the model's folder when its file has the usual name, else the file's name
 */
function modelTitle(url) {
  const [folder, file] = ["", ...(url ?? "").split("/")].slice(-2);
  const model = file === "model.onnx" && folder ? folder : file;
  return model ? `${model} – Netron` : "Netron";
}

/**
 * Click a node: Netron opens its panel and scrolls to it. An unknown name leaves the graph alone.
 * Not scrollIntoView, which would also move the page that frames Netron.
 * @param {string | null} name
 */
function openNode(name) {
  const node = name ? document.getElementById(`node-name-${name}`) : null;
  node?.querySelector(".node-item")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
}
