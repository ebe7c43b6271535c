"""Decides what happens inside the process that captures one model."""

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from generator.capture.request import Done, Request, Step
from generator.capture.session import capture


def run(request: Request, pipe: Connection) -> None:
    """Capture one model and report over the pipe; whatever the model prints is dropped."""
    _silence()
    before = set(sys.modules)
    record, checkpoint = capture(request, lambda step: pipe.send(Step(step)))
    own = _own_sources(request.root, sys.modules.keys() - before)
    pipe.send(Done(record, (*own, *([checkpoint] if checkpoint else []))))
    pipe.close()


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _own_sources(root: Path, names: set[str]) -> tuple[Path, ...]:
    """Return the files of nets that were imported: the zoo's own, and those of the project."""
    paths = set()
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file is None:
            continue
        path = Path(file).resolve()
        is_own = path.is_relative_to(root) and "site-packages" not in path.parts
        if is_own or name.startswith("generator.zoo.nets."):
            paths.add(path)
    return tuple(sorted(paths))
