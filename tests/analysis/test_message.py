"""Sentences that remember what they were made of."""

from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.message import Message


def test_a_message_is_its_english_sentence() -> None:
    """Whoever knows nothing of languages sees a text."""
    assert Message("{count} kernels", count=4) == "4 kernels"


def test_a_message_keeps_its_parts() -> None:
    """Another language puts the same values elsewhere."""
    message = Message("{first} {second}", first=Message("Stop."), second="Go.")
    assert (message.template, message.values) == (
        "{first} {second}",
        {"first": "Stop.", "second": "Go."},
    )


@given(st.text())
def test_a_value_is_never_a_template(name: str) -> None:
    """A module called {0} is called {0}."""
    assert Message("Runs {op}.", op=name) == f"Runs {name}."
