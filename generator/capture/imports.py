"""Decides how code of the user's own is found: a name inside a package, or inside a file."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from generator.errors import CaptureError


def find(name: str, root: Path, slug: str, *, anew: bool = True) -> object:
    """Return what `package.module:name` or `./file.py:name` means in a project's folder.

    Args:
        name: module or file, and what it calls the thing.
        root: the project's folder.
        slug: the model it is for.
        anew: run a file even if it has been imported before, so that what it makes at module level
            follows the seed.

    Raises:
        CaptureError: the module has no such name, or the file cannot be imported.
    """
    source, _, attribute = name.rpartition(":")
    module = _import(source, root, anew=anew)
    found = getattr(module, attribute, None)
    if found is None:
        raise CaptureError(f"{slug}: {source} has no '{attribute}'")
    return found


def _import(source: str, root: Path, *, anew: bool) -> ModuleType:
    path = root / source
    home = path.parent if source.endswith(".py") else root
    if sys.path[:1] != [str(home)]:
        sys.path.insert(0, str(home))  # what lies beside it can be imported, as by a script
    if not source.endswith(".py"):
        return importlib.import_module(source)
    loaded = None if anew else _loaded(path)
    return _load(path, source) if loaded is None else loaded


def _loaded(path: Path) -> ModuleType | None:
    """Return the module a file was imported as: a net and its inputs may share types."""
    for module in (sys.modules.get(path.stem), sys.modules.get(f"own_{path.stem}")):
        file = getattr(module, "__file__", None)
        if file is not None and Path(file).resolve() == path.resolve():
            return module
    return None


def _load(path: Path, source: str) -> ModuleType:
    name = path.stem if path.stem not in sys.modules else f"own_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise CaptureError(f"{source}: cannot be imported")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module
