"""Decides what a process that is started for a capture learns of the program that asked for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = ("__file__", "__spec__")


@contextmanager
def unseen_main() -> Iterator[None]:
    """Let processes begin without running the caller's script again.

    A new process would otherwise import the script that asked for it, by its file or by its name,
    and whatever stands there outside of `if __name__ == "__main__"` would happen a second time.
    """
    main = vars(sys.modules["__main__"])
    hidden = {name: main.pop(name) for name in _NAMES if name in main}
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)
