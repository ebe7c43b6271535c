"""Decides what need not be made twice: results of pure functions, by a digest of all they see.

    <folder>/<key>/index         digests of what follows, and the names it was given
    <folder>/<key>/0, 1, …       the contents

An entry appears whole or not at all, and counts only while its contents match their digests: a
damaged one is made anew. Nothing is lost with the folder but time.
"""

import hashlib
import io
import json
import marshal
import os
import pickle
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import TypeVar

from generator.files import Content

_Value = TypeVar("_Value")

_INDEX = "index"
_PARTIAL = ".partial"
_SPARE_BYTES = 512 << 20
"""What entries that the last run had no use for may take: a way back costs nothing."""
_VALUE = "value"
_UNREADABLE = (AttributeError, EOFError, ImportError, IndexError, KeyError, TypeError, ValueError)
"""What a reader of pickles raises, beside its own error, where it was given something else."""
_OURS = "generator."
_PLAIN = frozenset({("builtins", "frozenset"), ("builtins", "set")})


def key_of(*facts: object) -> str:
    """Digest plain facts: texts, numbers, and lists or mappings of them."""
    written = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:32]


class Memo:
    """Remembers in a folder; without one, everything is made anew."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._used: set[str] = set()
        self._is_changed = False

    @property
    def remembers(self) -> bool:
        """Say whether anything is kept."""
        return self._folder is not None

    def files(self, key: str, make: Callable[[], Mapping[str, bytes]]) -> dict[str, Content]:
        """Return the files that `make` gives, by name; `key` stands for everything it depends on.

        Those that are remembered are paths to what it gave the first time.
        """
        if self._folder is None:
            return dict(make())
        self._used.add(key)
        found = _recalled(self._folder / key)
        if found is None:
            made = make()
            found = self._remember(key, made) or dict(made)
        return found

    def value(self, key: str, make: Callable[[], _Value]) -> _Value:
        """Return what `make` gives: one of our own frozen values, or plain ones in each other."""
        if self._folder is None:
            return make()
        self._used.add(key)
        found = _contents(self._folder / key)
        with suppress(pickle.UnpicklingError, *_UNREADABLE):
            if found is not None:
                value: _Value = _Unpickler(io.BytesIO(found[_VALUE])).load()
                return value
        made = make()
        self._remember(key, {_VALUE: pickle.dumps(made, protocol=5)})
        return made

    def program(self, key: str, make: Callable[[], CodeType]) -> CodeType:
        """Return what `make` compiles; `key` stands for its source, and for who compiles it.

        Programs are believed, unlike values. What is kept here must then be as hard to change as
        what they are compiled from: a template of the project is a program, too.
        """
        kept = self.files(key, lambda: {_VALUE: marshal.dumps(make())})
        with suppress(*_UNREADABLE):
            found = marshal.loads(_bytes_of(kept[_VALUE]))  # noqa: S302 - as said
            if isinstance(found, CodeType):
                return found
        return make()

    def sweep(self) -> None:
        """Forget what was not asked for since this object was made, but for what was used last."""
        if self._folder is None or not self._is_changed:
            return
        for partial in self._folder.glob(f"*{_PARTIAL}"):
            shutil.rmtree(partial, ignore_errors=True)
        spare = _SPARE_BYTES
        for entry in _latest_first(p for p in self._folder.glob("*") if p.name not in self._used):
            spare -= _size_of(entry)
            if spare < 0:
                shutil.rmtree(entry, ignore_errors=True)

    def _remember(self, key: str, files: Mapping[str, bytes]) -> dict[str, Content] | None:
        """Keep files; where the disk refuses, a result is as good, only not remembered."""
        assert self._folder is not None  # noqa: S101 - only what has one remembers
        self._is_changed = True
        with suppress(OSError):
            _keep(self._folder / key, files)
        return _recalled(self._folder / key)


class _Unpickler(pickle.Unpickler):
    """Reads only what a value of ours can consist of: whoever changed the file runs no code."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith(_OURS):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value that is remembered")


def _recalled(entry: Path) -> dict[str, Content] | None:
    """Return where an entry's files are, if every byte of them is what was kept."""
    found = _contents(entry)
    if found is None:
        return None
    return {name: entry / str(number) for number, name in enumerate(found)}


def _contents(entry: Path) -> dict[str, bytes] | None:
    """Return an entry's files; none where there is no entry, or not the one that was kept."""
    try:
        digest, _, listed = (entry / _INDEX).read_text(encoding="utf-8").partition("\n")
        if digest != _digest(_sealed(entry.name, listed)):
            return None
        found: dict[str, bytes] = {}
        for number, (name, digest) in enumerate(json.loads(listed)):
            found[name] = (entry / str(number)).read_bytes()
            if _digest(found[name]) != digest:
                return None
    except (OSError, ValueError):
        return None
    with suppress(OSError):  # a folder that cannot be written to can still be read
        os.utime(entry)
    return found


def _keep(entry: Path, files: Mapping[str, bytes]) -> None:
    partial = entry.with_name(f"{entry.name}-{secrets.token_hex(4)}{_PARTIAL}")
    try:
        partial.mkdir(parents=True)
        for number, content in enumerate(files.values()):
            (partial / str(number)).write_bytes(content)
        listed = json.dumps([(name, _digest(content)) for name, content in files.items()])
        index = f"{_digest(_sealed(entry.name, listed))}\n{listed}"
        (partial / _INDEX).write_text(index, encoding="utf-8", newline="\n")
        shutil.rmtree(entry, ignore_errors=True)  # nothing, or damaged
        partial.replace(entry)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sealed(key: str, listed: str) -> bytes:
    """Tie an index to its entry, so that no entry is taken for another."""
    return f"{key}\n{listed}".encode()


def _latest_first(entries: Iterable[Path]) -> list[Path]:
    return sorted(entries, key=lambda entry: (entry.stat().st_mtime_ns, entry.name), reverse=True)


def _size_of(entry: Path) -> int:
    with os.scandir(entry) as files:
        return sum(file.stat().st_size for file in files)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bytes_of(content: Content) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content
