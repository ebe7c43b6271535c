"""Decides how the story of a comparison is told: its numbers are those that were computed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from generator.analysis.difference import Measure, Structure
from generator.analysis.quotes import Quote, filled
from generator.records import Text
from generator.render import formats
from generator.render.difference_page import written
from generator.stories.stories import Story

_SENTENCE = re.compile(r".*?(?:[.!?…](?=\s)|[。！？…]|$)", re.DOTALL)
_WHOLE = 9.95
"""From here on a ratio is written without a decimal."""


@dataclass(frozen=True)
class StoryPart:
    """What a page tells about why one model became the other."""

    title: Text | None
    paragraphs: tuple[Text, ...]
    look: tuple[Text, ...]

    @property
    def lead(self) -> Text | None:
        """Its first sentence; none where nothing is told."""
        if not self.paragraphs:
            return None
        first = self.paragraphs[0]
        return Text(en=_first_sentence(first.en), zh=_first_sentence(first.zh))


def story_part(story: Story, structures: Mapping[str, Structure]) -> StoryPart | None:
    """Fill in the numbers of a story; none where there is nothing to tell.

    Args:
        story: with quotes in its passages.
        structures: of its models, by slug.
    """
    if not story.passages:
        return None

    def told(passage: Text) -> Text:
        return Text(en=_filled(passage.en, structures), zh=_filled(passage.zh, structures))

    return StoryPart(
        title=told(story.title) if story.title else None,
        paragraphs=tuple(map(told, story.paragraphs)),
        look=tuple(map(told, story.look)),
    )


def _filled(passage: str, structures: Mapping[str, Structure]) -> str:
    return filled(passage, lambda quote: _written(quote, structures))


def _written(quote: Quote, structures: Mapping[str, Structure]) -> str:
    value = quote.of(structures)
    if value is None:
        return "–"
    if quote.is_share:
        return formats.percent(value)
    if quote.over is None:
        return written(Measure(quote.size.measure), round(value))
    return formats.exact(round(value)) if value >= _WHOLE else f"{value:.1f}"


def _first_sentence(passage: str) -> str:
    found = _SENTENCE.match(passage)
    return found.group() if found else passage
