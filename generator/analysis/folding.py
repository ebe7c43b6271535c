"""Decides which units of an outline are drawn once because they repeat."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from generator.analysis.kinds import Kind
from generator.analysis.units import Loop, Outline, Unit


@dataclass
class _Run:
    """Units that follow each other, so far."""

    drawn: Unit
    """The first, with what the others add."""
    model: Unit
    """The last that is no mere merge."""
    sources: set[str]
    members: list[str] = field(default_factory=list)


def folded(whole: Outline) -> Outline:
    """Merge each unit into the run before it where they are alike and form a chain or a ladder.

    In a ladder, as in a dense block, each unit reads what entered the first one, and the outputs
    of all before it; merges between the rungs belong to it.
    """
    wiring = _Wiring(whole)
    runs: dict[str, _Run] = {}
    for unit in whole.units:
        read = wiring.sources[unit.id]
        run = runs.get(read[-1]) if read else None
        if run is None or run.members[-1] not in read or not wiring.continues(unit, run):
            run = _Run(unit, unit, set(read))
        else:
            run.drawn = _merged(run.drawn, unit, loop=_loop(unit, read))
        if unit.kind is run.drawn.kind:
            run.model = unit
        run.members.append(unit.id)
        runs[unit.id] = run
    home = {name: run.drawn.id for name, run in runs.items()}
    edges = {(home[a], home[b]): None for a, b in whole.edges if home[a] != home[b]}
    kept = {run.drawn.id: run.drawn for run in runs.values()}
    return Outline(tuple(kept.values()), tuple(edges))


@dataclass(frozen=True)
class _Wiring:
    """Who reads whom, in the order of the units."""

    whole: Outline

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.whole.units}

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        place = {name: number for number, name in enumerate(self.units)}
        found: dict[str, list[str]] = {name: [] for name in self.units}
        for source, target in self.whole.edges:
            found[target].append(source)
        return {name: sorted(read, key=place.__getitem__) for name, read in found.items()}

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.units}
        for source, target in self.whole.edges:
            found[source].append(target)
        return found

    def continues(self, unit: Unit, run: _Run) -> bool:
        """Say whether a unit that reads the last of a run is one more of it."""
        read = self.sources[unit.id]
        if len(read) == 1 and _are_alike(run.model, unit):
            return self.readers[run.members[-1]] == [unit.id] or run.drawn.loop is not None
        if run.drawn.kind is not Kind.BLOCK or not {*run.members, *run.sources}.issuperset(read):
            return False
        return _are_alike(run.model, unit) or self._is_rung(unit, run)

    def _is_rung(self, unit: Unit, run: _Run) -> bool:
        """Say whether a merge joins one unit of a ladder to the next, or ends the ladder."""
        if unit.kind is not Kind.MERGE:
            return False
        after = (self.units[name] for name in self.readers[unit.id])
        return run.drawn.loop is not None or any(_are_alike(run.model, next_) for next_ in after)


def _are_alike(before: Unit, unit: Unit) -> bool:
    if (before.kind, before.title, before.stride) != (unit.kind, unit.title, unit.stride):
        return False
    same_shape = before.output_shape == unit.output_shape
    if unit.kind is Kind.BLOCK:
        return same_shape or before.alike == unit.alike
    return unit.kind is Kind.CONV and same_shape


def _loop(unit: Unit, read: list[str]) -> Loop | None:
    if len(read) == 1:
        return None
    return Loop.RESIDUAL if unit.kind is Kind.MERGE and unit.title == "add" else Loop.DENSE


def _merged(first: Unit, unit: Unit, loop: Loop | None) -> Unit:
    return replace(
        first,
        count=first.count + (unit.kind is first.kind),
        output_shape=unit.output_shape,
        params=first.params + unit.params,
        macs=first.macs + unit.macs,
        loop=first.loop or loop,
    )
