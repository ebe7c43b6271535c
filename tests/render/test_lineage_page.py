"""Claims about the page of descent: a drawing with links, and every step in words."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import BuiltSite
from lineages import FAMILIES
from playwright.sync_api import Browser

from generator.analysis.lineage import lineage
from generator.captures import Capture
from generator.diagram.lineage import lineage_dot
from generator.diagram.svg import draw
from generator.records import ModelRecord
from generator.render.editions import editions
from generator.render.site import Subject, render_site
from generator.zoo.families import zoo_entries

ENTRIES = {entry.slug: entry for entry in zoo_entries()}
CHOSEN = ("lenet5", "alexnet_2012", "vgg19", "resnet18", "resnet34", "resnet50", "densenet121")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BeautifulSoup]:
    """Render the page for some models of the zoo, of which nothing was captured."""
    folder = tmp_path_factory.mktemp("nothing")
    subjects = [
        Subject(ENTRIES[slug], Capture(record=_nothing(slug), folder=folder)) for slug in CHOSEN
    ]
    files = render_site("T", subjects, [], languages=["en", "zh"]).files
    return {
        code: _parsed(files[f"{at}lineage/index.md"]) for code, at in (("en", ""), ("zh", "zh/"))
    }


def _nothing(slug: str) -> ModelRecord:
    return ModelRecord(slug=slug, input_shape=(3, 224, 224))


def _parsed(content: bytes | Path) -> BeautifulSoup:
    return BeautifulSoup(bytes(content) if isinstance(content, bytes) else "", "html.parser")


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_step_is_told_in_words(pages: dict[str, BeautifulSoup], code: str) -> None:
    """Both names, linked, and the story; steps from models elsewhere are left out."""
    told = pages[code].select("ul.aa-descent > li")
    wanted = [
        (slug, change.since, getattr(change.text, code))
        for slug in CHOSEN
        for change in ENTRIES[slug].changes
        if change.since in CHOSEN
    ]
    found = [
        (*(str(a["href"]).split("/")[-2] for a in li.select("a:not(.aa-term)")), li.get_text())
        for li in told
    ]
    assert [pair[:2] for pair in found] == [(slug, since) for slug, since, _ in wanted]
    assert all(story in text for (_, _, text), (_, _, story) in zip(found, wanted, strict=True))


@pytest.mark.parametrize("code", ["en", "zh"])
def test_the_drawing_leads_to_pages_of_its_edition(
    pages: dict[str, BeautifulSoup], code: str
) -> None:
    """By relative links, which work under any address."""
    links = {str(a["xlink:href"]) for a in pages[code].select("svg a") if a.get("xlink:href")}
    prefix = "../" if code == "en" else "../../zh/"
    assert links == {f"{prefix}models/{slug}/" for slug in CHOSEN}


def test_the_drawing_says_what_it_is(pages: dict[str, BeautifulSoup]) -> None:
    """In the language of its page, and as a group, so that its links are read out."""
    for code, name in (("en", "Lineage of the networks"), ("zh", "网络的谱系")):
        (svg,) = pages[code].select("svg")
        assert (svg["role"], svg["aria-label"]) == ("group", name)


def test_a_site_without_steps_still_shows_its_models(built_site: BuiltSite) -> None:
    """Toy nets have no predecessors: boxes, but no stories."""
    path = built_site.folder / "lineage/index.html"
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    titles = {text.get_text() for text in soup.select(".aa-lineage text")}
    assert {"Plain", "ResidualNet", "Branches", "2026", "1998"} <= titles
    assert not soup.select("ul.aa-descent")


@pytest.mark.browser
@pytest.mark.parametrize("uri", ["lineage/", "zh/lineage/", "glossary/", "zh/glossary/"])
@pytest.mark.parametrize("width", [390, 1366])
def test_nothing_sticks_out_of_the_page(
    browser: Browser, address: str, uri: str, width: int
) -> None:
    """Wide drawings scroll by themselves; no script fails."""
    tab = browser.new_page(viewport={"width": width, "height": 800})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(f"{address}/{uri}")
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert errors == []
    tab.close()


_TRY = """async (svg) => {
  const figure = document.querySelector(".aa-lineage");
  figure.innerHTML = svg;
  (await import("../assets/lineage.js")).showDescent(figure);
  const near = () => [...figure.querySelectorAll(".aa-near")].map((arrow) => arrow.id).sort();
  const link = figure.querySelector("[id='a_b1.m0'] a");
  link.focus();
  const focused = near();
  link.blur();
  return [focused, near()];
}"""


@pytest.mark.browser
def test_a_focused_model_shows_its_own_arrows(browser: Browser, address: str) -> None:
    """Those that end and those that begin there, until the focus is gone."""
    (english,) = editions(["en"])
    svg = draw(lineage_dot(lineage(FAMILIES), english.say, str), "L", "")
    tab = browser.new_page()
    tab.goto(f"{address}/lineage/")
    focused, left = tab.evaluate(_TRY, svg)
    assert focused == ["b0.m0-b1.m0", "b1.m0-b2.m0", "b1.m0-b3.m0"]
    assert left == []
    tab.close()
