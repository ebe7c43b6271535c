"""Decides what is different between two networks: what they are made of, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator.analysis.alignment import Pair, align
from generator.analysis.findings import Finding, findings
from generator.analysis.footprint import (
    Row,
    Spent,
    aligned_stages,
    footprint,
    receptive_field,
    rows,
)
from generator.analysis.memory import peak_activation_bytes
from generator.analysis.pieces import Section
from generator.analysis.sections import sections
from generator.analysis.totals import totals
from generator.records import ModelRecord


class Measure(StrEnum):
    """The sizes of a network, by the names they are published under."""

    PARAMS = "params"
    MACS = "macs"
    ACTIVATIONS = "activations"
    WEIGHT_BYTES = "weight_bytes"
    PEAK_BYTES = "peak_activation_bytes"
    DEPTH = "depth"
    RECEPTIVE_FIELD = "receptive_field"


@dataclass(frozen=True)
class Structure:
    """All of a network that a difference is computed from; records and published data hold it."""

    title: str
    input_shape: tuple[int, ...]
    sections: tuple[Section, ...]
    stages: tuple[Spent, ...]
    measures: Mapping[Measure, int | None]
    """None where a size could not be observed."""


@dataclass(frozen=True)
class Delta:
    """One size of two networks."""

    measure: Measure
    old: int | None
    new: int | None

    @property
    def change(self) -> int | None:
        """Return what came or went; none where one side is not known."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def share(self) -> float | None:
        """Return the change as a share of the old size; none where that means nothing."""
        return None if self.change is None or not self.old else self.change / self.old


@dataclass(frozen=True)
class StageDelta:
    """What one stage of two networks costs; either may have none of this stride."""

    name: str
    old: Row | None
    new: Row | None

    @property
    def params(self) -> int:
        """Return how many parameters came or went."""
        return _of(self.new).params - _of(self.old).params

    @property
    def macs(self) -> int:
        """Return how many MACs came or went."""
        return _of(self.new).macs - _of(self.old).macs

    @property
    def activations(self) -> int:
        """Return how many activations came or went."""
        return _of(self.new).activations - _of(self.old).activations

    @property
    def growth(self) -> int:
        """Return by how many pixels more, or less, the receptive field grows here."""
        return _of(self.new).growth - _of(self.old).growth


@dataclass(frozen=True)
class Difference:
    """What became of a network; sums over the stages are the differences of the totals."""

    old: Structure
    new: Structure
    pairs: tuple[Pair[Section], ...]
    """Blocks and pieces side by side, in order."""
    findings: tuple[Finding, ...]
    deltas: tuple[Delta, ...]
    stages: tuple[StageDelta, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether both are built alike, and of the same sizes."""
        same = self.old.input_shape == self.new.input_shape
        return same and not self.findings and not any(delta.change for delta in self.deltas)


def structure(title: str, record: ModelRecord) -> Structure:
    """Take from a record what can be compared."""
    spent = footprint(record)
    whole = totals(record)
    return Structure(
        title,
        record.input_shape,
        sections(record),
        spent,
        {
            Measure.PARAMS: whole.params,
            Measure.MACS: whole.macs,
            Measure.ACTIVATIONS: whole.activations,
            Measure.WEIGHT_BYTES: whole.weight_bytes,
            Measure.PEAK_BYTES: peak_activation_bytes(record),
            Measure.DEPTH: whole.depth,
            Measure.RECEPTIVE_FIELD: receptive_field(spent),
        },
    )


def difference(old: Structure, new: Structure) -> Difference:
    """Compare two networks."""
    pairs = align(old.sections, new.sections)
    return Difference(
        old,
        new,
        pairs,
        findings(pairs),
        tuple(Delta(m, old.measures.get(m), new.measures.get(m)) for m in Measure),
        _stages(old.stages, new.stages),
    )


def _stages(old: Sequence[Spent], new: Sequence[Spent]) -> tuple[StageDelta, ...]:
    both = [list(rows(spent).values()) for spent in (old, new)]
    return tuple(StageDelta(name, *pair) for name, pair in aligned_stages(both))


def _of(row: Row | None) -> Row:
    return row or Row("", 0, 0, 0, 0)
