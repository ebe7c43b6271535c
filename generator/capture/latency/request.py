"""Decides what crosses between the coordinator and a measuring process; imports no torch."""

from dataclasses import dataclass
from pathlib import Path

from generator.config import WeightsPolicy
from generator.records import BatchTiming, Failure, ModelSpec, Surroundings


@dataclass(frozen=True)
class TimingRequest:
    """Everything one measurement needs; weights and seed mean what they mean to a capture."""

    spec: ModelSpec
    weights: WeightsPolicy
    seed: int
    root: Path
    """The project's folder: own nets and weights files are named relative to it."""
    device: str
    """cpu, cuda, or auto: an accelerator if there is one."""
    batches: tuple[int, ...]


@dataclass(frozen=True)
class Timed:
    """The last news of a measurement."""

    surroundings: Surroundings | None = None
    batches: tuple[BatchTiming, ...] = ()
    failures: tuple[Failure, ...] = ()
