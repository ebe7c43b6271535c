"""Exports of toy nets, made in the process of the test."""

from pathlib import Path

import torch

from generator.capture.export.request import Exported, ExportRequest, Kind
from generator.capture.export.subject import Subject, prepare
from generator.capture.export.worker import export
from generator.config import WeightsPolicy
from generator.records import ModelSpec, Origin

TOYS = Path(__file__).parent


def asked(
    kind: Kind,
    name: str,
    folder: Path,
    shape: tuple[int, ...] = (3, 17, 17),
    source: Path = TOYS / "toys.py",
) -> ExportRequest:
    """Ask for a net of tests/toys.py, or of a file in a project."""
    spec = ModelSpec(
        slug=name.lower(),
        title=name,
        family="Toys",
        origin=Origin.USER,
        factory=f"./{source.name}:{name}",
        input_shape=shape,
    )
    return ExportRequest(kind, spec, (), WeightsPolicy.RANDOM, 0, source.parent, folder)


def strangers(kind: Kind, name: str, inputs: str, folder: Path) -> ExportRequest:
    """Ask for a net of tests/strangers.py that is called with inputs of its own."""
    spec = ModelSpec(
        slug=name.lower(),
        title=name,
        family="Toys",
        origin=Origin.USER,
        factory=f"strangers:{name}",
        inputs=f"strangers:{inputs}",
    )
    return ExportRequest(kind, spec, (), WeightsPolicy.RANDOM, 0, TOYS, folder)


def made(request: ExportRequest) -> tuple[str, ...]:
    """Export here and now, and return what is said of it."""
    answer = export(request, lambda _step: None)
    assert answer == Exported(answer.notes)
    return answer.notes


def refused(request: ExportRequest) -> str:
    """Export what cannot be exported, and return the reason."""
    answer = export(request, lambda _step: None)
    assert answer.failure is not None
    return answer.failure.message


def subject(request: ExportRequest) -> Subject:
    """Build the net that the export is made from; equal seeds give equal weights."""
    return prepare(request, lambda _step: None)


def answer(request: ExportRequest, pictures: torch.Tensor) -> torch.Tensor:
    """Run the net that the export is made from."""
    with torch.no_grad():
        output: torch.Tensor = subject(request).built.module(pictures)
    return output
