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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("stride 2, identity shortcut", "步幅 2，恒等捷径"),
        ("1×1 conv, 3×3 conv ×2, …", "1×1 卷积，3×3 卷积 ×2，…"),
        ("4 branches", "4 条分支"),
        ("groups of 16", "每组 16 通道"),
        ("Basic block", "基本块"),
        ("Conv2d of my own, hard-swish", "Conv2d of my own，hard-swish"),
    ],
)
def test_words_are_looked_up_one_by_one_whatever_their_numbers(
    chinese: Edition, words: str, said: str
) -> None:
    """A translation has one phrase for all numbers; what has none stays as it is."""
    assert chinese.pieces(words) == said
    (english,) = editions(["en"])
    assert english.pieces(words) == words


def test_a_title_is_a_message_or_words_of_the_analysis(chinese: Edition) -> None:
    """Both are said in the language of the edition."""
    assert chinese.title(Message("conv {size}", size="3×3")) == "卷积 3×3"
    assert chinese.title("Inverted residual") == "倒残差块"
