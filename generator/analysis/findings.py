"""Decides how the differences of two aligned networks are gathered: alike ones are one finding."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator.analysis.alignment import Pair, align_pieces
from generator.analysis.changes import (
    DEPTHWISE,
    RECIPE,
    Aspect,
    Change,
    block_changes,
    changes,
)
from generator.analysis.pieces import Piece, Role, Section, Work

GROUPED = "grouped"


class Verdict(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Label:
    """What a piece is called among the others of its block."""

    work: Work
    kernel: tuple[int, ...]
    detail: str
    """depthwise, grouped, the name of a norm, or nothing."""
    role: Role
    number: int
    """Which of those with the same name, from 1; 0 where it is the only one."""


@dataclass(frozen=True)
class Place:
    """Where it is, in both networks; a path is none where there is no partner."""

    old: str | None
    new: str | None
    output_stride: int | None


@dataclass(frozen=True)
class Finding:
    """One difference, and every place where it is found."""

    verdict: Verdict
    blocks: tuple[str, str]
    """What the blocks around are called, old and new; empty outside of blocks."""
    labels: tuple[Label, ...]
    """The pieces it is about; empty where it is about blocks as a whole."""
    changes: tuple[Change, ...]
    """Each different one once; widths may differ from place to place."""
    places: tuple[Place, ...]
    of: int
    """How many places were compared."""

    @property
    def count(self) -> int:
        """Say in how many places."""
        return len(self.places)

    @property
    def strides(self) -> tuple[tuple[int | None, int], ...]:
        """Return at which output strides, and how often at each; none stands for the head."""
        counted = Counter(place.output_stride for place in self.places)
        return tuple(sorted(counted.items(), key=lambda item: (item[0] is None, item[0] or 0)))


@dataclass(frozen=True)
class _Seen:
    """One part in one place, changed or not."""

    verdict: Verdict
    blocks: tuple[str, str]
    label: Label | None
    changes: tuple[Change, ...]
    place: Place
    is_recipe: bool = False
    """Whether it is about choices that are usually made for all pieces alike."""

    @property
    def key(self) -> tuple[object, ...]:
        """Return what the places of one finding share."""
        kept = tuple(_outline(change) for change in self.changes)
        if self.is_recipe and self.label is not None:
            return (self.label.work, kept)
        return (self.verdict, self.blocks, self.label, kept)


def findings(pairs: Sequence[Pair[Section]]) -> tuple[Finding, ...]:
    """Gather what differs in two aligned networks; equal ones have no findings."""
    seen = [one for pair in pairs for one in _compared(pair)]
    groups: dict[tuple[object, ...], list[_Seen]] = {}
    for one in seen:
        if one.changes or one.verdict is not Verdict.CHANGED:
            groups.setdefault(one.key, []).append(one)
    return tuple(_finding(group, seen) for group in groups.values())


def _finding(group: Sequence[_Seen], seen: Sequence[_Seen]) -> Finding:
    first = group[0]
    blocks = {one.blocks for one in group}
    labels = tuple(dict.fromkeys(one.label for one in group if one.label is not None))
    return Finding(
        first.verdict,
        first.blocks if len(blocks) == 1 else ("", ""),
        labels,
        tuple(dict.fromkeys(change for one in group for change in one.changes)),
        tuple(one.place for one in group),
        sum(_is_compared(one, first, blocks, labels) for one in seen),
    )


def _is_compared(
    one: _Seen, first: _Seen, blocks: set[tuple[str, str]], labels: Sequence[Label]
) -> bool:
    """Say whether a place could have been one of a finding: the same pieces, changed or not."""
    if (one.verdict, one.is_recipe) != (first.verdict, first.is_recipe):
        return False
    if len(blocks) == 1 and one.blocks not in blocks:
        return False
    if len(labels) <= 1:
        return one.label == first.label
    return one.label is not None and one.label.work in {label.work for label in labels}


def _outline(change: Change) -> object:
    """Return what changes of one finding share: numbers that follow the width may differ."""
    if change.aspect is Aspect.WIDTH:
        return change.aspect
    if change.aspect is Aspect.GROUPS:
        return (
            change.aspect,
            *(v if v in {1, DEPTHWISE} else GROUPED for v in (change.old, change.new)),
        )
    return change


def _compared(pair: Pair[Section]) -> Iterator[_Seen]:
    old, new = pair.old, pair.new
    if old is None:
        yield from () if new is None else (_alone(new, Verdict.ADDED),)
    elif new is None:
        yield _alone(old, Verdict.REMOVED)
    elif old.is_block:
        yield from _inside(old, new)
    else:
        yield from _changed(old.pieces[0], new.pieces[0], ("", ""), _label(old.pieces[0], ()))


def _alone(one: Section, verdict: Verdict) -> _Seen:
    """Report a section without a partner."""
    is_new = verdict is Verdict.ADDED
    place = Place(None if is_new else one.path, one.path if is_new else None, one.output_stride)
    label = None if one.is_block else _label(one.pieces[0], ())
    return _Seen(verdict, (one.kind, one.kind), label, (), place)


def _inside(old: Section, new: Section) -> Iterator[_Seen]:
    blocks = (old.kind, new.kind)
    whole = block_changes(old, new)
    place = Place(old.path, new.path, new.output_stride)
    yield _Seen(Verdict.CHANGED, blocks, None, whole, place)
    explained = {change.aspect for change in whole}
    for pair in align_pieces(old.pieces, new.pieces):
        if pair.old is not None and pair.new is not None:
            yield from _changed(pair.old, pair.new, blocks, _label(pair.old, old.pieces))
        elif pair.old is not None and not _follows(pair.old, explained):
            label = _label(pair.old, old.pieces)
            gone = Place(pair.old.path, None, pair.old.output_stride)
            yield _Seen(Verdict.REMOVED, blocks, label, (), gone)
        elif pair.new is not None and not _follows(pair.new, explained):
            label = _label(pair.new, new.pieces)
            came = Place(None, pair.new.path, pair.new.output_stride)
            yield _Seen(Verdict.ADDED, blocks, label, (), came)


def _changed(old: Piece, new: Piece, blocks: tuple[str, str], label: Label) -> Iterator[_Seen]:
    place = Place(old.path, new.path, new.output_stride)
    found = changes(old, new)
    own = tuple(change for change in found if change.aspect not in RECIPE)
    recipe = tuple(change for change in found if change.aspect in RECIPE)
    yield _Seen(Verdict.CHANGED, blocks, label, own, place)
    yield _Seen(Verdict.CHANGED, blocks, label, recipe, place, is_recipe=True)


def _follows(piece: Piece, explained: set[Aspect]) -> bool:
    """Say whether a piece comes or goes with the shortcut or the gate of its block."""
    if piece.role is Role.GATE:
        return Aspect.GATE in explained
    return Aspect.SHORTCUT in explained and (piece.role is Role.SHORTCUT or piece.work is Work.SUM)


def _label(piece: Piece, around: Sequence[Piece]) -> Label:
    alike = [other for other in around if _name(other) == _name(piece)]
    number = next((n for n, other in enumerate(alike, 1) if other is piece), 0)
    return Label(*_name(piece), number if len(alike) > 1 else 0)


def _name(piece: Piece) -> tuple[Work, tuple[int, ...], str, Role]:
    return (piece.work, piece.kernel, _detail(piece), piece.role)


def _detail(piece: Piece) -> str:
    if piece.work is Work.NORM:
        return piece.norm
    if piece.work is not Work.CONV or piece.groups == 1:
        return ""
    return DEPTHWISE if piece.is_depthwise else GROUPED
