"""Claims about which links of a built site count as broken, and which files as orphans."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import RenderError
from generator.render import links
from generator.render.links import BrokenLink, broken_links, check_links, orphans

_PNG = "not looked into"
_SITE = {
    "index.html": '<h1 id="home">Home</h1>',
    "404.html": "<h1>Gone</h1>",
    "netron/index.html": "<title>Netron</title>",
    "assets/cat.png": _PNG,
    "assets/two words.png": _PNG,
    "assets/main.css": "body { color: red }",
    "assets/icons.svg": '<svg><g id="plus"/></svg>',
    "models/index.html": "<h1>Models</h1>",
    "models/x/index.html": '<h1 id="x">X</h1><tr id="layer-conv.1"></tr><a name="old"></a>',
    "models/x/model.onnx": "onnx",
}


def _build(site: Path, files: Mapping[str, str]) -> Path:
    for uri, text in files.items():
        (site / uri).parent.mkdir(parents=True, exist_ok=True)
        (site / uri).write_text(text, encoding="utf-8")
    return site


def _reasons(site: Path, page_uri: str, text: str) -> list[str]:
    broken = broken_links(_build(site, {**_SITE, page_uri: text}))
    assert {link.page for link in broken} <= {page_uri}
    return [link.reason for link in broken]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="models/">folder</a>',
        '<a href="models">folder, without its slash</a>',
        '<a href="models/x/index.html?m=a,b#x">query and fragment</a>',
        '<a href="./models/../models/x/#layer-conv.1">dots</a>',
        '<a href="models/x/#layer-conv%2E1">escaped fragment</a>',
        '<a href="models/x/#old">named anchor</a>',
        '<a href="#__tabbed_1_1">a tab of the theme</a><a href="#">here</a><a href="">here</a>',
        '<a href="models/x/#:~:text=conv">text fragment</a><a href="#top">up</a>',
        '<a href=" assets/two%20words.png\n">escaped path</a>',
        '<a href="netron/index.html?url=../models/x/model.onnx&amp;node=a%2Fb">viewer</a>',
        '<a href="https://arxiv.org/#x">out</a><a href="//arxiv.org">out</a>',
        '<a href="mailto:a@b.c">m</a><a href="javascript:void(0)">j</a><a href="data:,x">d</a>',
        '<form action="https://elsewhere.org/subscribe"></form>',
        '<img src="data:image/png;base64,AAAA" srcset="assets/cat.png, assets/cat.png 2x">',
        '<link rel="canonical" href="https://me.org/base/">',
        '<link rel="alternate" hreflang="zh" href="https://me.org/zh/">',
        '<link rel="next" href="models/"><link rel="stylesheet" href="assets/main.css">',
        '<svg><use href="assets/icons.svg#plus"/><path id="p" fill="url(#p)"/></svg>',
        "<style>@namespace svg url(http://www.w3.org/2000/svg); /* url(gone.png) */</style>",
        """<style>a { content: "url(no.png)"; mask: url('data:x,<svg href="//y">') }</style>""",
        "<script>const link = '<a href=\"gone/\">';</script><!-- <a href='gone/'> -->",
        '<p title="url(gone.png)">words about url()</p>',
        '<a href="models/" href="gone/">the first attribute counts</a>',
    ],
)
def test_a_link_that_arrives_is_not_reported(tmp_path: Path, html: str) -> None:
    """Whatever a browser resolves to a file and an element of the site is whole."""
    assert _reasons(tmp_path, "index.html", html) == []


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ('<a href="gone/">', "no file gone/index.html"),
        ('<a href="Models/">', "no file Models/index.html"),
        ('<a href="assets/">', "no file assets/index.html"),
        ('<a href="assets/cat.png/">', "no file assets/cat.png/index.html"),
        ('<a href="models/gone.json?x=1">', "no file models/gone.json"),
        ('<img src="gone.png">', "no file gone.png"),
        ('<img src="assets/cat.png" srcset="assets/cat.png 1x, gone.png 2x">', "no file gone.png"),
        ('<picture><source srcset="gone.png"></picture>', "no file gone.png"),
        ('<video poster="gone.png"></video>', "no file gone.png"),
        ('<script src="gone.js"></script>', "no file gone.js"),
        ('<link rel="stylesheet" href="gone.css">', "no file gone.css"),
        ('<link rel="prev" href="gone/">', "no file gone/index.html"),
        ('<iframe src="gone/"></iframe>', "no file gone/index.html"),
        ('<object data="gone.svg"></object>', "no file gone.svg"),
        ('<form action="gone/"></form>', "no file gone/index.html"),
        ('<meta http-equiv="refresh" content="0; url=gone/">', "no file gone/index.html"),
        ('<p style="background: url(gone.png)">', "no file gone.png"),
        ('<style>@import "gone.css";</style>', "no file gone.css"),
        ('<svg><a xlink:href="gone/"/></svg>', "no file gone/index.html"),
        ('<svg><image href="gone.png"/></svg>', "no file gone.png"),
        ('<svg><rect fill="url(#gone)"/></svg>', "index.html has no element with the id 'gone'"),
        ('<a href="models/x/#gone">', "models/x/index.html has no element with the id 'gone'"),
        (
            '<use href="assets/icons.svg#gone"/>',
            "assets/icons.svg has no element with the id 'gone'",
        ),
        ('<img src="">', "empty address"),
        ('<a href="..">', "leaves the site folder"),
        ('<a href="models/../../site/">', "leaves the site folder"),
        ('<a href="%2e%2e/secret">', "leaves the site folder"),
        ('<a href="/models/">', "absolute path; breaks under a base path"),
        ('<img src="/assets/cat.png">', "absolute path; breaks under a base path"),
        ('<a href="file:///home/me/x.html">', "unknown scheme 'file:'"),
        ('<a href="torchvision:resnet50/">', "unknown scheme 'torchvision:'"),
        ('<a href="https://[broken">', "Invalid IPv6 URL"),
        ('<script src="https://cdn.org/x.js"></script>', "loads from another host"),
        ('<img src="//cdn.org/x.png">', "loads from another host"),
        ('<img src="\\\\cdn.org/x.png">', "loads from another host"),
        ('<img srcset="https://cdn.org/x.png 2x">', "loads from another host"),
        ('<iframe src="http://cdn.org/"></iframe>', "loads from another host"),
        ('<link rel="preconnect" href="https://fonts.gstatic.com">', "loads from another host"),
        ('<link rel="shortcut icon" href="https://cdn.org/i.ico">', "loads from another host"),
        ('<style>@import url("https://cdn.org/x.css");</style>', "loads from another host"),
        ('<p style="background: url(https://cdn.org/x.png)">', "loads from another host"),
        ('<svg><use xlink:href="https://cdn.org/i.svg#x"/></svg>', "loads from another host"),
        ('<base href="https://cdn.org/">', "loads from another host"),
    ],
)
def test_a_broken_link_is_reported_with_its_reason(tmp_path: Path, html: str, reason: str) -> None:
    """Each way in which a link can fail has a reason of its own."""
    assert _reasons(tmp_path, "index.html", html) == [reason]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("../models/x/gone.onnx", "no file models/x/gone.onnx"),
        ("models/x/model.onnx", "no file netron/models/x/model.onnx"),
        ("https://elsewhere.org/model.onnx", "loads from another host"),
        ("../../secret.onnx", "leaves the site folder"),
    ],
)
def test_what_a_viewer_is_asked_for_must_exist(tmp_path: Path, asked: str, reason: str) -> None:
    """A `url` parameter is resolved from the page that will open it, not from the linking one."""
    html = f'<a href="../../netron/?url={asked}">'
    assert _reasons(tmp_path, "models/y/index.html", html) == [f"url={asked}: {reason}"]


def test_links_are_resolved_from_the_page_they_are_on(tmp_path: Path) -> None:
    """A page two folders down reaches the root with two steps up, and not with three."""
    html = '<a href="../../">home</a><a href="../../../">too far</a><img src="cat.png">'
    broken = broken_links(_build(tmp_path, {**_SITE, "models/x/index.html": html}))
    assert broken == (
        BrokenLink("models/x/index.html", "../../../", "leaves the site folder"),
        BrokenLink("models/x/index.html", "cat.png", "no file models/x/cat.png"),
    )


@pytest.mark.parametrize(
    ("target", "reasons"),
    [
        ("/base/assets/cat.png", []),
        ("/base/", []),
        ("/assets/cat.png", ["leaves the site folder"]),
        ("/base/gone.png", ["no file gone.png"]),
    ],
)
def test_the_404_page_speaks_from_the_base_path(
    tmp_path: Path,
    target: str,
    reasons: list[str],
) -> None:
    """Its absolute paths are read below the path that the home page's canonical address names."""
    home = '<link rel="canonical" href="https://me.github.io/base/">'
    site = _build(tmp_path, {**_SITE, "index.html": home, "404.html": f'<a href="{target}">'})
    assert [link.reason for link in broken_links(site)] == reasons


