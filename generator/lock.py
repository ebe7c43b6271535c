"""Decides that only one build works in a project at a time."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.errors import DiskError


@contextmanager
def only_one(state: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the project's lock; the kernel frees it however the process ends.

    Raises:
        DiskError: the project's folder cannot be written to.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        handle = (state / "lock").open("a")
    except OSError as error:
        raise DiskError(f"{state.parent}: cannot be written to ({error.strerror})") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
