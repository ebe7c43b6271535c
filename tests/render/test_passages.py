"""Claims about passages: terms link to the glossary, and everything else is text."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.records import Text
from generator.render.editions import editions
from generator.render.templates import Templates

ENGLISH, CHINESE = (Templates.of(edition) for edition in editions(["en", "zh"]))
_TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["convolution", "ReLU", "<script>alert(1)</script>", '"', "'", "&lt;"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")),
    )
).map("".join)


def html(templates: Templates, passage: Text | str | None, without: str = "") -> str:
    """Fill a passage into a page whose edition begins two folders up."""
    page = templates.environment.from_string("{{ passage | linked(without=without) }}")
    return page.render(passage=passage, without=without, home="../../")


def test_a_term_links_to_its_explanation() -> None:
    """On the glossary of the edition, by its anchor."""
    said = html(ENGLISH, Text(en="A ReLU.", zh="一个 ReLU。"))
    assert said == 'A <a class="aa-term" href="../../glossary/#relu">ReLU</a>.'


def test_a_passage_is_said_in_the_language_of_the_edition() -> None:
    """And its terms are found in that language."""
    said = html(CHINESE, Text(en="A stride.", zh="一个步幅。"))
    assert said == '一个<a class="aa-term" href="../../glossary/#stride">步幅</a>。'


def test_a_term_does_not_link_to_itself() -> None:
    """A definition leaves its own word alone."""
    assert html(ENGLISH, "ReLU", without="relu") == "ReLU"


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_passage_is_no_text(nothing: str | None) -> None:
    """What a model does not tell leaves an empty place."""
    assert html(ENGLISH, nothing) == ""


@settings(deadline=None)
@given(text=_TEXTS)
def test_no_passage_can_inject_markup(text: str) -> None:
    """Whatever it holds, there are links to the glossary and the text as it was."""
    soup = BeautifulSoup(html(ENGLISH, text), "html.parser")
    assert soup.get_text() == text
    assert {tag.name for tag in soup.find_all()} <= {"a"}
    assert all(a["href"].startswith("../../glossary/#") for a in soup.find_all("a"))


def test_a_term_links_once_in_a_story() -> None:
    """Where it comes up first; what has no words is left out."""
    page = ENGLISH.environment.from_string("{{ passages | linked_once | join('|') }}")
    said = page.render(passages=["A ReLU.", Text(en="", zh="无"), "A ReLU, <b>."], home="")
    assert said == 'A <a class="aa-term" href="glossary/#relu">ReLU</a>.|A ReLU, &lt;b&gt;.'
