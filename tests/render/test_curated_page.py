"""Claims about the page of a curated comparison: complete without scripts, and graceful."""

from functools import cache

import markdown
import pytest
from bs4 import BeautifulSoup
from conftest import RecordOf

from generator.analysis.operations import operations
from generator.records import ModelSpec, Origin, Text
from generator.render.comparison_page import comparison_page, listed
from generator.render.drawings import draw_model
from generator.render.editions import editions
from generator.render.model_page import ModelPage, model_page
from generator.render.templates import Templates
from generator.stories.stories import Story

ENGLISH, CHINESE = (Templates.of(edition) for edition in editions(["en", "zh"]))
_STORY = Story(
    models=("plain", "residualnet"),
    title=Text(en="Why & how", zh="为何"),
    paragraphs=(
        Text(en="A ReLU of {plain.params} <b>.", zh="一个 ReLU。"),
        Text(en="Another ReLU.", zh=""),
    ),
    look=(Text(en="The head.", zh="头部。"),),
)


def page_of(record_of: RecordOf, name: str) -> ModelPage:
    """Prepare the page of a toy."""
    spec = ModelSpec(
        slug=name.lower(), title=name, family="Toys", origin=Origin.USER, factory=f"toys:{name}"
    )
    return model_page(spec, record_of(name), "", has_netron=False)


def shown(
    record_of: RecordOf, *names: str, story: Story | None = None, templates: Templates = ENGLISH
) -> BeautifulSoup:
    """Fill in the page of some toys, as a browser without scripts would see it."""
    models = [page_of(record_of, name) for name in names]

    @cache
    def design(number: int) -> object:
        model = models[number]
        known = {node.id: node for node in operations(model.record)}
        drawn = draw_model(model.spec.title, model.outline, (), known, templates.edition)
        return drawn.design

    designs = [(model, design(number)) for number, model in enumerate(models)]
    text = templates.text(
        "compare/index.md.j2",
        comparison=comparison_page(models, story),
        designs=designs,
        home="../../",
        root="../../",
        files="",
    )
    body = text.partition("\n---\n")[2]
    return BeautifulSoup(
        markdown.markdown(body, extensions=["attr_list", "toc", "md_in_html"]), "html.parser"
    )


def headings(page: BeautifulSoup) -> list[str]:
    """Return the anchors of a page's sections, in order."""
    return [str(heading.get("id")) for heading in page.find_all("h2") if heading.get("id")]


def test_sections_come_in_order(record_of: RecordOf) -> None:
    """Why, how much, what, where, and what it looks like."""
    assert headings(shown(record_of, "Plain", "ResidualNet", story=_STORY)) == [
        *("story", "facts", "changes", "stages", "designs", "maps", "receptive-field")
    ]


def test_a_story_is_text_with_links_to_the_glossary(record_of: RecordOf) -> None:
    """Its numbers are filled in, its terms link once, and nothing in it is markup."""
    telling = shown(record_of, "Plain", "ResidualNet", story=_STORY).select_one(".aa-telling")
    assert telling
    assert [p.get_text() for p in telling.find_all("p")] == ["A ReLU of 373 <b>.", "Another ReLU."]
    assert [a["href"] for a in telling.find_all("a")] == ["../../glossary/#relu"]


def test_a_language_tells_what_it_has(record_of: RecordOf) -> None:
    """A paragraph without words leaves no gap."""
    page = shown(record_of, "Plain", "ResidualNet", story=_STORY, templates=CHINESE)
    assert [p.get_text() for p in page.select(".aa-telling p")] == ["一个 ReLU。"]


def test_without_a_story_the_page_begins_with_facts(record_of: RecordOf) -> None:
    """And with the way to the interactive one."""
    page = shown(record_of, "Plain", "ResidualNet")
    assert headings(page)[0] == "facts"
    assert page.select_one('a[href="../../compare/?m=plain,residualnet"]')


def test_what_differs_is_said_in_words_not_colours_alone(record_of: RecordOf) -> None:
    """Best and worst are written, changes begin with a sign and a word, bars have numbers."""
    page = shown(record_of, "Plain", "ResidualNet")
    assert {mark.get_text() for mark in page.select("[class^=aa-mark-]")} == {"best", "worst"}
    assert all(sign.get_text() in "+−→" for sign in page.select(".aa-sign"))
    assert all(moved.get_text() for moved in page.select(".aa-moved"))


def test_pictures_have_boxes_before_they_load(record_of: RecordOf) -> None:
    """So that nothing jumps; they load when they come into sight."""
    images = shown(record_of, "Plain", "ResidualNet").find_all("img")
    assert images
    for image in images:
        assert image["loading"] == "lazy"
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0
        assert image["alt"]


@pytest.mark.parametrize("names", [("Raises", "Plain"), ("Plain", "Raises")])
def test_a_model_that_failed_leaves_the_rest(record_of: RecordOf, names: tuple[str, str]) -> None:
    """Facts of both, a sentence where nothing can be computed."""
    page = shown(record_of, *names)
    assert "Raises was not captured completely" in page.get_text()
    assert "no graph of Raises was captured" in page.get_text()
    assert page.find(id="facts")
    assert len(page.select(".aa-together figure")) == 2


def test_two_that_failed_have_no_maps_and_no_fields(record_of: RecordOf) -> None:
    """Sections without anything to show are left out."""
    page = shown(record_of, "Raises", "Raises")
    assert headings(page) == ["facts", "changes", "stages", "designs"]


def test_a_model_and_itself_say_that_nothing_changed(record_of: RecordOf) -> None:
    """In one sentence."""
    page = shown(record_of, "Plain", "Plain")
    assert "Nothing: both are built alike." in page.get_text()
    assert not page.select(".aa-findings")


def test_lists_of_pages_say_how_each_begins(record_of: RecordOf) -> None:
    """Title and first sentence; a pair without a story is a link alone."""
    pages = [
        listed(comparison_page([page_of(record_of, name) for name in names], story))
        for names, story in ((("Plain", "ResidualNet"), _STORY), (("Plain", "Shared"), None))
    ]
    text = ENGLISH.environment.from_string(
        '{% import "partials/links.j2" as links %}{{ links.stories(pages, "../") }}'
    ).render(pages=pages)
    first, second = BeautifulSoup(text, "html.parser").find_all("li")
    assert first.a["href"] == "../compare/plain-vs-residualnet/"
    assert first.span.get_text(" ", strip=True) == "Why & how A ReLU of 373 <b>."
    assert second.get_text(strip=True) == "Plain vs Shared"
