"""Decides what the drawing of a whole network is made of: units, and the data between them."""

from dataclasses import dataclass
from enum import StrEnum

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
