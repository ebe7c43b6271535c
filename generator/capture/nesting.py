"""Decides which tensors are inside what a model takes or returns, however they are wrapped."""

from collections.abc import Iterator, Mapping

import torch
from torch import nn

_DEPTH = 8
"""Wrappers inside each other that are looked through: an object may hold itself."""
_CLOSED = ("torch", "sympy", "numpy", "builtins")
"""Packages whose own objects are no wrappers: a symbolic size knows a whole world of tensors."""
_OPEN = "torch.distributions"


def tensors_in(value: object, depth: int = _DEPTH) -> Iterator[torch.Tensor]:
    """Yield the tensors in dicts, sequences, dataclasses and plain objects, in their order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif depth:
        for item in _items(value):
            yield from tensors_in(item, depth - 1)


def first_tensor(value: object) -> torch.Tensor | None:
    """Return the first tensor in a module's output, whatever it is wrapped in."""
    return next(tensors_in(value), None)


def _items(value: object) -> tuple[object, ...]:
    if isinstance(value, Mapping):
        return tuple(value.values())
    if isinstance(value, list | tuple):
        return tuple(value)
    home = type(value).__module__
    is_closed = home.partition(".")[0] in _CLOSED and not home.startswith(_OPEN)
    if is_closed or isinstance(value, type | nn.Module) or callable(value):
        return ()
    slots = [getattr(value, name, None) for name in getattr(type(value), "__slots__", ())]
    return (*slots, *getattr(value, "__dict__", {}).values())
