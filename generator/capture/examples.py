"""Decides what a model is called with, where that is more than one picture."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils import _pytree as pytree

from generator.capture.imports import find
from generator.capture.nesting import tensors_in
from generator.errors import CaptureError


@dataclass(frozen=True)
class Example:
    """The arguments of one call of a model."""

    positional: tuple[object, ...] = ()
    named: Mapping[str, object] = field(default_factory=dict)

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        """Every tensor among the arguments, the first input first."""
        return tuple(tensors_in((self.positional, self.named)))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The first tensor's shape without its batch."""
        return tuple(self.tensors[0].shape[1:])

    def run(self, model: nn.Module) -> object:
        """Call a model."""
        output: object = model(*self.positional, **self.named)
        return output

    def repeated(self, count: int) -> "Example":
        """Return the same arguments several times in one batch; what has no batch is as it was."""

        def repeat(value: object) -> object:
            if isinstance(value, torch.Tensor) and value.dim():
                return torch.cat([value] * count)
            return value

        return Example(*pytree.tree_map(repeat, (self.positional, dict(self.named))))

    def on(self, device: torch.device) -> "Example":
        """Return the same arguments on a device."""

        def move(value: object) -> object:
            return value.to(device) if isinstance(value, torch.Tensor) else value

        return Example(*pytree.tree_map(move, (self.positional, dict(self.named))))


def dtype_of(model: nn.Module) -> torch.dtype:
    """Return the kind of floating-point numbers that a model computes with: its first weight's.

    Numbers of eight bits are only stored: torch has no arithmetic for them.
    """
    state = (*model.parameters(), *model.buffers())
    kinds = (t.dtype for t in state if t.is_floating_point() and t.dtype.itemsize > 1)
    return next(kinds, torch.float32)


def made_by(name: str, root: Path, slug: str, seed: int) -> Example:
    """Return what a function of the user's own makes: a tensor, a tuple, or a dict by argument.

    The seed is its own, so that whatever else draws random numbers leaves its inputs alone.

    Raises:
        CaptureError: it is no function, or returns something else.
    """
    function = find(name, root, slug, anew=False)
    if not callable(function):
        raise CaptureError(f"{slug}: {name} is no function; 'inputs' names one that makes tensors")
    with _own_randomness(seed):
        made = function()
    example = _as_arguments(made)
    if example is None or not example.tensors:
        raise CaptureError(
            f"{slug}: {name} returned {_kind(made)}; return a tensor, a tuple of what 'forward' "
            "takes in order, or a dict by the names of its arguments, with a batch of one"
        )
    return example


def _as_arguments(made: object) -> Example | None:
    if isinstance(made, torch.Tensor):
        return Example((made,))
    if isinstance(made, tuple):
        return Example(tuple(made))
    if isinstance(made, Mapping) and all(isinstance(key, str) for key in made):
        return Example(named=dict(made))
    return None


def _kind(made: object) -> str:
    return "nothing" if made is None else f"{type(made).__name__} without a usable tensor"


@contextmanager
def _own_randomness(seed: int) -> Iterator[None]:
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the one in use
    try:
        with torch.random.fork_rng(devices=[]):
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            torch.manual_seed(seed)
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
