"""Decides which way around a block's work is its shortcut."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

Edge = tuple[str, str]
_PAIR = 2


class Shortcut(StrEnum):
    """What a shortcut does to the values on it."""

    IDENTITY = "identity"
    PROJECTION = "projection"


def shortcuts(
    edges: Iterable[Edge], merges: Collection[str], sums: Collection[str]
) -> dict[Edge, Shortcut]:
    """Return the edges of a directed graph without cycles that are on a shortcut.

    An edge into a merge is an identity if its source also reaches that merge another way. Of two
    ways into a sum that both do work, the one with fewer parts is the projection; there is none
    where they are equally long.
    """
    sources: dict[str, list[str]] = {}
    for source, target in edges:
        sources.setdefault(target, []).append(source)
    above: dict[str, set[str]] = {}
    found: dict[Edge, Shortcut] = {}
    for merge in merges:
        entering = sources.get(merge, [])
        for name in entering:
            if any(name in _above(other, sources, above) for other in entering if other != name):
                found[name, merge] = Shortcut.IDENTITY
        if (
            merge in sums
            and len(entering) == _PAIR
            and not any((e, merge) in found for e in entering)
        ):
            found |= _projection(merge, entering, sources, above)
    return found


def _projection(
    merge: str,
    entering: list[str],
    sources: Mapping[str, list[str]],
    above: dict[str, set[str]],
) -> dict[Edge, Shortcut]:
    first, second = ({name, *_above(name, sources, above)} for name in entering)
    if not first & second or len(first - second) == len(second - first):
        return {}
    shorter = min((first - second, second - first), key=len)
    inside = {(source, name) for name in shorter for source in sources.get(name, [])}
    leaving = {(name, merge) for name in entering if name in shorter}
    return dict.fromkeys(inside | leaving, Shortcut.PROJECTION)


def _above(name: str, sources: Mapping[str, list[str]], known: dict[str, set[str]]) -> set[str]:
    """Return all that a part's value was made from."""
    if name not in known:
        known[name] = set()
        for source in sources.get(name, []):
            known[name] |= {source, *_above(source, sources, known)}
    return known[name]
