"""Claims about stories: every curated pair has one in both languages; a user's own comes first."""

import re
import tomllib
from pathlib import Path

import pytest

from generator.config import Comparison, OwnStory
from generator.errors import RequestError
from generator.records import Text
from generator.stories.stories import Story, curated, read_stories, story_of
from generator.zoo.families import zoo_entries

SETTINGS = tomllib.loads((Path(__file__).parents[2] / "archatlas.toml").read_text(encoding="utf-8"))
STORIES = tuple(curated().values())
NAMES = [" ".join(story.models) for story in STORIES]
_HAN = re.compile(r"[\u4e00-\u9fff]")
_QUOTE = re.compile(r"\{[^{}]+\}")
_SIZE_BY_HAND = re.compile(r"\d(?:\.\d+)?\s?[KMG]\b|\d,\d{3}")
_PAIR = Comparison(models=["vgg16", "resnet34"])

FILE = """
[[story]]
models = ["a", "b"]
[story.title]
en = "Why"
zh = "为什么"
[[story.paragraphs]]
en = \"\"\"
Two
lines.\"\"\"
zh = \"\"\"
两
行。\"\"\"
"""


def problems(folder: Path, *files: str) -> list[str]:
    """Return what is said of the files of a folder."""
    for number, text in enumerate(files):
        (folder / f"{'abc'[number]}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        read_stories(folder)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("models", SETTINGS["comparisons"], ids=" ".join)
def test_every_curated_comparison_tells_why(models: list[str]) -> None:
    """Under a title, and with something to look for below."""
    story = story_of(Comparison(models=models))
    assert story.title
    assert 2 <= len(story.paragraphs) <= 4
    assert 2 <= len(story.look) <= 4


def test_no_story_is_left_untold() -> None:
    """A group that no page shows would be forgotten."""
    assert {story.models for story in STORIES} == {tuple(g) for g in SETTINGS["comparisons"]}


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_a_story_is_about_models_of_the_zoo(story: Story) -> None:
    """No slug is misspelt."""
    assert set(story.models) <= {entry.slug for entry in zoo_entries()}


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_a_story_is_short_in_both_languages(story: Story) -> None:
    """Between a caption and an essay."""
    english = " ".join(paragraph.en for paragraph in story.paragraphs)
    chinese = "".join(paragraph.zh for paragraph in story.paragraphs)
    assert 120 <= len(english.split()) <= 250
    assert 190 <= len(_HAN.findall(chinese)) <= 420
    assert not _HAN.search(english)


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_passages_are_whole_sentences_without_markup(story: Story) -> None:
    """No word split or doubled space left by the line breaks of the file, no HTML or Markdown."""
    for passage in (*story.paragraphs, *story.look):
        assert passage.en.endswith((".", "?"))
        assert passage.zh.endswith(("。", "？"))
    for text in (text for passage in story.passages for text in (passage.en, passage.zh)):
        assert not re.search(r"[<>`*\n]|  |\]\(", text)


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_both_languages_quote_the_same_numbers(story: Story) -> None:
    """What one edition computes, the other does too."""
    for passage in story.passages:
        assert set(_QUOTE.findall(passage.en)) == set(_QUOTE.findall(passage.zh))


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_sizes_are_quoted_and_not_written_by_hand(story: Story) -> None:
    """Parameters, MACs and memory come from the computation; 3 GB is a graphics card's."""
    for passage in story.passages:
        for text in (passage.en, passage.zh):
            assert not _SIZE_BY_HAND.search(_QUOTE.sub("", text))


def test_a_pair_without_a_story_has_none() -> None:
    """Nothing is made up; the order counts."""
    assert story_of(Comparison(models=["resnet34", "vgg16"])).passages == ()


def test_a_story_of_the_users_own_replaces_ours() -> None:
    """Blank lines part its paragraphs; one language stands in for the other."""
    own = _PAIR.model_copy(update={"story": OwnStory(en="One\nline.\n\n \nTwo.")})
    story = story_of(own)
    assert [(p.en, p.zh) for p in story.paragraphs] == [
        ("One line.", "One line."),
        ("Two.", "Two."),
    ]
    assert (story.title, story.look) == (None, ())


def test_languages_may_differ_in_paragraphs() -> None:
    """The shorter one ends earlier."""
    own = Comparison(models=["a", "b"], story=OwnStory(en="One.\n\nTwo.", zh="一。"))
    assert story_of(own).paragraphs == (Text(en="One.", zh="一。"), Text(en="Two.", zh=""))


def test_a_title_of_the_users_own_keeps_our_story() -> None:
    """Only what was given is replaced."""
    story = story_of(_PAIR.model_copy(update={"title": "Deeper"}))
    assert story.title == Text(en="Deeper", zh="Deeper")
    assert story.paragraphs == story_of(_PAIR).paragraphs


def test_lines_of_a_file_are_joined(tmp_path: Path) -> None:
    """With spaces in English, without in Chinese."""
    (tmp_path / "one.toml").write_text(FILE, encoding="utf-8")
    (story,) = read_stories(tmp_path).values()
    assert story.paragraphs == (Text(en="Two lines.", zh="两行。"),)


def test_two_stories_about_the_same_models_are_refused(tmp_path: Path) -> None:
    """Both files are read, the later one is named."""
    assert problems(tmp_path, FILE, FILE) == ["b.toml: a, b have a story already"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("story = ", "a.toml: not valid TOML"),
        ("", "a.toml: 'story' is missing"),
        ('[[story]]\ntitle = {en = "x", zh = "y"}', "a.toml: story no. 1: 'models' is missing"),
        ('[[story]]\nmodels = ["a", "b"]\nlok = []', "a.toml: ['a', 'b']: unknown key 'lok'"),
        ('[[story]]\nmodels = ["a"]', "a.toml: ['a']: 'models': Tuple should have at least 2"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, said: str) -> None:
    """With file, models and key."""
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(said)
