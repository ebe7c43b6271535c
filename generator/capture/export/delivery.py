"""Decides how an export reaches its folder: made elsewhere, moved there whole, or not at all.

Nothing here imports torch: the work is done in a process of its own, as captures are.
"""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from generator.capture.export.request import Exported, ExportRequest, Kind
from generator.capture.request import Limits
from generator.capture.supervisor import supervise
from generator.errors import CaptureError, DiskError, RequestError
from generator.records import Failure

_NEEDS = {Kind.TENSORBOARD: "tensorboard"}
"""Packages that archatlas does without until somebody asks for this kind."""

OnStep = Callable[[ExportRequest, str, float], None]
"""Called with the step that begins, and the seconds since the export began."""


@dataclass(frozen=True)
class Delivery:
    """What was exported."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def deliver(request: ExportRequest, limits: Limits, on_step: OnStep) -> Delivery:
    """Export one model; its folder changes only once every file is complete.

    Raises:
        RequestError: a package that this kind needs is not installed.
        CaptureError: the model could not be exported, whatever it did.
        DiskError: the folder cannot take the files.
    """
    _require_package(request.kind)
    with _making(request) as folder:
        asked = replace(request, folder=folder)
        (ended,) = supervise(_enter, [asked], 1, limits, on_step)
        answer = ended.answer
        failure = answer.failure if isinstance(answer, Exported) else answer
        if isinstance(failure, Failure):
            raise CaptureError(_complaint(request, failure))
        notes = answer.notes if isinstance(answer, Exported) else ()
        return Delivery(_moved(folder, request.folder), notes)


def _require_package(kind: Kind) -> None:
    package = _NEEDS.get(kind)
    if package is not None and importlib.util.find_spec(package) is None:
        raise RequestError(
            f"exporting to {kind} needs the package '{package}', which is not installed; "
            "install it, or archatlas[export], which brings it along"
        )


@contextmanager
def _making(request: ExportRequest) -> Iterator[Path]:
    """Yield an empty folder beside the finished files, on the same disk; remove it afterwards.

    What a killed export left behind under that name goes too.
    """
    folder = request.folder / f".archatlas-{request.spec.slug}-{request.kind}.partial"
    made = [path for path in (request.folder, *request.folder.parents) if not path.exists()]
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise DiskError(
            f"{request.folder}: cannot be written to ({error.strerror}); name another folder with "
            "--out"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # they hold the finished files, unless there are none
            for path in made:
                path.rmdir()


def _enter(request: ExportRequest, pipe: Connection) -> None:
    """Begin in the new process; only there is torch imported."""
    from generator.capture.export.worker import run  # noqa: PLC0415

    run(request, pipe)


def _complaint(request: ExportRequest, failure: Failure) -> str:
    said = f"{failure.kind}: {failure.error}: {failure.message}"
    return f"{request.spec.slug}: not exported to {request.kind}: {said}"


def _moved(source: Path, target: Path) -> tuple[Path, ...]:
    names = sorted(path.name for path in source.iterdir())
    for name in reversed(names):  # the weights beside a model before the model that names them
        (source / name).replace(target / name)
    return tuple(target / name for name in names)
