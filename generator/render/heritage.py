"""Decides how a page names the architectures that a model builds on."""

from collections.abc import Collection
from dataclasses import dataclass

from generator.records import ModelSpec, Text
from generator.zoo.families import zoo_entries


@dataclass(frozen=True)
class Advance:
    """What a model changed since one of its predecessors."""

    since: str
    """The predecessor's title."""
    page: str | None
    """Its page's address in an edition; none where this site does not show it."""
    text: Text


def heritage(spec: ModelSpec, published: Collection[str]) -> tuple[Advance, ...]:
    """Return what a model changed; predecessors of the zoo are called by their titles.

    Args:
        spec: the model.
        published: slugs of the models that this site shows.
    """
    titles = {entry.slug: entry.title for entry in zoo_entries()}
    return tuple(
        Advance(
            since=titles.get(change.since, change.since),
            page=f"models/{change.since}/" if change.since in published else None,
            text=change.text,
        )
        for change in spec.changes
    )
