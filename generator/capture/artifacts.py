"""Decides how the files of a capture are listed in its record."""

import hashlib
from pathlib import Path

from generator.records import Artifact

_KINDS = {"model.onnx": "onnx", "summary.txt": "torchinfo"}


def artifacts_in(folder: Path) -> tuple[Artifact, ...]:
    """List every file that was written, by name, with its digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(_artifact(path, path.relative_to(folder).as_posix()) for path in files)


def _artifact(path: Path, name: str) -> Artifact:
    content = path.read_bytes()
    kind = _KINDS.get(name) or name.partition("/")[0]
    return Artifact(
        kind=kind, file=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
