"""Claims about numbers that passages quote: looked up, never written by hand."""

import pytest
from conftest import RecordOf
from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.difference import Measure, Structure, structure
from generator.analysis.footprint import Spent
from generator.analysis.quotes import Quote, filled, misquotes


def made(name: str, params: int | None, head: int) -> Structure:
    """Return a network of two stages."""
    stages = (
        Spent("4", 4, (8, 8), 6, 1, 10, 200, 30, 19),
        Spent("head", None, (), 5, 0, head, 40, 5, None),
    )
    return Structure(name, (3, 32, 32), (), stages, {Measure.PARAMS: params, Measure.DEPTH: 3})


KNOWN = {"old": made("Old", 100, 90), "new-2": made("New", 25, 15), "none": made("None", None, 0)}


def worked_out(text: str) -> list[tuple[float | None, bool]]:
    """Return value and kind of every quote of a text."""
    found: list[Quote] = []
    filled(text, lambda quote: found.append(quote) or "")
    return [(quote.of(KNOWN), quote.is_share) for quote in found]


@pytest.mark.parametrize(
    ("text", "value", "is_share"),
    [
        ("{old.params}", 100, False),
        ("{new-2.depth}", 3, False),
        ("{old.params@head}", 90, False),
        ("{old.receptive_field@4}", 19, False),
        ("{old.params/new-2.params}", 4, False),
        ("{new-2.params/old.params%}", 0.25, True),
        ("{old.params@head%}", 0.9, True),
        ("{old.params@4/new-2.params@head}", 10 / 15, False),
        ("{none.params}", None, False),
        ("{none.params/old.params}", None, False),
        ("{old.params/none.params}", None, False),
        ("{old.params@32}", None, False),
        ("{old.receptive_field@head}", None, False),
        ("{old.params/none.params@head}", None, False),
    ],
)
def test_a_quote_is_worked_out(text: str, value: float | None, *, is_share: bool) -> None:
    """What was not observed, or is nothing to divide by, has no value."""
    assert worked_out(text) == [(value, is_share)]


def test_quotes_are_replaced_where_they_stand() -> None:
    """Other braces are text."""
    text = "{a} {old.params} {old params} {old.params@head%}."
    assert filled(text, lambda quote: quote.size.measure.upper()) == (
        "{a} PARAMS {old params} PARAMS."
    )


@given(st.text(st.characters(exclude_characters="{")))
def test_a_text_without_braces_stays(text: str) -> None:
    """Whatever it holds."""
    assert filled(text, lambda _: "?") == text
    assert misquotes([text], []) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{oldd.params}", "{oldd.params}: no model 'oldd' here; did you mean 'old'?"),
        ("{x.params}", "{x.params}: no model 'x' here; there are old, new-2"),
        ("{old.parms}", "{old.parms}: no size 'parms'; did you mean 'params'?"),
        ("{old.params/new.params}", "{old.params/new.params}: no model 'new' here"),
        ("{old.depth@head}", "{old.depth@head}: 'depth' is not known stage by stage"),
        ("{old.params%}", "{old.params%}: a share needs a stage, such as @head, or a second size"),
    ],
)
def test_a_misquote_is_said_with_what_is_known(text: str, said: str) -> None:
    """Once, however often it occurs."""
    (problem,) = misquotes([text, f"twice {text}"], ["old", "new-2"])
    assert problem.startswith(said)


@pytest.mark.parametrize("measure", Measure)
def test_every_size_can_be_quoted(record_of: RecordOf, measure: Measure) -> None:
    """Of a network that ran, none is unknown."""
    text = f"{{net.{measure}}}"
    found = structure("Net", record_of("Plain"))
    assert misquotes([text], ["net"]) == ()
    assert filled(text, lambda quote: str(quote.of({"net": found}))) == str(found.measures[measure])
