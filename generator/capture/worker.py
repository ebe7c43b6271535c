"""Decides what happens inside the process that captures one model."""

import os
import sys
import time
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from types import ModuleType

from generator.capture.request import Done, Request, Step
from generator.capture.session import capture


def run(request: Request, pipe: Connection) -> None:
    """Capture one model and report over the pipe; whatever the model prints is dropped."""
    settle()
    began_ns = time.time_ns()
    before = dict(sys.modules)
    record, checkpoint = capture(request, lambda step: pipe.send(Step(step)))
    imported = [m for name, m in dict(sys.modules).items() if before.get(name) is not m]
    own = _own_sources(request.root, imported)
    is_dated = any(_is_edited_since(path, began_ns) for path in own)
    pipe.send(Done(record, (*own, *([checkpoint] if checkpoint else [])), is_dated))
    pipe.close()


def settle() -> None:
    """Make this process say nothing, and end with the coordinator."""
    _silence()
    Thread(target=_outlive_nobody, daemon=True).start()


def _outlive_nobody() -> None:
    """End with the coordinator, even if that was killed and the model never returns."""
    coordinator = parent_process()
    if coordinator is not None:
        coordinator.join()
        os._exit(1)


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _own_sources(root: Path, modules: list[ModuleType]) -> tuple[Path, ...]:
    """Return the files of nets that were imported: the zoo's own, and those of the project."""
    paths = set()
    for module in modules:
        file = getattr(module, "__file__", None)
        if file is None:
            continue
        path = Path(file).resolve()
        is_own = path.is_relative_to(root) and "site-packages" not in path.parts
        if is_own or module.__name__.startswith("generator.zoo.nets."):
            paths.add(path)
    return tuple(sorted(paths))


def _is_edited_since(path: Path, began_ns: int) -> bool:
    return not path.exists() or path.stat().st_mtime_ns >= began_ns
