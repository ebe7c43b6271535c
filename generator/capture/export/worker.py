"""Decides what happens inside the process that exports one model."""

from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection

import torch

from generator.capture.export.request import Exported, ExportRequest
from generator.capture.export.subject import Say, prepare
from generator.capture.request import Step
from generator.capture.session import failure_of


def run(request: ExportRequest, pipe: Connection) -> None:
    """Export one model and report over the pipe; whatever the model prints is dropped."""
    pipe.send(export(request, lambda step: pipe.send(Step(step))))
    pipe.close()


def export(request: ExportRequest, say: Say) -> Exported:
    """Build the model exactly as a capture does, and write its files."""
    torch.set_num_threads(1)  # as captures: sums in another order round differently
    begun = ["start"]

    def begin(step: str) -> None:
        begun.append(step)
        say(step)

    try:
        subject = prepare(request, begin)
        notes = _writer(request)(subject, request.folder, begin)
    except Exception as error:  # noqa: BLE001 - here a failed export becomes an answer
        return Exported(failure=failure_of(begun[-1], error, request.root))
    return Exported((f"weights: {subject.built.weights.said}", *notes))


def _writer(request: ExportRequest) -> Callable[..., tuple[str, ...]]:
    """Import the file of code for one kind: what the others need may not be installed."""
    module = import_module(f"generator.capture.export.{request.kind}")
    writer: Callable[..., tuple[str, ...]] = module.write
    return writer
