"""Decides what a model's MACs would be if more than products of weights were counted."""

from dataclasses import dataclass

from generator.analysis.message import Message
from generator.analysis.residuals import Part, norm_outputs, pooled_inputs
from generator.records import ModelRecord


@dataclass(frozen=True)
class Convention:
    """Another way to count the same net: our MACs, what it adds, and their sum."""

    name: Message
    user: str
    """A tool that counts so."""
    macs: int
    parts: tuple[Part, ...]
    total: int


_NAME = Message("BatchNorm and pooling counted too")
_NORMS = Message("BatchNorm: two per output")
_POOLING = Message("adaptive average pooling: one per input")


def conventions(record: ModelRecord) -> tuple[Convention, ...]:
    """Return the other ways in which this net can be counted; none where they add nothing.

    The rule was found by comparison: it gives fvcore's total to the digit for 36 networks of
    torchvision, see tests/data/oracles.csv.
    """
    parts = (Part(_NORMS, 2 * norm_outputs(record)), Part(_POOLING, pooled_inputs(record)))
    known = tuple(part for part in parts if part.amount)
    if record.total_macs is None or not known:
        return ()
    return (
        Convention(
            name=_NAME,
            user="fvcore",
            macs=record.total_macs,
            parts=known,
            total=record.total_macs + sum(part.amount for part in known),
        ),
    )
