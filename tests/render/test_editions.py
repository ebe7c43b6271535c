"""One site in several languages: addresses, and what is said."""

import pytest

from generator.analysis.message import Message
from generator.records import Text
from generator.render.editions import Edition, editions


@pytest.fixture
def chinese() -> Edition:
    """Return the Chinese edition of a site that begins in English."""
    return editions(["en", "zh"])[1]


@pytest.mark.parametrize(
    ("languages", "prefixes"),
    [
        (["en"], {"en": ""}),
        (["en", "zh"], {"en": "", "zh": "zh/"}),
        (["zh", "en"], {"zh": "", "en": "en/"}),
        (["zh", "zh"], {"zh": ""}),
    ],
)
def test_the_first_language_lies_at_the_root(
    languages: list[str], prefixes: dict[str, str]
) -> None:
    """Others in a folder of their name; naming one twice changes nothing."""
    assert {edition.code: edition.prefix for edition in editions(languages)} == prefixes


def test_a_passage_is_said_in_the_language_of_the_edition(chinese: Edition) -> None:
    """Facts carry both languages themselves."""
    assert chinese.say(Text(en="deep", zh="深")) == "深"


def test_a_message_is_translated_with_its_values(chinese: Edition) -> None:
    """Messages inside of messages too; names stay as they are."""
    inner = Message("Runs {op}.", op="linear")
    message = Message("{first} {second}", first=inner, second=Message("The shape stays."))
    assert chinese.say(message) == "执行 linear。形状不变。"


def test_what_nobody_translated_is_said_as_it_is(chinese: Edition) -> None:
    """A user's own words, and nothing at all."""
    assert chinese.say("My 100 % own {net} %s") == "My 100 % own {net} %s"
    assert (chinese.say(None), chinese.say("")) == ("", "")


def test_english_is_what_the_code_says() -> None:
    """Without a catalogue."""
    (english,) = editions(["en"])
    assert english.say(Message("{count} outputs", count=10)) == "10 outputs"
