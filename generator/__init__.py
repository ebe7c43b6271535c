"""archatlas: a published comparison report, generated from running neural networks.

    from generator import build, capture, compare

These three, and what they return, load only when they are first asked for: importing the package
loads nothing, least of all torch.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.api import Built, Captured, Comparison, build, capture, compare

__all__ = ["Built", "Captured", "Comparison", "build", "capture", "compare"]


def __getattr__(name: str) -> object:
    """Load the Python interface when something of it is first asked for."""
    if name in __all__:
        return getattr(import_module("generator.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """A package with a function and a room of one name: `generator.capture` is the function.

    Imports below the room find it all the same; only as an attribute of the package it is hidden.
    """

    @property
    def capture(self) -> object:
        return __getattr__("capture")

    @capture.setter
    def capture(self, room: ModuleType) -> None:
        """Ignore the import system, which puts the room here once it is loaded."""


sys.modules[__name__].__class__ = _Package
