"""Netron as published: patched once, complete, silent towards other hosts, open at a node."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from generator.errors import RenderError
from generator.render.netron import NetronApp, load_netron

ROOT = Path(__file__).parents[2]
SHIM = ROOT / "templates" / "netron" / "archatlas.js"
WHEEL = metadata.distribution("netron")
CONV = "features.0/Conv"
RELUS = 40
LAST_RELU = f"features.{RELUS}/Relu"
MODEL_URI = "../models/tall/model.onnx"


@pytest.fixture(scope="module")
def app() -> NetronApp:
    """Load Netron as the site does."""
    return load_netron(SHIM.read_text(encoding="utf-8"))


@pytest.fixture
def fake_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a second Netron in front of the real one; return its folder, free to be changed."""
    folder = tmp_path / "netron"
    folder.mkdir()
    for name in load_netron("").files:
        original = Path(str(WHEEL.locate_file(name)))
        if original.exists():
            (folder / original.name).symlink_to(original)
    information = tmp_path / "netron-99.1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: netron\nVersion: 99.1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace text in one file of the fake wheel, making sure that there was some to replace."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.unlink()
    path.write_text(text.replace(old, new), encoding="utf-8")


class Tags(HTMLParser):
    """Collect the attributes of every tag of one kind, in order."""

    def __init__(self, app: NetronApp, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.found: list[dict[str, str | None]] = []
        self.feed(app.files["netron/index.html"].decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag of the kind looked for."""
        if tag == self.kind:
            self.found.append(dict(attrs))


def test_our_script_follows_netrons_and_precedes_its_modules(app: NetronApp) -> None:
    """The shim must wrap `preload` after index.js defines it and before the load event."""
    scripts = [(script["src"], script["type"]) for script in Tags(app, "script").found]

    assert scripts == [("index.js", "text/javascript"), ("archatlas.js", "module")]


def test_page_keeps_no_version_or_date_for_netron_to_act_upon(app: NetronApp) -> None:
    """Without the two meta tags there is no telemetry and no build too old to start."""
    names = {meta.get("name") for meta in Tags(app, "meta").found}

    assert "viewport" in names
    assert names.isdisjoint({"version", "date"})


def test_policy_allows_no_other_host(app: NetronApp) -> None:
    """The page's one policy starts from 'self' and names no host, wildcard or scheme but data."""
    metas = Tags(app, "meta").found

    policies = [meta for meta in metas if meta.get("http-equiv") == "Content-Security-Policy"]

    assert len(policies) == 1
    rules = [rule.split() for rule in str(policies[0]["content"]).split(";")]
    assert rules[0] == ["default-src", "'self'"]
    sources = {source for rule in rules for source in rule[1:]}
    assert sources == {"'self'", "'unsafe-inline'", "'none'", "data:"}


def test_every_file_that_a_script_imports_is_published(app: NetronApp) -> None:
    """No static or lazy import of a published script leads outside the published files."""
    imports = re.compile(r"""\b(?:from|import)\b\s*\(?\s*['"]\./([^'"]+)['"]""")

    imported = {
        f"netron/{name}"
        for uri, content in app.files.items()
        if uri.endswith(".js")
        for name in imports.findall(content.decode())
    }

    assert len(imported) > 5
    assert imported <= set(app.files)


def test_untouched_files_are_published_byte_for_byte(app: NetronApp) -> None:
    """Only index.html differs from the wheel; the shim and the notice are added."""
    original = {uri: Path(str(WHEEL.locate_file(uri))) for uri in app.files}

    differing = {
        uri
        for uri, content in app.files.items()
        if not original[uri].exists() or original[uri].read_bytes() != content
    }

    assert differing == {"netron/index.html", "netron/archatlas.js", "netron/LICENSE.txt"}


def test_licence_names_author_and_installed_version(app: NetronApp) -> None:
    """The MIT notice asks to travel with the copy."""
    notice = app.files["netron/LICENSE.txt"].decode()

    assert "Copyright (c) Lutz Roeder" in notice
    assert f"Netron {WHEEL.version}" in notice
    assert "The above copyright notice and this permission notice shall be included" in notice


def test_loading_imports_neither_netron_nor_a_tensor_library() -> None:
    """Rendering runs with torch absent, and the netron package is files to us, not code."""
    program = (
        "import sys; from generator.render.netron import load_netron; load_netron('');"
        "print(*sorted({'netron', 'torch', 'numpy', 'onnx'} & set(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == ""


def test_fake_wheel_is_the_one_loaded(fake_wheel: Path) -> None:
    """An unchanged copy under another version loads, so the refusals below are about changes."""
    app = load_netron("")

    assert fake_wheel.is_dir()
    assert app.version == "99.1.0"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("index.html", '<meta name="version"', '<meta name="release"'),
        ("index.html", '<meta name="date"', '<meta name="built"'),
        ("index.html", "Content-Security-Policy", "X-Content-Security-Policy"),
        (
            "index.html",
            '<meta charset="utf-8">',
            '<script type="text/javascript" src="index.js"></script>',
        ),
        ("index.js", "window.exports.preload =", "window.exports.prepare ="),
        ("index.js", "var modules =", "const modules ="),
        ("browser.js", "async view(view)", "async attach(view)"),
        ("view.js", "`name-${value.name}`", "`label-${value.name}`"),
    ],
)
def test_changed_netron_is_refused(fake_wheel: Path, name: str, old: str, new: str) -> None:
    """A Netron that the patches or the shim no longer fit is refused, by name and version."""
    rewrite(fake_wheel / name, old, new)

    with pytest.raises(RenderError, match=rf"^netron 99\.1\.0: {re.escape(name)} "):
        load_netron("")


def test_netron_with_a_missing_file_is_refused(fake_wheel: Path) -> None:
    """A script that imports what the wheel does not hold is found at build time, by name."""
    rewrite(fake_wheel / "view.js", "from './base.js'", "from './core.js'")

    with pytest.raises(RenderError, match=r"^netron 99\.1\.0: 'core\.js' cannot be read from "):
        load_netron("")


def test_absent_netron_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the wheel the caller learns what is missing and what to do."""
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(RenderError, match=r"netron: not installed.*pip install netron"):
        load_netron("")


@dataclass
class Visit:
    """One page under observation, with what it asked for and complained about."""

    page: Page
    context: BrowserContext
    base: str
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, uri: str) -> None:
        """Go to an address of the served site."""
        self.page.goto(self.base + uri)

    def foreign_requests(self) -> list[str]:
        """List what was asked of any origin but the served site's."""
        home = urlsplit(self.base).netloc
        return [url for url in self.requests if urlsplit(url).netloc != home]

    def assert_quiet(self) -> None:
        """Assert that nothing left the site, failed to load, or reached the console."""
        assert len(self.requests) > 10
        assert self.foreign_requests() == []
        assert self.failures == []
        assert self.complaints == []
        assert self.context.cookies() == []


class QuietHandler(SimpleHTTPRequestHandler):
    """Serve files without a line on stderr for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def tall_model() -> onnx.ModelProto:
    """Build a convolution and rectifiers enough to scroll, named as the site names nodes."""
    kernel = np.full((2, 1, 3, 3), 0.25, dtype=np.float32)
    conv = helper.make_node("Conv", ["x", "features.0.weight"], ["y0"], name=CONV)
    relus = [
        helper.make_node("Relu", [f"y{depth - 1}"], [f"y{depth}"], name=f"features.{depth}/Relu")
        for depth in range(1, RELUS + 1)
    ]
    graph = helper.make_graph(
        [conv, *relus],
        "tall",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 1, 8, 8])],
        [helper.make_tensor_value_info(f"y{RELUS}", TensorProto.FLOAT, ["batch", 2, 6, 6])],
        [numpy_helper.from_array(kernel, "features.0.weight")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.fixture(scope="module")
def site(app: NetronApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve Netron, one model, one damaged model and a tall page that frames Netron."""
    folder = tmp_path_factory.mktemp("site")
    contents = dict(app.files)
    contents["models/tall/model.onnx"] = tall_model().SerializeToString()
    contents["models/damaged/model.onnx"] = b"\x08\x09 no model at all"
    contents["frame.html"] = (
        b'<!doctype html><link rel="icon" href="data:,"><div style="height: 300px"></div>'
        b'<iframe width="900" height="400" src="netron/index.html?url=../models/tall/model.onnx'
        b'&amp;node=features.40/Relu"></iframe><div style="height: 3000px"></div>'
    )
    for uri, content in contents.items():
        (folder / uri).parent.mkdir(parents=True, exist_ok=True)
        (folder / uri).write_bytes(content)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Open a fresh page, watched from before its first request."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    visit = Visit(page, context, site)

    def note_request(request: Request) -> None:
        visit.requests.append(request.url)

    def note_response(response: Response) -> None:
        if response.status >= 400:
            visit.failures.append(f"{response.status} {response.url}")

    context.on("request", note_request)
    context.on("response", note_response)
    page.on("console", lambda message: visit.complaints.append(message.text))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    context.close()


def address(*, url: str = MODEL_URI, node: str = "") -> str:
    """Write the address that the site's pages link to."""
    return f"netron/index.html?url={quote(url)}" + (f"&node={quote(node)}" if node else "")


def node_of(where: Page | FrameLocator, name: str) -> Locator:
    """Find the drawing of one node."""
    return where.locator(f"[id='node-name-{name}']")


@pytest.mark.browser
def test_graph_opens_without_a_question(visit: Visit) -> None:
    """The plain link draws the graph: no consent, no panel, no other host, no cookie."""
    visit.open(address())

    expect(visit.page).to_have_title("tall – Netron")
    expect(node_of(visit.page, CONV)).to_be_in_viewport()
    expect(node_of(visit.page, LAST_RELU)).not_to_be_in_viewport()
    expect(visit.page.locator("#message")).to_be_hidden()
    expect(visit.page.locator("#sidebar-content")).to_be_empty()
    visit.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize("name", [CONV, LAST_RELU])
def test_node_link_opens_the_panel_of_that_node(visit: Visit, name: str) -> None:
    """`&node=` selects the node, brings it into view and opens its properties."""
    visit.open(address(node=name))

    expect(visit.page).to_have_title("tall – Netron")
    expect(visit.page.locator("#sidebar-title")).to_have_text("Node Properties")
    expect(visit.page.locator("#sidebar").get_by_text(name, exact=True)).to_be_visible()
    expect(node_of(visit.page, name)).to_have_class(re.compile(r"\bselect\b"))
    expect(node_of(visit.page, name)).to_be_in_viewport(ratio=1)
    visit.assert_quiet()


@pytest.mark.browser
def test_panel_shows_weights_and_closes(visit: Visit) -> None:
    """A weight unfolds to its shape and values, and the panel closes, within the policy."""
    visit.open(address(node=CONV))
    panel = visit.page.locator("#sidebar")

    panel.locator(".sidebar-item-value", has_text="features.0.weight").locator(
        ".sidebar-item-value-expander"
    ).click()
    expect(panel).to_contain_text("float32[2,1,3,3]")
    expect(panel).to_contain_text("0.25")
    panel.locator("#sidebar-closebutton").click()

    expect(visit.page.locator("#sidebar-content")).to_be_empty()
    visit.assert_quiet()


@pytest.mark.browser
def test_unknown_node_leaves_the_graph_alone(visit: Visit) -> None:
    """A stale link still shows the model."""
    visit.open(address(node="features.99/Conv"))

    expect(visit.page).to_have_title("tall – Netron")
    expect(node_of(visit.page, CONV)).to_be_in_viewport()
    expect(visit.page.locator("#sidebar-content")).to_be_empty()
    visit.assert_quiet()


@pytest.mark.browser
def test_frame_shows_the_node_and_leaves_the_page_around_it_alone(visit: Visit) -> None:
    """Inside an iframe the node opens; the framing page keeps its scroll position and focus."""
    visit.open("frame.html")
    frame = visit.page.frame_locator("iframe")

    expect(frame.locator("#sidebar-title")).to_have_text("Node Properties")
    expect(node_of(frame, LAST_RELU)).to_have_class(re.compile(r"\bselect\b"))
    expect(node_of(frame, LAST_RELU)).to_be_in_viewport()
    assert visit.page.evaluate("[scrollX, scrollY]") == [0, 0]
    assert visit.page.evaluate("document.activeElement.tagName") == "BODY"
    visit.assert_quiet()


@pytest.mark.browser
def test_netron_still_starts_years_after_its_build(visit: Visit) -> None:
    """The 180 days after which Netron refuses to start do not count here."""
    visit.page.clock.set_fixed_time("2036-01-01T00:00:00Z")

    visit.open(address())

    expect(visit.page).to_have_title("tall – Netron")
    expect(node_of(visit.page, CONV)).to_be_in_viewport()


@pytest.mark.browser
def test_operator_data_may_be_cached(visit: Visit) -> None:
    """The 5.6 MB of operator descriptions are asked for by version, not by the time of day."""
    visit.open(address())
    expect(visit.page).to_have_title("tall – Netron")

    queries = [urlsplit(url).query for url in visit.requests if "onnx-metadata.json" in url]

    assert queries == [f"version={WHEEL.version}"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("../models/absent/model.onnx", "failed with status code '404'"),
        ("../models/damaged/model.onnx", "Unsupported file content"),
    ],
)
def test_unreadable_model_shows_netrons_own_message(visit: Visit, url: str, message: str) -> None:
    """A model that is absent or damaged says so, and nothing is asked of other hosts."""
    visit.open(address(url=url, node=CONV))

    expect(visit.page.locator("#message-text")).to_contain_text(message)
    expect(visit.page.locator("#message-text")).to_be_visible()
    assert visit.foreign_requests() == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "query",
    [
        "?url=https://example.com/model.onnx",
        "?url=//example.com/model.onnx",
        "?url=%5C%5Cexample.com/model.onnx",
        "?url=ht%09tps://example.com/model.onnx",
        "?url=data:,model.onnx",
        "?url={base}models/tall/model.onnx",
        f"?url={MODEL_URI}&url=https://example.com/model.onnx",
        f"?url={MODEL_URI}#https://example.com/model.onnx",
        "?gist=0123456789abcdef",
    ],
)
def test_address_outside_the_site_is_refused_in_words(visit: Visit, query: str) -> None:
    """Only relative addresses on this origin open; anything else is refused before a request."""
    visit.open("netron/index.html" + query.replace("{base}", visit.base))

    expect(visit.page.locator("#message-text")).to_contain_text("Only models of this site open")
    expect(visit.page.locator("#message-text")).to_be_visible()
    assert visit.foreign_requests() == []
    assert visit.complaints == []
    assert not any("view.js" in url for url in visit.requests)
