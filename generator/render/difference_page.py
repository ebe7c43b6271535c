"""Decides how a difference between two networks is laid out: rows for pages, data for programs."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from generator.analysis.difference import Delta, Difference, Measure, StageDelta
from generator.analysis.findings import Finding, Verdict
from generator.analysis.footprint import ELSEWHERE, HEAD, UNKNOWN
from generator.analysis.message import Message
from generator.analysis.sentences import sentence
from generator.render import formats

_SAME = "="
_MANY_TIMES = 10.0
_STAGES = {
    HEAD: Message("head"),
    UNKNOWN: Message("unknown"),
    ELSEWHERE: Message("not called"),
}


@dataclass(frozen=True)
class DeltaRow:
    """One size of both networks, ready to be printed."""

    measure: Measure
    name: Message
    old: str
    new: str
    change: str
    """With its sign; a dash where one side is not known."""
    share: str
    """The change in percent of the old size, or in times; empty where that means nothing."""
    differs: bool


@dataclass(frozen=True)
class StageDeltaRow:
    """What came or went at one output stride."""

    name: str
    """The stride in digits, or a message."""
    params: str
    macs: str
    activations: str
    growth: str
    differs: bool


@dataclass(frozen=True)
class FindingRow:
    """One difference in words, and where it is."""

    verdict: Verdict
    text: Message
    places: tuple[tuple[str | None, str | None], ...]
    """Module paths in the old and in the new network, for links; none where there is no partner."""


@dataclass(frozen=True)
class DifferencePage:
    """What a page says about two networks."""

    old: str
    new: str
    deltas: tuple[DeltaRow, ...]
    stages: tuple[StageDeltaRow, ...]
    findings: tuple[FindingRow, ...]
    is_empty: bool


def difference_page(found: Difference) -> DifferencePage:
    """Prepare a difference for a page, a terminal or a comment."""
    return DifferencePage(
        old=found.old.title,
        new=found.new.title,
        deltas=tuple(map(_delta, found.deltas)),
        stages=tuple(map(_stage, found.stages)),
        findings=tuple(map(_finding, found.findings)),
        is_empty=found.is_empty,
    )


def difference_data(found: Difference) -> dict[str, object]:
    """Return a difference as plain data, for programs."""
    return {
        "old": {"title": found.old.title, "input_shape": list(found.old.input_shape)},
        "new": {"title": found.new.title, "input_shape": list(found.new.input_shape)},
        "is_empty": found.is_empty,
        "totals": {
            d.measure.value: {"old": d.old, "new": d.new, "change": d.change} for d in found.deltas
        },
        "stages": [
            {
                "stride": stage.name,
                "params": stage.params,
                "macs": stage.macs,
                "activations": stage.activations,
                "receptive_field": stage.growth,
            }
            for stage in found.stages
        ],
        "findings": [_finding_data(finding) for finding in found.findings],
    }


def measure_name(measure: Measure) -> Message:
    """Name a size for readers."""
    return _MEASURES[measure][0]


def written(measure: Measure, size: int | None) -> str:
    """Write a size in its unit."""
    return _MEASURES[measure][1](size)


def stage_words(name: str) -> str:
    """Name a stage for readers: its stride, or a message where it has none."""
    return _STAGES.get(name, name)


def signed(change: int | None, write: Callable[[int | None], str]) -> str:
    """Write a change with its sign; one sign for none, and a dash where it is not known."""
    if not change:
        return "–" if change is None else _SAME
    return f"{'+' if change > 0 else '−'}{write(abs(change))}"


def _delta(delta: Delta) -> DeltaRow:
    name, write = _MEASURES[delta.measure]
    return DeltaRow(
        delta.measure,
        name,
        write(delta.old),
        write(delta.new),
        signed(delta.change, write),
        _share(delta.share),
        delta.old != delta.new,
    )


def _share(share: float | None) -> str:
    """Write a change in percent; one that is many times the old size in times."""
    if not share:
        return ""
    if share >= _MANY_TIMES:
        return f"×{formats.exact(round(1 + share))}"
    return f"{'+' if share > 0 else '−'}{formats.percent(abs(share))}"


def _stage(stage: StageDelta) -> StageDeltaRow:
    return StageDeltaRow(
        name=stage_words(stage.name),
        params=signed(stage.params, formats.count),
        macs=signed(stage.macs, formats.count),
        activations=signed(stage.activations, formats.count),
        growth=signed(stage.growth, formats.exact),
        differs=any((stage.params, stage.macs, stage.activations, stage.growth)),
    )


def _finding(finding: Finding) -> FindingRow:
    places = tuple((place.old, place.new) for place in finding.places)
    return FindingRow(finding.verdict, sentence(finding), places)


def _finding_data(finding: Finding) -> dict[str, object]:
    old, new = finding.blocks
    return {
        "verdict": finding.verdict.value,
        "block": {"old": old, "new": new} if old or new else None,
        "pieces": [asdict(label) for label in finding.labels],
        "changes": [
            {"aspect": change.aspect.value, "old": change.old, "new": change.new}
            for change in finding.changes
        ],
        "count": finding.count,
        "of": finding.of,
        "places": [asdict(place) for place in finding.places],
        "text": str(sentence(finding)),
    }


_MEASURES: dict[Measure, tuple[Message, Callable[[int | None], str]]] = {
    Measure.PARAMS: (Message("parameters"), formats.count),
    Measure.MACS: (Message("MACs"), formats.count),
    Measure.ACTIVATIONS: (Message("activations"), formats.count),
    Measure.WEIGHT_BYTES: (Message("weight memory"), formats.byte_count),
    Measure.PEAK_BYTES: (Message("peak activation memory"), formats.byte_count),
    Measure.DEPTH: (Message("depth"), formats.exact),
    Measure.RECEPTIVE_FIELD: (Message("receptive field"), formats.exact),
}
