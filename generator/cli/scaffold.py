"""Decides what a new project starts with."""

from pathlib import Path

from generator.errors import DiskError, RequestError
from generator.files import write_if_changed
from generator.render.environment import templates_folder


def create(folder: Path) -> tuple[Path, ...]:
    """Write a small project into a new or empty folder, and return its files.

    Raises:
        RequestError: the folder holds something already.
        DiskError: it cannot be written to.
    """
    try:
        is_taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise DiskError(f"{folder}: cannot be read ({error.strerror})") from error
    if is_taken:
        raise RequestError(f"{folder}: is not empty; name a new folder")
    root = templates_folder() / "project"
    made = []
    for source in sorted(path for path in root.rglob("*") if path.is_file()):
        name = source.relative_to(root).as_posix().replace("dot_", ".")
        write_if_changed(folder / name, source.read_bytes())
        made.append(folder / name)
    return tuple(made)
