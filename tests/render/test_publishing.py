"""A site as others find it: below a base path, in search engines, behind links, when it is lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from conftest import BuiltSite, serving
from playwright.sync_api import Browser, Response, expect
from render.test_browser import opened

from generator.render.robots import add_robots

SITE_URL = "https://nets.example/archatlas/"
KINDS = ("", "models/", "models/plain/", "models/deep/explore/", "blocks/", "compare/", "lineage/")
_XML = {
    "site": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


@dataclass(frozen=True)
class Published:
    """A site built for an address below a host's root."""

    root: Path
    """What the host serves."""

    @property
    def folder(self) -> Path:
        """Where the site lies."""
        return self.root / "archatlas"


@pytest.fixture(scope="module")
def published(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Build the toys' site once more, with the address that it will have."""
    root = tmp_path_factory.mktemp("host")
    command = [sys.executable, "-m", "generator", "build", "--no-strict", "--out"]
    ran = subprocess.run(
        [*command, str(root / "archatlas")],
        cwd=built_site.project,
        env={**os.environ, "SITE_URL": SITE_URL},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return Published(root)


@pytest.fixture(scope="module")
def host(published: Published) -> Iterator[str]:
    """Serve the host, and return its address."""
    with serving(published.root) as url:
        yield url


def page(site: Path, uri: str) -> BeautifulSoup:
    """Parse a page of the site."""
    return BeautifulSoup((site / uri / "index.html").read_text(encoding="utf-8"), "html.parser")


def meta(soup: BeautifulSoup) -> dict[str, str]:
    """Return what a page's head says of it, by name."""
    tags = soup.select("head meta[content]")
    return {tag.get("property") or tag.get("name") or "": str(tag["content"]) for tag in tags}


@pytest.mark.parametrize("prefix", ["", "zh/"])
@pytest.mark.parametrize("uri", KINDS)
def test_a_link_to_any_page_shows_title_words_and_picture(
    published: Published, prefix: str, uri: str
) -> None:
    """In absolute addresses; the picture is there."""
    soup = page(published.folder, prefix + uri)
    said = meta(soup)
    assert said["og:title"]
    assert said["description"] == said["og:description"]
    assert said["og:url"] == SITE_URL + prefix + uri
    assert soup.select_one("link[rel=canonical]")["href"] == SITE_URL + prefix + uri
    picture = published.folder / said["og:image"].removeprefix(SITE_URL)
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_no_two_kinds_of_page_have_the_same_description(published: Published) -> None:
    """A description that fits everywhere says nothing."""
    said = [meta(page(published.folder, uri))["description"] for uri in KINDS]
    assert len(set(said)) == len(KINDS)
    assert "Plain" in said[KINDS.index("models/plain/")]


def test_without_an_address_nothing_absolute_is_invented(built_site: BuiltSite) -> None:
    """The picture is still linked, relatively."""
    soup = page(built_site.folder, "models/plain/")
    assert not {"og:url", "og:image"} & meta(soup).keys()
    link = soup.select_one("link[rel=image_src]")["href"]
    assert (built_site.folder / "models/plain" / link).resolve().is_file()


def test_the_site_map_lists_every_page_in_every_language(published: Published) -> None:
    """Each with the same page in the other language."""
    tree = ET.parse(published.folder / "sitemap.xml")  # noqa: S314 - our own
    listed = {}
    for entry in tree.findall("site:url", _XML):
        links = entry.findall("xhtml:link", _XML)
        listed[entry.findtext("site:loc", None, _XML)] = {
            link.get("hreflang"): link.get("href") for link in links
        }
    found = {
        SITE_URL + path.parent.relative_to(published.folder).as_posix().removeprefix(".") + "/"
        for path in published.folder.rglob("index.html")
        if "netron" not in path.parts
    }
    assert {url.rstrip("/") for url in listed} == {url.rstrip("/") for url in found}
    for url, links in listed.items():
        assert set(links) == {"en", "zh"}
        assert url in links.values()
        assert set(links.values()) <= listed.keys()


def test_robots_are_shown_the_site_map(published: Published, built_site: BuiltSite) -> None:
    """By its full address, which a site without one cannot give; nothing is kept from them."""
    said = (published.folder / "robots.txt").read_text(encoding="utf-8")
    assert said.splitlines()[-1] == f"Sitemap: {SITE_URL}sitemap.xml"
    assert "Disallow" not in said
    without = (built_site.folder / "robots.txt").read_text(encoding="utf-8")
    assert without == "User-agent: *\nAllow: /\n"


def test_an_own_file_for_robots_is_left_alone(tmp_path: Path) -> None:
    """Whoever wrote one knows what it is for."""
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow: /\n", encoding="utf-8")
    add_robots(tmp_path)
    assert (tmp_path / "robots.txt").read_text(encoding="utf-8").endswith("Disallow: /\n")


def test_the_lost_find_their_way_at_any_depth(published: Published) -> None:
    """In both languages, with the site's own frame; search engines shall not keep it."""
    soup = BeautifulSoup((published.folder / "404.html").read_text("utf-8"), "html.parser")
    for tag in soup.select("link[rel=stylesheet], link[rel=icon], script[src], main a[href]"):
        target = urljoin(f"{SITE_URL}no/such/place", tag.get("href") or tag["src"])
        path = published.folder / urlsplit(target).path.removeprefix("/archatlas/")
        assert path.is_file() or (path / "index.html").is_file(), target
    assert [part["lang"] for part in soup.select(".aa-missing section")] == ["en", "zh"]
    assert meta(soup)["robots"] == "noindex"


def test_the_site_has_its_own_logo_and_icon(published: Published) -> None:
    """On every page, from the site itself."""
    soup = page(published.folder, "models/plain/")
    for address in (soup.select_one("link[rel=icon]")["href"], _logo(soup)):
        file = (published.folder / "models/plain" / address).resolve()
        assert file.parent == (published.folder / "assets").resolve()
        assert file.read_bytes().startswith(b"<svg")


def _logo(soup: BeautifulSoup) -> str:
    return str(soup.select_one("header a.md-logo img")["src"])


@pytest.mark.browser
def test_a_walk_below_a_base_path_meets_nothing_missing(browser: Browser, host: str) -> None:
    """Home, a model, Netron, a comparison, the search, the other language."""
    home = f"{host}/archatlas/"
    lost: list[str] = []

    def note(response: Response) -> None:
        if response.status >= 400:
            lost.append(response.url)

    with opened(browser, home) as (tab, complaints):
        tab.on("response", note)
        tab.locator("main").get_by_role("link", name="Browse the models").click()
        tab.locator(".aa-card", has_text="Plain").first.click()
        expect(tab).to_have_url(f"{home}models/plain/")
        tab.get_by_role("link", name="Open the graph in Netron").click()
        expect(tab.locator("[id^='node-name-features.0']").first).to_be_attached(timeout=20_000)
        tab.go_back()
        tab.get_by_role("link", name="Compare it").click()
        expect(tab).to_have_url(f"{home}compare/?m=plain")
        tab.goto(f"{home}compare/?m=plain,residualnet")
        expect(
            tab.locator("#aa-compared-facts a[href$='models/residualnet/']").first
        ).to_be_visible()
        tab.goto(f"{home}models/plain/")
        tab.locator(".md-search__input").click()
        tab.locator(".md-search__input").fill("receptive")
        expect(tab.locator(".md-search-result__link").first).to_be_visible(timeout=20_000)
        tab.locator(".md-search-result__link").first.click()
        assert tab.url.startswith(home)
        tab.goto(f"{home}models/plain/")
        tab.locator("[data-aa-edition]").click()
        expect(tab).to_have_url(f"{home}zh/models/plain/")
        tab.wait_for_load_state("networkidle")
        assert lost == []
        assert complaints == []
