"""Decides which files of a project its models need on another machine."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from generator.errors import RequestError
from generator.records import ModelSpec, Origin

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same files give the same bundle, whenever they were written."""
_APART = frozenset({"site", "site_src", "node_modules", "__pycache__"})
_ENVIRONMENT = "pyvenv.cfg"
_MOST_BYTES = 2_000_000_000


def bundle(root: Path, specs: Sequence[ModelSpec], images: Iterable[str]) -> bytes:
    """Pack what own models may need: all Python files of the project, and files that are named.

    Where there are none but published models and sample pictures, that is nothing.

    Raises:
        RequestError: it is too much to be sent.
    """
    named = {*images, *(spec.weights for spec in specs if spec.weights)}
    paths = {root / name for name in named if (root / name).is_file()}
    if any(spec.origin is Origin.USER for spec in specs):
        paths.update(_sources(root))
    weight = sum(path.stat().st_size for path in paths)
    if weight > _MOST_BYTES:
        raise RequestError(
            f"{root}: its models, weights and pictures weigh {weight / 1e9:.1f} GB, which is too "
            "much to be sent to workers; install the models as a package there"
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(paths):
            if path.is_relative_to(root):
                entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _EPOCH)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def name_of(content: bytes) -> str:
    """Return what a bundle is called in the store."""
    return hashlib.sha256(content).hexdigest()[:32]


def unpack(content: bytes, root: Path) -> None:
    """Lay a bundle out where a worker captures."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(root)


def _sources(root: Path) -> Iterator[Path]:
    """Yield the Python files of a project, but for what is installed or made in it."""
    for home, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name not in _APART
            and not name.startswith(".")
            and not Path(home, name, _ENVIRONMENT).exists()
        ]
        yield from (Path(home, name) for name in names if name.endswith(".py"))
