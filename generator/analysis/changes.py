"""Decides what an architect would say has changed between two pieces that stand for each other.

What follows from something else is not said twice: channels that are read, padding that keeps the
size, the width of a depthwise convolution, which is that of its input.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from generator.analysis.pieces import Piece, Section, Work

Value = int | str | tuple[int, ...]
DEPTHWISE = "depthwise"
_WIDE = frozenset({Work.CONV, Work.TRANSPOSED, Work.LINEAR, Work.ATTENTION})


class Aspect(StrEnum):
    """The choices that are compared."""

    WORK = "kind"
    KERNEL = "kernel"
    STRIDE = "stride"
    PADDING = "padding"
    DILATION = "dilation"
    GROUPS = "groups"
    WIDTH = "width"
    NORM = "norm"
    ACTIVATION = "activation"
    ORDER = "order"
    BIAS = "bias"
    SHORTCUT = "shortcut"
    GATE = "gate"


RECIPE = frozenset({Aspect.NORM, Aspect.ACTIVATION, Aspect.ORDER, Aspect.BIAS})
"""Choices that are usually made once for all convolutions of a network."""


@dataclass(frozen=True)
class Change:
    """One choice that was made otherwise; empty texts stand for nothing there."""

    aspect: Aspect
    old: Value
    new: Value

    @property
    def ratio(self) -> Fraction | None:
        """Return how many times the old number the new one is; none for what is no number."""
        if isinstance(self.old, int) and isinstance(self.new, int) and self.old:
            return Fraction(self.new, self.old)
        return None


def changes(old: Piece, new: Piece) -> tuple[Change, ...]:
    """Return every choice in which two pieces differ."""
    return tuple(_differing(_choices(old, new), _choices(new, old)))


def block_changes(old: Section, new: Section) -> tuple[Change, ...]:
    """Return how two blocks differ as a whole: in their shortcut, in their gate."""
    return tuple(
        _differing(
            {Aspect.SHORTCUT: old.shortcut, Aspect.GATE: _gate(old)},
            {Aspect.SHORTCUT: new.shortcut, Aspect.GATE: _gate(new)},
        )
    )


def _differing(old: dict[Aspect, Value], new: dict[Aspect, Value]) -> Iterator[Change]:
    for aspect, value in old.items():
        if aspect in new and value != new[aspect]:
            yield Change(aspect, value, new[aspect])


def _choices(piece: Piece, other: Piece) -> dict[Aspect, Value]:
    """Return what was chosen for a piece, as far as it can be compared with the other."""
    found: dict[Aspect, Value] = {Aspect.WORK: piece.work.value}
    if piece.kernel and other.kernel:
        found[Aspect.KERNEL] = piece.kernel
    if piece.stride and other.stride:
        found[Aspect.STRIDE] = piece.stride
        if not (piece.keeps_size and other.keeps_size):
            found[Aspect.PADDING] = tuple(both // 2 for both in piece.padding)
        found[Aspect.DILATION] = piece.dilation
    found[Aspect.GROUPS] = DEPTHWISE if piece.is_depthwise else piece.groups
    if piece.work in _WIDE and not (piece.is_depthwise and other.is_depthwise):
        found[Aspect.WIDTH] = piece.channels
    found[Aspect.NORM] = piece.norm
    found[Aspect.ACTIVATION] = piece.activation
    if piece.norm and other.norm:
        found[Aspect.ORDER] = "norm first" if piece.leads else "norm last"
    if piece.work in _WIDE:
        found[Aspect.BIAS] = "bias" if piece.bias else ""
    return found


def _gate(section: Section) -> str:
    return "squeeze-and-excitation" if section.is_gated else ""
