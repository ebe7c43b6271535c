"""Decides which parts of a block stand below each other, side by side, and where shapes hang."""

from collections import Counter
from dataclasses import dataclass

from generator.analysis.anatomy import Anatomy, Flow, Part, Role
from generator.analysis.shortcuts import Shortcut

SYMBOLS = {Role.SUM: "+", Role.PRODUCT: "×"}


@dataclass(frozen=True)
class Arrangement:
    """Names and places for what is drawn of a block."""

    names: dict[str, str]
    """Node of each part."""
    columns: dict[str, str]
    """What stands below each other has one name; empty: in the middle of its neighbours."""
    tags: dict[Flow, str]
    """Node that shows a flow's shape; flows that leave a part share one."""
    rows: tuple[tuple[str, ...], ...]
    """Parts that begin branches side by side."""
    aside: frozenset[Flow]
    """Flows down the right side, where textbooks draw shortcuts."""


def arranged(anatomy: Anatomy) -> Arrangement:
    """Arrange the parts of a block."""
    names = {part.id: f"p{number}" for number, part in enumerate(anatomy.parts)}
    symbols = {part.id for part in anatomy.parts if part.role in SYMBOLS}
    # What a concatenation leaves as it is keeps its place among the inputs.
    aside = {
        flow
        for flow in anatomy.flows
        if flow.shortcut is Shortcut.PROJECTION or (flow.shortcut and flow.target in symbols)
    }
    return Arrangement(
        names,
        _columns(anatomy, names),
        _tags(anatomy, names),
        tuple(_rows(anatomy)),
        frozenset(aside),
    )


def _columns(anatomy: Anatomy, names: dict[str, str]) -> dict[str, str]:
    """Put the longest way down into one column, then the longest of the rest.

    Where branches begin or end, the middle above or below them is the better place.
    """
    after: dict[str, list[str]] = {}
    for flow in anatomy.flows:
        after.setdefault(flow.source, []).append(flow.target)
    ways: dict[str, list[str]] = {}
    for part in reversed(anatomy.parts):
        longest = max((ways[name] for name in after.get(part.id, [])), key=len, default=[])
        ways[part.id] = [part.id, *longest]
    columns = dict.fromkeys(_crowded(anatomy), "")
    for part in sorted(anatomy.parts, key=lambda part: -len(ways[part.id])):
        for name in ways[part.id]:
            columns.setdefault(name, names[part.id])
    return columns


def _crowded(anatomy: Anatomy) -> set[str]:
    """Return the parts where several flows begin or end, shortcuts aside."""
    work = [flow for flow in anatomy.flows if flow.shortcut is None]
    begun, ended = Counter(flow.source for flow in work), Counter(flow.target for flow in work)
    return {p.id for p in anatomy.parts if max(begun[p.id], ended[p.id]) > 1}


def _tags(anatomy: Anatomy, names: dict[str, str]) -> dict[Flow, str]:
    """Name the tag of every flow whose shape is news.

    The two halves of a split are two tensors, however alike their shapes.
    """
    splits = {part.id for part in anatomy.parts if part.role is Role.CONNECTOR}
    return {
        flow: f"{names[flow.source]}_{names[flow.target] if flow.source in splits else 'shape'}"
        for flow in anatomy.flows
        if flow.shows_shape
    }


def _rows(anatomy: Anatomy) -> list[tuple[str, ...]]:
    sources: dict[str, set[str]] = {}
    for flow in anatomy.flows:
        sources.setdefault(flow.target, set()).add(flow.source)
    entries = [part for part in anatomy.parts if part.role is Role.END]
    rows = [tuple(_only_after(entry, anatomy.parts, sources)) for entry in entries]
    return [row for row in rows if len(row) > 1]


def _only_after(entry: Part, parts: tuple[Part, ...], sources: dict[str, set[str]]) -> list[str]:
    return [p.id for p in parts if sources.get(p.id) == {entry.id} and p.role is Role.STEP]
