"""Decides what crosses between the coordinator and a capturing process; imports no torch."""

from dataclasses import dataclass
from pathlib import Path

from generator.config import Device, WeightsPolicy
from generator.pictures import Source
from generator.records import ModelRecord, ModelSpec


@dataclass(frozen=True)
class Limits:
    """What one process may take before it is stopped."""

    time_s: float
    memory_bytes: int | None = None
    """Of its own and of what it starts; none: as much as there is."""


@dataclass(frozen=True)
class Request:
    """Everything one capture needs."""

    spec: ModelSpec
    own_pictures: tuple[Source, ...]
    weights: WeightsPolicy
    seed: int
    root: Path
    """The project's folder: own nets and weights files are named relative to it."""
    folder: Path
    """Where files go; empty at the start."""
    picture_bytes: int = 6_000_000
    """What all pictures of the model may weigh."""
    device: Device = Device.CPU


@dataclass(frozen=True)
class Step:
    """News of a capture: which step begins."""

    name: str


@dataclass(frozen=True)
class SoFar:
    """News of a capture: what remains of it should the next step be its last."""

    record: ModelRecord


@dataclass(frozen=True)
class Done:
    """The last news of a capture."""

    record: ModelRecord
    dependencies: tuple[Path, ...]
    """Files that decided about the result, known only afterwards."""
    packages: tuple[str, ...] = ()
    """Installed packages, as they are imported, that did."""
    is_dated: bool = False
    """One of them was edited meanwhile, so that nobody knows which state of it was seen."""
    is_cut_short: bool = False
    """The process ended before it was done; this is what it had told by then."""
