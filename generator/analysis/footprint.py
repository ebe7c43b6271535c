"""Decides what a network spends at each output stride, so that unlike networks can be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Protocol, TypeVar

from generator.analysis.cost import macs_by_node
from generator.analysis.field import Field, fields_in
from generator.analysis.stages import Stage, stages
from generator.analysis.totals import totals
from generator.records import ModelRecord

HEAD, UNKNOWN, ELSEWHERE = "head", "unknown", "not called"


class Named(Protocol):
    """Anything that belongs to a stage."""

    @property
    def name(self) -> str:
        """The output stride in digits, or a word where there is none."""


NamedT = TypeVar("NamedT", bound=Named)


@dataclass(frozen=True)
class Spent:
    """What one stage holds and costs."""

    name: str
    """The output stride in digits; head, unknown, or not called."""
    stride: int | None
    resolution: tuple[int, ...]
    channels: int
    blocks: int
    params: int
    macs: int
    activations: int
    receptive_field: int | None
    """Pixels that the stage's last values see along the longer side; none in the head."""


@dataclass(frozen=True)
class Row:
    """What one stage of a network has, in numbers to be added up."""

    name: str
    params: int
    macs: int
    activations: int
    growth: int
    """Pixels by which the receptive field grows there."""


def footprint(record: ModelRecord) -> tuple[Spent, ...]:
    """Return what each stage costs, smallest stride first, the head last.

    Parameters that no operation uses come behind it, so that all add up to the totals.
    """
    macs = macs_by_node(record)
    seen = fields_in(record)
    sizes = {n.id: prod(n.output_shape) for n in record.nodes if macs.get(n.id)}
    spent = [_spent(stage, sizes, seen) for stage in stages(record)]
    whole = totals(record)
    return (*spent, *elsewhere(spent, whole.params, whole.macs, whole.activations))


def aligned_stages(
    models: Sequence[Sequence[NamedT]],
) -> tuple[tuple[str, tuple[NamedT | None, ...]], ...]:
    """Put stages of the same output stride side by side, however unlike the networks are.

    Strides ascend; what has none comes last; a network without a stage leaves a gap.
    """
    by_name = [{stage.name: stage for stage in stages} for stages in models]
    names = {name: None for stages in by_name for name in stages}
    return tuple(
        (name, tuple(stages.get(name) for stages in by_name)) for name in sorted(names, key=_order)
    )


def elsewhere(
    spent: Sequence[Spent], params: int, macs: int | None, activations: int | None
) -> list[Spent]:
    """Return what the totals have more than the stages: modules that are never called."""
    params -= sum(one.params for one in spent)
    macs = (macs or 0) - sum(one.macs for one in spent)
    activations = (activations or 0) - sum(one.activations for one in spent)
    if not (params or macs or activations):
        return []
    return [Spent(ELSEWHERE, None, (), 0, 0, params, macs, activations, None)]


def rows(spent: Iterable[Spent]) -> dict[str, Row]:
    """Return the numbers of every stage by its name; the fields grow from 1 pixel."""
    found: dict[str, Row] = {}
    reached = 0
    for one in spent:
        grown = max(0, (one.receptive_field or 0) - reached)
        reached += grown
        found[one.name] = Row(one.name, one.params, one.macs, one.activations, grown)
    return found


def receptive_field(spent: Iterable[Spent]) -> int | None:
    """Return the largest field of all values that do not see everything; none without any."""
    return max((one.receptive_field for one in spent if one.receptive_field), default=None)


def _spent(stage: Stage, sizes: dict[str, int], seen: dict[str, Field]) -> Spent:
    has_stride = stage.stride is not None
    known = [max(seen[name].size) for name in stage.nodes if name in seen] if has_stride else []
    return Spent(
        name=stage_name(stage.stride, stage.resolution),
        stride=stage.stride,
        resolution=stage.resolution,
        channels=stage.channels,
        blocks=stage.blocks,
        params=stage.params,
        macs=stage.macs,
        activations=sum(sizes.get(name, 0) for name in stage.nodes),
        receptive_field=max(known, default=None),
    )


def stage_name(stride: int | None, resolution: tuple[int, ...]) -> str:
    """Name a stage: its output stride, or why it has none."""
    if stride is not None:
        return str(stride)
    return UNKNOWN if prod(resolution) > 1 else HEAD


def stage_rank(name: str) -> int:
    """Return a number to sort stages by: strides ascend, what has none comes last."""
    return int(name) if name.isdigit() else 1 << 30


def _order(name: str) -> tuple[int, str]:
    return (stage_rank(name), name)
