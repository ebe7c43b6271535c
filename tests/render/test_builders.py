"""The same sources, built by those who continue MkDocs and Material: ProperDocs and Zensical."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from conftest import BuiltSite

SITE_URL = "https://nets.example/archatlas/"
BUILDERS = ("properdocs", "zensical")
PAGES = ("", "models/plain/", "zh/models/plain/", "compare/residualnet-vs-plain/", "zh/glossary/")
BuiltBy = Callable[[str], Path]


@pytest.fixture(scope="module")
def built_by(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> BuiltBy:
    """Return a function that builds the toys' sources, unchanged, with one of them."""

    @cache
    def built(name: str) -> Path:
        command = Path(sys.executable).parent / name
        if not command.exists():
            pytest.skip(f"NO {name.upper()} here: pip install {name}, or 'make test' does")
        project = tmp_path_factory.mktemp(name)
        for part in ("mkdocs.yml", ".archatlas/mkdocs.yml"):
            (project / part).parent.mkdir(exist_ok=True)
            shutil.copy(built_site.project / part, project / part)
        for part in ("site_src", ".archatlas/theme"):
            shutil.copytree(built_site.project / part, project / part)
        ran = subprocess.run(
            [command, "build", "--strict", "--config-file", "mkdocs.yml"],
            cwd=project,
            env={**os.environ, "SITE_URL": SITE_URL},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return project / "site"

    return built


def page(site: Path, uri: str) -> BeautifulSoup:
    """Parse a page of a site."""
    return BeautifulSoup((site / uri / "index.html").read_text(encoding="utf-8"), "html.parser")


def menu(site: Path, uri: str) -> list[str]:
    """Return where the side bar leads, from top to bottom, each place once."""
    links = page(site, uri).select(".md-nav--primary a.md-nav__link[href]")
    hrefs = [str(link["href"]) for link in links if not str(link["href"]).startswith("#")]
    return list(dict.fromkeys(urljoin(SITE_URL + uri, href) for href in hrefs))


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_page_is_there(built_site: BuiltSite, built_by: BuiltBy, builder: str) -> None:
    """And no page more."""
    ours = {p.relative_to(built_site.folder) for p in built_site.folder.rglob("*.html")}
    theirs = built_by(builder)
    assert {p.relative_to(theirs) for p in theirs.rglob("*.html")} == ours


@pytest.mark.parametrize("uri", PAGES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_the_menu_is_the_same(
    built_site: BuiltSite, built_by: BuiltBy, builder: str, uri: str
) -> None:
    """Models by family in order of years, of one language, in the same order."""
    assert menu(built_by(builder), uri) == menu(built_site.folder, uri)
    assert len(menu(built_site.folder, uri)) > 8


@pytest.mark.parametrize("uri", PAGES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_page_says_the_same(
    built_site: BuiltSite, built_by: BuiltBy, builder: str, uri: str
) -> None:
    """Language, headings and their anchors, description, the way to the other language."""
    ours, theirs = page(built_site.folder, uri), page(built_by(builder), uri)
    assert theirs.html["lang"] == ours.html["lang"]
    for place in ("article h1", "article h2", "article figure"):
        found = [one.get("id") for one in theirs.select(place)]
        assert found == [one.get("id") for one in ours.select(place)]
    (said,) = theirs.select("meta[name=description]")
    assert said["content"] == ours.select_one("meta[name=description]")["content"]
    (switch,) = theirs.select("header a[data-aa-edition]")
    other = "" if uri.startswith("zh/") else "zh/"
    target = urljoin(SITE_URL + uri, str(switch["href"]))
    assert target == SITE_URL + other + uri.removeprefix("zh/")


@pytest.mark.parametrize("builder", BUILDERS)
def test_the_site_map_names_both_languages(built_by: BuiltBy, builder: str) -> None:
    """Each page with its twin, in absolute addresses."""
    text = (built_by(builder) / "sitemap.xml").read_text(encoding="utf-8").replace("&#x2f;", "/")
    assert f"<loc>{SITE_URL}zh/models/plain/</loc>" in text
    twin = f'hreflang="en" href="{SITE_URL}models/plain/"'
    assert text.count(twin) == 2


@pytest.mark.parametrize("builder", BUILDERS)
def test_the_lost_are_told_in_both_languages(built_by: BuiltBy, builder: str) -> None:
    """In the frame of the site."""
    text = (built_by(builder) / "404.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    assert [part["lang"] for part in soup.select(".aa-missing section")] == ["en", "zh"]
    assert "/archatlas/assets/archatlas.css" in text


@pytest.mark.parametrize("uri", ["models/plain/", "zh/models/plain/", "models/plain/explore/"])
@pytest.mark.parametrize("builder", BUILDERS)
def test_the_ways_above_and_inside_a_page_survive(
    built_site: BuiltSite, built_by: BuiltBy, builder: str, uri: str
) -> None:
    """The trail to the pages above, and on narrow screens the sections: overlays of the theme."""
    ours, theirs = page(built_site.folder, uri), page(built_by(builder), uri)
    for place in ("nav.md-path a", "nav.aa-sections a"):
        found, wanted = (
            [
                (link.get_text(strip=True), urljoin(SITE_URL + uri, str(link["href"])))
                for link in links
            ]
            for links in (theirs.select(place), ours.select(place))
        )
        assert found == wanted
    assert ours.select("nav.md-path a")


@pytest.mark.parametrize("builder", BUILDERS)
def test_the_figures_of_the_glossary_survive(
    built_site: BuiltSite, built_by: BuiltBy, builder: str
) -> None:
    """As many as there are here, each with its title, in either language."""
    for uri in ("glossary/", "zh/glossary/"):
        found, wanted = (
            [title.get_text() for title in page(site, uri).select("figure.aa-drawn svg > title")]
            for site in (built_by(builder), built_site.folder)
        )
        assert found == wanted
        assert found