def test_the_404_page_of_a_site_without_address_speaks_from_the_root(tmp_path: Path) -> None:
    """Without a canonical address the site is taken to be mounted at the root of its host."""
    html = '<a href="/">home</a><img src="/assets/cat.png"><img src="/gone.png">'
    assert _reasons(tmp_path, "404.html", html) == ["no file gone.png"]


@pytest.mark.parametrize(
    ("uri", "text", "reason"),
    [
        ("assets/x.css", "a { background: url( 'gone.png' ) }", "no file assets/gone.png"),
        ("assets/x.css", "@import 'https://cdn.org/x.css';", "loads from another host"),
        (
            "assets/x.css",
            "a { mask: URL(/assets/cat.png) }",
            "absolute path; breaks under a base path",
        ),
        (
            "models/x/a.svg",
            '<svg><a xlink:href="#gone"/></svg>',
            "models/x/a.svg has no element with the id 'gone'",
        ),
        ("models/x/a.svg", '<svg><image href="../cat.png"/></svg>', "no file models/cat.png"),
    ],
)
def test_stylesheets_and_drawings_are_checked_too(
    tmp_path: Path,
    uri: str,
    text: str,
    reason: str,
) -> None:
    """Their links resolve from where they lie, not from the page that uses them."""
    assert _reasons(tmp_path, uri, text) == [reason]


