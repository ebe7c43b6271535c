"""Decides what happens inside the process that captures one model."""

import sys
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType

from generator.capture.request import Done, Request, SoFar, Step
from generator.capture.session import capture, failure_of
from generator.capture.sources import Sources
from generator.records import Failure

_PRELOADED = MappingProxyType(dict(sys.modules))
"""What the fork server loaded, once for all; the rest came with the model or its project."""


def run(request: Request, pipe: Connection) -> None:
    """Capture one model and report over the pipe; no exception of the model's gets past here."""
    # A source edited within a second, to the same length, would be mistaken for its bytecode.
    sys.dont_write_bytecode = not request.spec.factory.startswith(("torchvision:", "timm:"))
    sources = Sources(request.root, request.folder, _PRELOADED)
    sources.listen()
    begun = ["start"]

    def begin(step: str) -> None:
        begun.append(step)
        pipe.send(Step(step))

    try:
        record, checkpoint = capture(request, begin, lambda known: pipe.send(SoFar(known)))
        record = record.as_read_back()
    except BaseException as error:  # noqa: BLE001 - also what is meant to end the process
        pipe.send(_described(begun[-1], error, request.root))
        return
    files = (*sources.files(), *([checkpoint] if checkpoint else []))
    pipe.send(Done(record, files, sources.packages(), sources.are_edited()))
    pipe.close()


def _described(step: str, error: BaseException, root: Path) -> Failure:
    try:
        failure = failure_of(step, error, root)
        return Failure.model_validate_json(failure.model_dump_json())
    except Exception:  # noqa: BLE001 - an exception may even fail to say what it is
        return Failure(kind=step, error=type(error).__name__, message="its message is unreadable")
