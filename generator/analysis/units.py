"""Decides what the drawing of a whole network is made of: units, and the data between them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from generator.analysis.kinds import Kind
from generator.records import Shape


class Loop(StrEnum):
    """How units that repeat are joined beyond a chain."""

    DENSE = "dense"
    """Each reads what entered the first, and the outputs of all before it."""
    RESIDUAL = "residual"
    """What enters each is added to what it makes."""


@dataclass(frozen=True)
class Unit:
    """One box of the design diagram."""

    id: str
    kind: Kind
    title: str
    count: int
    """How many alike follow each other; they are drawn once."""
    path: str
    input_shape: Shape
    output_shape: Shape
    stride: int | None
    params: int
    macs: int
    alike: str = ""
    """What blocks of one build have in common; empty for what is no block."""
    loop: Loop | None = None
    """How the folded ones are joined, other than one after the other."""


@dataclass(frozen=True)
class Outline:
    """The units of a network and how data flows between them."""

    units: tuple[Unit, ...]
    edges: tuple[tuple[str, str], ...]

    @cached_property
    def skips(self) -> frozenset[tuple[str, str]]:
        """Return the edges whose end is also reached by a longer way."""
        above: dict[str, set[str]] = {}
        for unit in self.units:
            sources = [source for source, target in self.edges if target == unit.id]
            above[unit.id] = set(sources).union(*(above.get(source, set()) for source in sources))
        return frozenset(
            (source, target)
            for source, target in self.edges
            if any(source in above.get(other, set()) for other, end in self.edges if end == target)
        )