def test_a_fragment_in_a_stylesheet_is_left_to_the_document_it_styles(tmp_path: Path) -> None:
    """`url(#id)` in a stylesheet names an element of some page, which may well be drawn later."""
    css = "a { filter: url(#blur); mask: url(icons.svg#plus) }"
    assert _reasons(tmp_path, "assets/main.css", css) == []


def test_the_same_broken_link_is_reported_once_per_page(tmp_path: Path) -> None:
    """A menu repeats its entries; the report does not."""
    html = '<a href="gone/">1</a>' * 3
    site = _build(tmp_path, {**_SITE, "index.html": html, "models/index.html": html})
    assert [link.page for link in broken_links(site)] == ["index.html", "models/index.html"]


def test_an_unlinked_published_file_is_an_orphan(tmp_path: Path) -> None:
    """What no page and no stylesheet refers to is found by nobody."""
    html = (
        '<a href="models/x/#gone">a page, if not the right place on it</a><a href="models/">'
        '<a href="netron/index.html?url=../models/x/model.onnx">'
    )
    extra = {
        "index.html": html,
        "assets/main.css": "a { background: url(../data/used.png) }",
        "models/x/record.json": "{}",
        "models/x/alone/index.html": '<a href="">itself</a>',
        "models/x/drawing.svg": '<svg><image href="tile.png"/></svg>',
        "models/x/tile.png": _PNG,
        "data/used.png": _PNG,
        "zh/models/y.json": "{}",
    }
    site = _build(tmp_path, {**_SITE, **extra})
    assert orphans(site) == (
        "models/x/alone/index.html",
        "models/x/drawing.svg",
        "models/x/record.json",
        "models/x/tile.png",
    )
    assert orphans(site, ["zh/models"]) == ("zh/models/y.json",)


def test_one_reading_answers_both_questions(tmp_path: Path) -> None:
    """The report holds what the two questions would answer one by one."""
    site = _build(tmp_path, {**_SITE, "index.html": '<a href="gone/">'})
    report = check_links(site)
    assert report.broken == broken_links(site) != ()
    assert report.orphans == orphans(site) != ()


def test_a_folder_without_pages_is_no_site(tmp_path: Path) -> None:
    """Nothing to check is an error: it would otherwise pass as a site without broken links."""
    with pytest.raises(RenderError, match="no built site here; run `archatlas build` first"):
        broken_links(tmp_path / "nowhere")


_ATTRIBUTE = st.sampled_from(
    [
        "",
        ' id="a"',
        " id=b",
        " id = 'c'",
        " ID=d",
        ' href="e/"',
        " xlink:href='f'",
        ' data-x="1"',
        ' title="a > b"',
        ' title="<td>"',
        " hidden",
        ' fill="url(#g)"',
        ' name="h"',
        '/id="i"',
        "\n",
    ],
)
_NAME = st.sampled_from(["a", "td", "g", "h1", "p", "title", "style", "script", "noscript", "link"])
_TAG = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["<", "</", "< "]),
    _NAME,
    _ATTRIBUTE,
    _ATTRIBUTE,
    st.sampled_from([">", "/>", " >"]),
)
_TEXT = st.sampled_from(["", " 1 < 2 ", "&lt;td&gt;", "<!-- ", " -->", "url(j.png)", "\n"])


@given(st.lists(st.one_of(_TAG, _TEXT), max_size=12).map("".join))
def test_dropping_idle_tags_loses_no_link_and_no_anchor(html: str) -> None:
    """The short cut before parsing finds what parsing the whole page finds."""
    whole, thinned = links._Collector(), links._Collector()
    whole.feed(html)
    whole.close()
    thinned.feed(links._IDLE_TAG.sub("", html))
    thinned.close()
    assert (thinned.references, thinned.anchors) == (whole.references, whole.anchors)


def test_a_site_built_with_the_theme_is_whole(tmp_path: Path) -> None:
    """What MkDocs and Material write by themselves, 404 page included, raises no false alarm."""
    config = (
        "site_name: T\nsite_url: https://me.github.io/base/\ntheme: {name: material, font: false}\n"
    )
    page = "# X\n\n## Part\n\n[home](../index.md#home) [part](#part)\n"
    _build(tmp_path, {"mkdocs.yml": config, "docs/index.md": "# Home\n", "docs/models/x.md": page})
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=tmp_path, check=True)
    assert (tmp_path / "site/404.html").exists()
    assert check_links(tmp_path / "site") == links.LinkReport((), ())
