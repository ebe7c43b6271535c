"""Decides what crosses between the coordinator and an exporting process; imports no torch."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from generator.config import WeightsPolicy
from generator.pictures import Source
from generator.records import Failure, ModelSpec


class Kind(StrEnum):
    """What a model can be exported to."""

    TENSORBOARD = "tensorboard"
    TORCHSCRIPT = "torchscript"
    ONNX = "onnx"


@dataclass(frozen=True)
class ExportRequest:
    """Everything one export needs; weights and seed mean what they mean to a capture."""

    kind: Kind
    spec: ModelSpec
    own_pictures: tuple[Source, ...]
    weights: WeightsPolicy
    seed: int
    root: Path
    """The project's folder: own nets and weights files are named relative to it."""
    folder: Path
    """Where the finished files go."""


@dataclass(frozen=True)
class Exported:
    """The last news of an export."""

    notes: tuple[str, ...] = ()
    """What a reader should know of the files, a line each."""
    failure: Failure | None = None
