"""Decides which models stand together under an idea that was found in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from generator.analysis.tags import TAGS, Tag
from generator.records import ModelSpec
from generator.zoo.families import by_year


@dataclass(frozen=True)
class TagGroup:
    """An idea, and the models that have it, in order of years."""

    tag: Tag
    specs: tuple[ModelSpec, ...]


def tag_groups(models: Iterable[tuple[ModelSpec, tuple[Tag, ...]]]) -> tuple[TagGroup, ...]:
    """Gather models by tag; a tag that no model has is left out."""
    known = [(spec, {tag.id for tag in found}) for spec, found in models]
    groups = (TagGroup(tag, tuple(spec for spec, ids in known if tag.id in ids)) for tag in TAGS)
    return tuple(TagGroup(group.tag, by_year(group.specs)) for group in groups if group.specs)
