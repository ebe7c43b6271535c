"""Decides what a new project starts with."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from generator.errors import RequestError
from generator.files import explained, write_if_changed
from generator.render.environment import templates_folder

_IGNORED = frozenset({".git"})
"""What a folder may hold and still count as empty."""
_INSTALLS = "requirements.txt"


def create(folder: Path) -> tuple[Path, ...]:
    """Write a small project into a new or empty folder, all of it or nothing; return its files.

    Raises:
        RequestError: there is something already.
        DiskError: it cannot be written to.
    """
    with explained(folder):
        _check(folder)
        files = _files()
        with _all_or_nothing(folder) as place:
            for name, content in files.items():
                write_if_changed(place / name, content)
    return tuple(folder / name for name in files)


def _check(folder: Path) -> None:
    there = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    if not there.is_dir():
        raise RequestError(f"{there}: is a file; name a new folder")
    if there != folder:
        return
    found = sorted(path.name for path in folder.iterdir() if path.name not in _IGNORED)
    if found:
        raise RequestError(f"{folder}: is not empty ({found[0]} is there); name a new folder")


def _files() -> Mapping[str, bytes]:
    """Return the content of every file by its place in the project."""
    root = templates_folder() / "project"
    sources = sorted(path for path in root.rglob("*") if path.is_file())
    files = {
        source.relative_to(root).as_posix().replace("dot_", "."): source.read_bytes()
        for source in sources
        if "__pycache__" not in source.parts
    }
    files[_INSTALLS] = files[_INSTALLS].replace(b"\narchatlas\n", f"\n{_requirement()}\n".encode())
    return files


def _requirement() -> str:
    """Return what installs archatlas as it was installed here, if another machine can do so."""
    try:
        text = distribution("archatlas").read_text("direct_url.json")
        origin = json.loads(text) if text else {}
        repository = origin["vcs_info"]
        return f"archatlas @ {repository['vcs']}+{origin['url']}@{repository['commit_id']}"
    except (PackageNotFoundError, ValueError, KeyError, TypeError):
        return "archatlas"


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """Yield where to write: a new folder gets its name when it is complete.

    One that is there already, empty, keeps its identity, for somebody may stand in it.
    """
    is_new = not folder.exists()
    place = folder.with_name(f".archatlas-{secrets.token_hex(4)}.partial") if is_new else folder
    before = set() if is_new else set(folder.iterdir())
    try:
        if is_new:
            place.mkdir(parents=True)
        yield place
        if is_new:
            place.rename(folder)
    except BaseException:
        for path in [place] if is_new else set(folder.iterdir()) - before:
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):
                path.unlink()
        raise
