"""Decides which models are beaten by others in everything that counts."""

import operator
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """One model's accuracy, and what it costs; none where a number is not known."""

    slug: str
    accuracy: float | None
    costs: Mapping[str, float | None]
    """Less is better: MACs, parameters, memory, …"""


def dominated(
    candidates: Sequence[Candidate], costs: Sequence[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return for each model that is dominated the models that dominate it, the best first.

    One model dominates another that is nowhere better, and somewhere worse. Models of which a
    number is not known cannot be judged: they dominate none, and none dominates them.

    Args:
        candidates: the models.
        costs: which costs count; all that the first candidate has, if not said.
    """
    names = list(candidates[0].costs if costs is None and candidates else costs or ())
    best = sorted(candidates, key=lambda c: (-(c.accuracy or 0), c.slug))
    judged = {c.slug: scores for c in best if (scores := _scores(c, names)) is not None}
    order = list(judged)
    worth = [scores[0] for scores in judged.values()]
    found = {}
    for slug, scores in judged.items():
        nowhere_less_accurate = order[: bisect_right(worth, scores[0])]
        beating = tuple(o for o in nowhere_less_accurate if _beats(judged[o], scores))
        if beating:
            found[slug] = beating
    return {c.slug: found[c.slug] for c in candidates if c.slug in found}


def front(candidates: Sequence[Candidate], costs: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the models of which everything is known, and that none dominates."""
    beaten = dominated(candidates, costs)
    names = list(candidates[0].costs if costs is None and candidates else costs or ())
    return tuple(
        c.slug for c in candidates if c.slug not in beaten and _scores(c, names) is not None
    )


def _scores(candidate: Candidate, costs: Sequence[str]) -> tuple[float, ...] | None:
    """Return numbers of which less is better; none if one of them is not known."""
    values = [candidate.costs.get(name) for name in costs]
    known = [value for value in values if value is not None]
    if candidate.accuracy is None or len(known) < len(values):
        return None
    return (-candidate.accuracy, *known)


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(map(operator.le, one, other))
