"""Decides which models torchvision and timm have, read from their source without importing it."""

import difflib
import importlib.util
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from generator.errors import RequestError

_REGISTERED = re.compile(r"^@register_model(?:\([^)]*\))?\n(?:@.*\n)*def (\w+)\(", re.MULTILINE)
_TIMM_NAME = re.compile(r"[a-z0-9][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)?")


@cache
def torchvision_names() -> frozenset[str]:
    """Return the names of torchvision's builders; none if it is not installed."""
    return _registered_in("torchvision")


@cache
def timm_names() -> frozenset[str]:
    """Return the names of timm's models; none if it is not installed."""
    return _registered_in("timm")


def checked_torchvision(name: str) -> str:
    """Return the name if torchvision has such a model, or is not here to be asked."""
    names = torchvision_names()
    if names and name not in names:
        raise RequestError(f"unknown torchvision model '{name}'{near(name, names)}")
    return name


def checked_timm(name: str) -> str:
    """Return the name if timm has such a model, or is not here to be asked.

    The tag of the weights, what follows the dot, only timm itself can check.
    """
    names = timm_names()
    if not _TIMM_NAME.fullmatch(name):
        raise RequestError(f"'timm:{name}' is no name of a timm model")
    if names and name.partition(".")[0] not in names:
        raise RequestError(f"unknown timm model '{name}'{near(name, names)}")
    return name


def near(name: str, known: Iterable[str]) -> str:
    """Return what to add to a message about an unknown name: those that were perhaps meant."""
    found = difflib.get_close_matches(name, list(known), n=3)
    return f"; did you mean {' or '.join(repr(n) for n in found)}?" if found else ""


def _registered_in(package: str) -> frozenset[str]:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return frozenset()
    sources = sorted((Path(found.origin).parent / "models").glob("*.py"))
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return frozenset(_REGISTERED.findall(text))
