"""Decides which story a comparison tells: the user's, or the one that comes with archatlas."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from generator.config import Comparison
from generator.errors import RequestError
from generator.facts import explained, read_facts, unwrapped
from generator.records import Frozen, Text

FOLDER = Path(__file__).parent
_BLANK_LINES = re.compile(r"\n\s*\n")


class Story(Frozen):
    """Why one model became the other; numbers stand in it as quotes, such as {vgg16.params}."""

    models: tuple[str, ...] = Field(min_length=2, description="slugs, the first is the baseline")
    title: Text | None = None
    paragraphs: tuple[Text, ...] = ()
    look: tuple[Text, ...] = Field(default=(), description="what to look for on the page")

    @property
    def passages(self) -> tuple[Text, ...]:
        """Everything that it says."""
        return (*((self.title,) if self.title else ()), *self.paragraphs, *self.look)


class _File(Frozen):
    """One file: a table per story."""

    story: tuple[Mapping[str, Any], ...] = Field(min_length=1)


def story_of(comparison: Comparison) -> Story:
    """Return the story of a comparison: words of the user's own come before ours."""
    models = tuple(comparison.models)
    ours = curated().get(models, Story(models=models))
    own: dict[str, object] = {}
    if comparison.title:
        own["title"] = Text(en=comparison.title, zh=comparison.title)
    if comparison.story:
        own |= {"title": own.get("title"), "look": ()}
        own["paragraphs"] = _paragraphs(*comparison.story.words)
    return ours.model_copy(update=own)


@cache
def curated() -> Mapping[tuple[str, ...], Story]:
    """Return the stories that come with archatlas, by their models."""
    return read_stories(FOLDER)


def read_stories(folder: Path) -> Mapping[tuple[str, ...], Story]:
    """Read every file of a folder.

    Raises:
        RequestError: a file is wrong, or two stories are about the same models; one line for each
            mistake.
    """
    found: dict[tuple[str, ...], Story] = {}
    problems = []
    for path in sorted(folder.glob("*.toml")):
        for story in read_file(path):
            if story.models in found:
                problems.append(f"{path.name}: {', '.join(story.models)} have a story already")
            found[story.models] = story
    if problems:
        raise RequestError("\n".join(problems))
    return found


def read_file(path: Path) -> tuple[Story, ...]:
    """Read the stories of one file.

    Raises:
        RequestError: it is no TOML, a key is unknown, or a value is missing or of the wrong kind;
            one line for each mistake, with file, models and key.
    """
    stories, problems = [], []
    for number, story in enumerate(read_facts(path, _File).story, start=1):
        try:
            stories.append(Story.model_validate(unwrapped(story)))
        except ValidationError as error:
            named = story.get("models") or f"story no. {number}"
            problems.append(explained(f"{path.name}: {named}", error))
    if problems:
        raise RequestError("\n".join(problems))
    return tuple(stories)


def _paragraphs(english: str, chinese: str) -> tuple[Text, ...]:
    """Pair what the user wrote; a language with fewer paragraphs has empty ones at its end."""
    both = (_BLANK_LINES.split(words.strip()) for words in (english, chinese))
    pairs = zip_longest(*both, fillvalue="")
    return tuple(Text(en=" ".join(en.split()), zh=" ".join(zh.split())) for en, zh in pairs)
