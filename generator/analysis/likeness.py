"""Decides how unlike two pieces of work are: a price for making the one out of the other.

Prices are whole numbers, so that equal ways of aligning two networks are exactly equal. They are
symmetric, and zero only for pieces that are built alike. What an architect thinks of first costs
most: another kind of work, then the stage it stands in, its kernel, its grouping; widths, which
differ in every family of models, cost little.
"""

from collections.abc import Sequence
from math import log2, prod

from generator.analysis.pieces import Piece, Work

Form = tuple[object, ...]
"""What is compared of a piece, or of a section; equal forms are alike."""

_POOLS = frozenset(
    {Work.MAX_POOL, Work.AVERAGE_POOL, Work.GLOBAL_MAX, Work.GLOBAL_AVERAGE},
)
_GLOBAL = frozenset({Work.GLOBAL_MAX, Work.GLOBAL_AVERAGE})
_MERGES = frozenset({Work.SUM, Work.CONCAT})
_HEAVY = frozenset({Work.CONV, Work.TRANSPOSED, Work.LINEAR, Work.ATTENTION})
_HEAVY_PRICE, _POOL_PRICE, _LIGHT_PRICE = 60, 40, 20
_OTHER_ROLE, _OTHER_POOL, _OTHER_MERGE = 40, 15, 20
_HEAD, _STAGE, _WIDEST = 60, 15, 30
_KERNEL, _STEP, _WIDTH = 12, 10, 8
_DEPTHWISE, _GROUPS = 30, 10
_DILATION, _NORM, _ACTIVATION, _ORDER, _PADDING, _BIAS = 5, 6, 4, 8, 2, 1


def form(piece: Piece) -> Form:
    """Return what is compared of a piece: all but its name, its cost, and what it reads."""
    return (
        *(piece.work.value, piece.role.value, piece.kernel, piece.stride, piece.padding),
        *(piece.dilation, piece.groups, piece.is_depthwise, piece.channels, piece.bias),
        *(piece.norm, piece.activation, piece.leads, piece.output_stride or 0),
    )


def missing(piece: Piece) -> int:
    """Return the price of a piece that only one of two networks has."""
    if piece.work in _HEAVY:
        return _HEAVY_PRICE
    return _POOL_PRICE if piece.work in _POOLS else _LIGHT_PRICE


def changed(first: Piece, second: Piece) -> int | None:
    """Return the price of taking one piece for the other; none where that makes no sense."""
    work = _work(first.work, second.work)
    if work is None:
        return None
    return (
        work
        + (_OTHER_ROLE if first.role != second.role else 0)
        + _place(first.output_stride, second.output_stride)
        + _ratio(_KERNEL, prod(first.kernel), prod(second.kernel))
        + _ratio(_STEP, prod(first.stride), prod(second.stride))
        + _grouping(first, second)
        + min(_WIDEST, _ratio(_WIDTH, first.channels, second.channels))
        + _details(first, second)
    )


def total(pieces: Sequence[Piece]) -> int:
    """Return the price of a whole section that only one of two networks has."""
    return sum(map(missing, pieces))


def _work(first: Work, second: Work) -> int | None:
    if first == second:
        return 0
    if {first, second} <= _POOLS:
        crosses = (first in _GLOBAL) != (second in _GLOBAL)
        return _OTHER_POOL * (2 if crosses else 1)
    return _OTHER_MERGE if {first, second} <= _MERGES else None


def _place(first: int | None, second: int | None) -> int:
    """Compare output strides; those are what anchors the stages of two networks."""
    if first is None or second is None:
        return 0 if first is second else _HEAD
    return _ratio(_STAGE, first, second)


def _ratio(price: int, first: int, second: int) -> int:
    """Return a price for every doubling."""
    return round(price * abs(log2(first or 1) - log2(second or 1)))


def _grouping(first: Piece, second: Piece) -> int:
    if first.is_depthwise != second.is_depthwise:
        return _DEPTHWISE
    same = first.groups == second.groups or first.is_depthwise
    return 0 if same else _GROUPS


def _details(first: Piece, second: Piece) -> int:
    return (
        _DILATION * (first.dilation != second.dilation)
        + _NORM * (first.norm != second.norm)
        + _ACTIVATION * (first.activation != second.activation)
        + _ORDER * (first.leads != second.leads)
        + _PADDING * (first.padding != second.padding)
        + _BIAS * (first.bias != second.bias)
    )
