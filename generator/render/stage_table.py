"""Decides what a table says about a network's stages."""

from dataclasses import dataclass
from math import prod

from generator.analysis.message import Message
from generator.analysis.stages import Stage, stages
from generator.analysis.totals import Totals
from generator.records import ModelRecord
from generator.render import formats


@dataclass(frozen=True)
class StageRow:
    """One line of the stage table."""

    name: str
    """The output stride, or a message where there is none."""
    place: Message
    """Resolution and channels, or the outputs of the head."""
    resolution: str
    channels: int
    blocks: int
    params: int
    params_share: float
    macs: int
    macs_share: float


def stage_rows(record: ModelRecord, sums: Totals) -> tuple[StageRow, ...]:
    """Return a line per stage, with its shares of the whole network."""
    return tuple(
        StageRow(
            name=_name(stage),
            place=_place(stage),
            resolution=formats.sizes(stage.resolution),
            channels=stage.channels,
            blocks=stage.blocks,
            params=stage.params,
            params_share=stage.params / sums.params if sums.params else 0.0,
            macs=stage.macs,
            macs_share=stage.macs / sums.macs if sums.macs else 0.0,
        )
        for stage in stages(record)
    )


def _name(stage: Stage) -> str:
    if stage.stride is not None:
        return str(stage.stride)
    return Message("unknown") if prod(stage.resolution) > 1 else Message("head")


def _place(stage: Stage) -> Message:
    if not stage.resolution:
        return Message("{count} outputs", count=stage.channels)
    return Message(
        "{resolution} · {count} channels",
        resolution=formats.sizes(stage.resolution),
        count=stage.channels,
    )
