"""Decides which models stand before and after one in history, so that readers can walk on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.records import ModelSpec
from generator.zoo.families import by_year


@dataclass(frozen=True)
class Neighbours:
    """The models before and after one; none at either end of history."""

    previous: ModelSpec | None
    next: ModelSpec | None

    @property
    def facts(self) -> list[list[object]]:
        """Return what is shown of them, as plain facts."""
        both = [one for one in (self.previous, self.next) if one]
        return [[one.slug, one.title, one.year] for one in both]


ALONE = Neighbours(None, None)


def neighbours(specs: Sequence[ModelSpec]) -> Mapping[str, Neighbours]:
    """Return the neighbours of every model: by year, models of one year as they are listed."""
    ordered = by_year(specs)
    around = [None, *ordered, None]
    return {
        spec.slug: Neighbours(around[place], around[place + 2])
        for place, spec in enumerate(ordered)
    }
