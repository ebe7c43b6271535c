"""Decides which models are beaten by others in everything that counts."""

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
    scores = {c.slug: _scores(c, names) for c in candidates}
    best = sorted(candidates, key=lambda c: (-(c.accuracy or 0), c.slug))
    found = {
        one.slug: tuple(
            other.slug for other in best if _beats(scores[other.slug], scores[one.slug])
        )
        for one in candidates
    }
    return {slug: beaten for slug, beaten in found.items() if beaten}


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


def _beats(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if one is None or other is None or one == other:
        return False
    return all(a <= b for a, b in zip(one, other, strict=True))
