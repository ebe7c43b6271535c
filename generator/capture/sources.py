"""Decides which files and packages a capture turned out to depend on."""

import os
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from generator import records
from generator.config import STATE_FOLDER

_PACKAGE = Path(records.__file__).parent.parent
_PROGRAM = {"__main__", "__mp_main__"}  # what the coordinator runs
_STANDARD = Path(sysconfig.get_path("stdlib"))


@dataclass
class Sources:
    """What a process imported and read, as far as it is neither ours nor the standard library's."""

    root: Path
    making: Path
    """The folder of the capture itself, whose files are read again."""
    before: Mapping[str, ModuleType]
    """Modules that every process has, whatever its model is."""
    began_ns: int = field(default_factory=time.time_ns)
    _read: set[str] = field(default_factory=set)

    def listen(self) -> None:
        """Note from now on, until the process ends, which files are opened to be read."""
        sys.addaudithook(self._hear)

    def files(self) -> tuple[Path, ...]:
        """Return the sources of nets that were imported, and what they read in the project."""
        imported = {
            path for module in self._imported() if (path := _file(module)) and _is_of_nets(path)
        }
        read = {path for name in self._read if self._is_own(path := Path(name).resolve())}
        return tuple(sorted(imported | read))

    def packages(self) -> tuple[str, ...]:
        """Name the installed packages, as they are imported, that were asked for."""
        files = {module.__name__.partition(".")[0]: _file(module) for module in self._imported()}
        return tuple(sorted(name for name, path in files.items() if path and _is_installed(path)))

    def are_edited(self) -> bool:
        """Say whether a file changed meanwhile, so that nobody knows which state of it was seen."""
        return any(_changed_ns(path) >= self.began_ns for path in self.files())

    def _imported(self) -> list[ModuleType]:
        modules = {name: m for name, m in dict(sys.modules).items() if name not in _PROGRAM}
        return [m for name, m in modules.items() if self.before.get(name) is not m]

    def _hear(self, event: str, arguments: Sequence[object]) -> None:
        if event != "open" or not isinstance(arguments[0], str | os.PathLike):
            return
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        if not flags & (os.O_WRONLY | os.O_RDWR):
            self._read.add(os.path.abspath(os.fsdecode(arguments[0])))  # noqa: PTH100 - no disk

    def _is_own(self, path: Path) -> bool:
        if not path.is_relative_to(self.root) or path.is_relative_to(_PACKAGE):
            return False
        within = path.relative_to(self.root).parts
        if path.is_relative_to(self.making) or {STATE_FOLDER, "__pycache__"}.intersection(within):
            return False
        return path.is_file() and not _is_installed(path)


def _is_of_nets(path: Path) -> bool:
    """Say whether a module holds nets: the zoo's, or what is installed nowhere."""
    if path.is_relative_to(_PACKAGE):
        return path.is_relative_to(_PACKAGE / "zoo" / "nets")
    return not _is_installed(path) and not path.is_relative_to(_STANDARD)


def _file(module: ModuleType) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file).resolve() if isinstance(file, str) else None


def _is_installed(path: Path) -> bool:
    return not {"site-packages", "dist-packages"}.isdisjoint(path.parts)


def _changed_ns(path: Path) -> float:
    try:
        status = path.stat()
    except OSError:
        return float("inf")
    return max(status.st_mtime_ns, status.st_ctime_ns)
