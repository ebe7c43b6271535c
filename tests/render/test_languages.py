"""A built site in two languages: each page speaks one, and knows the other."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, NavigableString
from conftest import BuiltSite

from generator.render.environment import templates_folder

URIS = (
    "",
    "models/",
    "models/plain/",
    "models/raises/",
    "models/deep/explore/",
    "blocks/",
    "compare/",
    "compare/residualnet-vs-plain/",
    "provenance/",
    "glossary/",
    "lineage/",
)
SILENT = {"script", "style", "code", "pre", "svg"}
SAID_IN = (
    *("aria-label", "title", "alt", "placeholder", "data-unknown", "data-invitation"),
    *("data-sentence", "data-illegal-window", "data-illegal-features", "data-illegal-join"),
)


def page(site: Path, uri: str) -> BeautifulSoup:
    """Parse a page of the site."""
    return BeautifulSoup((site / uri / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("uri", URIS)
@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("zh/", "zh")])
def test_every_page_says_its_language(
    built_site: BuiltSite, prefix: str, language: str, uri: str
) -> None:
    """To browsers, search engines and screen readers."""
    assert page(built_site.folder, prefix + uri).html["lang"] == language


@pytest.mark.parametrize("uri", URIS)
@pytest.mark.parametrize(("here", "there"), [("", "zh/"), ("zh/", "")])
def test_the_switch_stays_on_the_page(
    built_site: BuiltSite, uri: str, here: str, there: str
) -> None:
    """And search engines are told of the same two pages."""
    base = f"https://nets.example/{here}{uri}"
    other = f"https://nets.example/{there}{uri}"
    soup = page(built_site.folder, here + uri)
    (switch,) = soup.select("header a[data-aa-edition]")
    assert urljoin(base, switch["href"]).rstrip("/") == other.rstrip("/")
    told = {link["hreflang"]: link["href"] for link in soup.select("link[hreflang]")}
    found = {urljoin(base, href).rstrip("/") for href in told.values()}
    assert (set(told), found) == ({"en", "zh"}, {base.rstrip("/"), other.rstrip("/")})


@pytest.mark.parametrize("uri", URIS)
@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_the_menu_has_the_pages_of_one_language(
    built_site: BuiltSite, prefix: str, uri: str
) -> None:
    """All of them, and none of another; the logo leads home."""
    soup = page(built_site.folder, prefix + uri)
    links = soup.select(".md-tabs a[href], .md-nav--primary a.md-nav__link[href]")
    base = f"https://nets.example/{prefix}{uri}"
    paths = {
        urljoin(base, link["href"]).removeprefix("https://nets.example/")
        for link in links
        if not link["href"].startswith("#")
    }
    assert {path.startswith("zh/") for path in paths} == {bool(prefix)}
    assert {f"{prefix}models/plain/", f"{prefix}compare/", f"{prefix}provenance/"} <= paths
    assert urljoin(base, soup.select_one("header a.md-logo")["href"]).endswith(
        f"nets.example/{prefix}"
    )


@pytest.mark.parametrize("uri", URIS)
def test_sections_have_the_same_anchors_in_every_language(built_site: BuiltSite, uri: str) -> None:
    """So that a link into a page can be translated."""
    english, chinese = (
        [h["id"] for h in page(built_site.folder, prefix + uri).select("article h2[id]")]
        for prefix in ("", "zh/")
    )
    assert english == chinese
    assert all(re.fullmatch(r"[a-z0-9-]+", anchor) for anchor in english)


@pytest.mark.parametrize("uri", URIS)
def test_no_english_is_left_on_a_chinese_page(built_site: BuiltSite, uri: str) -> None:
    """No text and no label of the page is a message that has a translation; titles are names."""
    path = templates_folder() / "locale/zh/LC_MESSAGES/archatlas.po"
    with path.open("rb") as source:
        messages = [m for m in read_po(source, locale="zh") if m.id]
    english = {m.id for m in messages if isinstance(m.id, str) and m.id != m.string}
    listed = json.loads((built_site.folder / "data/models.json").read_text(encoding="utf-8"))
    found = _said(page(built_site.folder, f"zh/{uri}"))
    assert found & english - {model["title"] for model in listed} == set()
    assert _said(page(built_site.folder, uri)) & english
    assert not [text for text in found if text.startswith(("Switch to", "Table of", "Back to"))]


def _said(soup: BeautifulSoup) -> set[str]:
    """Return every text and label of a page, but for code, drawings and the way to English."""
    tags = [tag for tag in soup.find_all() if not tag.find_parent(lang="en") and tag.name != "svg"]
    labels = {tag[name] for tag in tags for name in SAID_IN if tag.has_attr(name)}
    texts = {
        " ".join(text.split())
        for text in soup.find_all(string=True)
        if type(text) is NavigableString
        and not text.find_parent(SILENT)
        and not text.find_parent("span", lang="en")  # the glossary gives the English name too
    }
    return labels | texts


@pytest.mark.parametrize("uri", ["", "models/"])
def test_silhouettes_are_told_in_the_language(built_site: BuiltSite, uri: str) -> None:
    """Each brick says what it stands for when pointed at."""
    chinese, english = (
        [told.get_text() for told in page(built_site.folder, way).select("svg.aa-silhouette title")]
        for way in (f"zh/{uri}", uri)
    )
    assert {"linear", "max pool 2×2 /2"} <= set(english)
    assert {"线性", "最大池化 2×2 /2"} <= set(chinese)
    assert len(chinese) == len(english)


def test_provenance_says_in_the_language_what_was_trained(built_site: BuiltSite) -> None:
    """Though the record says it in English."""
    told = page(built_site.folder, "zh/provenance").get_text()
    assert "在此用 scikit-learn 手写数字 训练（种子 0）" in told
    assert "trained here" not in told


def test_the_theme_speaks_the_language_of_the_page(built_site: BuiltSite) -> None:
    """Search, table of contents, way up, palette."""
    chinese = page(built_site.folder, "zh/models/plain")
    assert chinese.select_one(".md-search__input")["placeholder"] == "搜索"
    assert "目录" in chinese.select_one(".md-nav--secondary .md-nav__title").get_text()
    assert "回到页面顶部" in chinese.select_one(".md-top").get_text()
    assert chinese.select_one("label[for=__palette_1]")["title"] == "切换到深色模式"
    assert chinese.select_one("article h2 .headerlink")["title"] == "本节链接"
    english = page(built_site.folder, "models/plain")
    assert english.select_one(".md-search__input")["placeholder"] == "Search"
    assert english.select_one("label[for=__palette_1]")["title"] == "Switch to dark mode"


def test_what_has_no_language_is_published_once(built_site: BuiltSite) -> None:
    """Pictures, data and graphs lie beside the English pages; drawings and words are said anew."""
    site = built_site.folder
    files = [path for path in (site / "zh").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".svg", ".json"}
    for path in files:
        english = site / path.relative_to(site / "zh")
        assert path.read_bytes() != english.read_bytes(), path


def test_layers_are_explained_in_both_languages(built_site: BuiltSite) -> None:
    """On the page and in the published record."""
    path = built_site.folder / "models/plain/record.json"
    first = json.loads(path.read_text(encoding="utf-8"))["layers"][0]
    assert "kernels" in first["explanation"]
    assert "卷积核" in first["explanation_zh"]
    assert first["explanation_zh"] in page(built_site.folder, "zh/models/plain").get_text()


def test_chinese_words_can_be_found(built_site: BuiltSite) -> None:
    """The index knows where Chinese words end, and does not repeat the tables of layers."""
    path = built_site.folder / "search/search_index.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["docs"]
    texts = {entry["location"]: entry["text"] for entry in entries}
    assert "\u200b通道\u200b" in texts["zh/models/plain/#feature-maps"]
    assert "Conv2d" in texts["models/plain/#layers"]
    assert "Conv2d" not in texts["zh/models/plain/#layers"]
