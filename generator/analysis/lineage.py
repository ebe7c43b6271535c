"""Decides how models descend from each other: steps between them, boxes of those alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.records import ModelSpec, Text


@dataclass(frozen=True)
class Step:
    """What one model took from an earlier one, and what it made of it."""

    source: ModelSpec
    target: ModelSpec
    text: Text


@dataclass(frozen=True)
class Member:
    """A model in its box."""

    spec: ModelSpec
    after: str | None
    """Slug of the member it continues; none for one that begins in this box."""
    generation: int
    """How many steps inside the box lead to it."""


@dataclass(frozen=True)
class Box:
    """The models of one family and year, each after the one it continues."""

    family: str
    year: int | None
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Lineage:
    """Everything that models say about where they come from."""

    boxes: tuple[Box, ...]
    """In order of years; models without a year come last."""
    steps: tuple[Step, ...]
    """In the order of their targets in the boxes."""

    @property
    def years(self) -> tuple[int | None, ...]:
        """The years that have a box, in order."""
        return tuple(dict.fromkeys(box.year for box in self.boxes))

    @property
    def families(self) -> tuple[str, ...]:
        """The families, in order of their first box."""
        return tuple(dict.fromkeys(box.family for box in self.boxes))

    @property
    def arrows(self) -> tuple[Step, ...]:
        """The steps that the order inside a box does not show."""
        shown = {(m.after, m.spec.slug) for box in self.boxes for m in box.members}
        return tuple(
            step for step in self.steps if (step.source.slug, step.target.slug) not in shown
        )


def lineage(specs: Sequence[ModelSpec]) -> Lineage:
    """Gather the steps between models, and the models in boxes.

    A step counts where both ends are among the models; none is invented across a gap.
    """
    known = {spec.slug: spec for spec in specs}
    groups: dict[tuple[int | None, str], list[ModelSpec]] = {}
    for spec in sorted(specs, key=lambda spec: spec.year or _LAST):
        groups.setdefault((spec.year, spec.family), []).append(spec)
    boxes = tuple(Box(family, year, _ordered(group)) for (year, family), group in groups.items())
    steps = tuple(
        Step(known[change.since], member.spec, change.text)
        for box in boxes
        for member in box.members
        for change in member.spec.changes
        if change.since in known and change.since != member.spec.slug
    )
    return Lineage(boxes, steps)


_LAST = 10_000
"""Later than any year."""


def _ordered(group: Sequence[ModelSpec]) -> tuple[Member, ...]:
    """Put every model behind the first predecessor it has in the group, one generation deeper."""
    inside = {spec.slug for spec in group}
    heirs: dict[str | None, list[ModelSpec]] = {}
    for spec in group:
        others = (change.since for change in spec.changes if change.since != spec.slug)
        heirs.setdefault(next((slug for slug in others if slug in inside), None), []).append(spec)
    placed: dict[str, Member] = {}
    _place(None, 0, heirs, placed)
    for spec in group:  # who is left names another in a circle
        if spec.slug not in placed:
            placed[spec.slug] = Member(spec, None, 0)
            _place(spec.slug, 1, heirs, placed)
    return tuple(placed.values())


def _place(
    after: str | None,
    generation: int,
    heirs: Mapping[str | None, Sequence[ModelSpec]],
    placed: dict[str, Member],
) -> None:
    for spec in heirs.get(after, ()):
        if spec.slug not in placed:
            placed[spec.slug] = Member(spec, after, generation)
            _place(spec.slug, generation + 1, heirs, placed)
