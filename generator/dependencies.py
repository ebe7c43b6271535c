"""Decides what a capture turned out to depend on, and whether that is still as it was then."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from generator.records import Frozen
from generator.stamps import ABSENT, stamp_of

_PACKAGE = "package:"
_PROJECT, _OURS = "project:", "archatlas:"


class Dependency(Frozen):
    """Something that decided about a capture, and what it was then."""

    name: str
    """project:<file>, archatlas:<file> or package:<distribution>; else the path of a file."""
    stamp: str
    """Digest of the file, or version of the distribution."""

    @property
    def is_portable(self) -> bool:
        """Say whether it is found on any machine: other files of this one say nothing there."""
        return self.name.startswith((_PROJECT, _OURS, _PACKAGE))

    def is_same(self, state: Path) -> bool:
        """Say whether it is what it was."""
        return _stamp(state, self.name) == self.stamp


def depends_on(
    state: Path, paths: Iterable[Path], packages: Iterable[str] = ()
) -> tuple[Dependency, ...]:
    """Note how files look now, and of which version installed packages are.

    Args:
        state: of the project; names of files in it hold wherever it is moved.
        paths: the files.
        packages: what is imported from distributions.
    """
    names = {_name_of(state, path) for path in paths}
    names |= {f"{_PACKAGE}{d}" for p in packages for d in _distributions().get(p, ())}
    return tuple(Dependency(name=name, stamp=_stamp(state, name)) for name in sorted(names))


def files_of(state: Path, dependencies: Iterable[Dependency]) -> tuple[Path, ...]:
    """Return the files among what a capture depends on."""
    names = (one.name for one in dependencies)
    return tuple(_path(state, name) for name in names if not name.startswith(_PACKAGE))


def _name_of(state: Path, path: Path) -> str:
    for prefix, folder in _anchors(state).items():
        if path.is_relative_to(folder):
            return f"{prefix}{path.relative_to(folder).as_posix()}"
    return str(path)


def _anchors(state: Path) -> dict[str, Path]:
    """Return the folders that files are named in, for they lie elsewhere on another machine."""
    return {_OURS: Path(__file__).parent, _PROJECT: state.parent}


def _stamp(state: Path, name: str) -> str:
    if name.startswith(_PACKAGE):
        return _version(name.removeprefix(_PACKAGE))
    return stamp_of(_path(state, name), state / "digests")


def _path(state: Path, name: str) -> Path:
    for prefix, folder in _anchors(state).items():
        if name.startswith(prefix):
            return folder / name.removeprefix(prefix)
    return Path(name)


@cache
def _distributions() -> Mapping[str, Sequence[str]]:
    """Return the distributions that hold a package, by its name; all their files are looked at."""
    return packages_distributions()


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ABSENT
