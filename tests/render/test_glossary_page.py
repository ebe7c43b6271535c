"""Claims about the glossary's page: every term, in both languages, findable and linked."""

import json

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import BuiltSite

from generator.glossary.terms import Term, glossary, themes
from generator.render.editions import editions
from generator.render.glossary_page import glossary_chapters
from generator.render.templates import Templates
from generator.zoo.families import zoo_entries

EDITIONS = pytest.mark.parametrize("prefix", ["", "zh/"], ids=["en", "zh"])


def page(site: BuiltSite, uri: str) -> BeautifulSoup:
    """Parse a page of the site."""
    path = site.folder / uri / "index.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def headings(site: BuiltSite, prefix: str) -> dict[str, Tag]:
    """Return the headings of terms by their anchors."""
    return {str(h["id"]): h for h in page(site, f"{prefix}glossary").select("article h3[id]")}


@EDITIONS
def test_every_term_has_its_anchor_and_its_name(built_site: BuiltSite, prefix: str) -> None:
    """In the language of the edition."""
    found = headings(built_site, prefix)
    assert found.keys() == {term.id for term in glossary()}
    for term in glossary():
        name = term.name.zh if prefix else term.name.en
        assert found[term.id].get_text().startswith(name)


@EDITIONS
def test_every_definition_is_printed(built_site: BuiltSite, prefix: str) -> None:
    """Word for word, whatever is linked in it."""
    text = page(built_site, f"{prefix}glossary").get_text()
    for term in glossary():
        assert (term.definition.zh if prefix else term.definition.en) in text


@EDITIONS
def test_terms_stand_in_order_within_their_theme(built_site: BuiltSite, prefix: str) -> None:
    """By the alphabet, in Chinese by pinyin, which the encoding of GB 18030 follows."""
    order = list(headings(built_site, prefix))
    for theme in themes():
        mine = [term.id for term in theme.terms]
        assert sorted(mine, key=order.index) == sorted(mine, key=_key_of(theme.terms, prefix))


def _key_of(terms: tuple[Term, ...], prefix: str) -> object:
    names = {term.id: term.name.zh if prefix else term.name.en for term in terms}
    return lambda id_: names[id_].lower().encode("gb18030")


def test_chinese_names_follow_their_pinyin() -> None:
    """Ceng before juan before tong; Latin letters come first."""
    templates = Templates.of(editions(["zh"])[0])
    source = "{% for entry in entries | alphabetical %}{{ entry.term.name | say }} {% endfor %}"
    layers = next(c for c in glossary_chapters([]) if c.id == "about-layers")
    names = templates.environment.from_string(source).render(entries=layers.entries).split()
    wanted = ["ReLU", "步幅", "感受野", "卷积", "通道", "温度"]
    assert [name for name in names if name in wanted] == wanted


@EDITIONS
def test_search_finds_every_term(built_site: BuiltSite, prefix: str) -> None:
    """The index has an entry at each anchor, named as the term."""
    index = json.loads((built_site.folder / "search/search_index.json").read_text("utf-8"))
    found = {entry["location"] for entry in index["docs"]}
    assert {f"{prefix}glossary/#{term.id}" for term in glossary()} <= found


@EDITIONS
def test_a_figure_stands_beside_its_term(built_site: BuiltSite, prefix: str) -> None:
    """Below the term's own heading, and with its title to be read."""
    figures = page(built_site, f"{prefix}glossary").select("article figure.aa-drawn")
    owners = [str(figure.find_previous("h3")["id"]) for figure in figures]
    assert sorted(owners) == sorted(term.id for term in glossary() if term.figure)
    for figure in figures:
        assert figure.figcaption.get_text() == figure.svg.title.get_text()


def test_the_search_passes_over_figures(built_site: BuiltSite) -> None:
    """A hundred small numbers would be found where somebody looks for one."""
    index = json.loads((built_site.folder / "search/search_index.json").read_text("utf-8"))
    found = {entry["location"]: entry["text"] for entry in index["docs"]}
    assert "0.665" in found["glossary/#softmax"]
    assert "7.39" not in found["glossary/#softmax"]
    assert "7.39" in page(built_site, "glossary").get_text()


@EDITIONS
def test_the_menu_names_both_pages(built_site: BuiltSite, prefix: str) -> None:
    """In the language of the edition."""
    menu = page(built_site, f"{prefix}provenance").select_one("nav.md-tabs")
    assert menu is not None
    names = {link.get_text().strip() for link in menu.select("a")}
    assert ({"术语表", "谱系"} if prefix else {"Glossary", "Lineage"}) <= names


def test_only_models_of_the_site_are_named() -> None:
    """And those with a link to each."""
    specs = [entry for entry in zoo_entries() if entry.slug in {"vgg16", "resnet18"}]
    entries = [entry for chapter in glossary_chapters(specs) for entry in chapter.entries]
    shown = {entry.term.id: [spec.slug for spec in entry.models] for entry in entries}
    assert shown["receptive-field"] == ["vgg16"]
    assert shown["fire-module"] == []


def test_summaries_link_to_the_glossary(built_site: BuiltSite) -> None:
    """From a model's page to the term it uses."""
    links = page(built_site, "models/lenet_sigmoid").select("a.aa-term")
    anchors = {term.id for term in glossary()}
    assert links
    assert all(str(a["href"]).startswith("../../glossary/#") for a in links)
    assert {str(a["href"]).partition("#")[2] for a in links} <= anchors
