"""Decides what is noted while one forward pass runs: every module call, its MACs, wanted outputs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from generator.records import ModuleCall, ModuleInfo, Shape

PLAIN_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)

Keep = Callable[[str, nn.Module, torch.Tensor], bool]
"""Say whether a module's output shall be kept."""


@dataclass
class Observation:
    """What one forward pass showed."""

    calls: list[ModuleCall] = field(default_factory=list)
    maps: dict[str, torch.Tensor] = field(default_factory=dict)
    output: torch.Tensor | None = None


@dataclass
class _Frame:
    """A module call that has not returned yet."""

    position: int
    flops_before: int
    flops_of_children: int = 0
    kept: tuple[str, torch.Tensor, int] | None = None  # path, output object, its version


def module_tree(model: nn.Module) -> tuple[ModuleInfo, ...]:
    """Return every module of a model, the model itself first."""
    return tuple(
        ModuleInfo(
            path=path,
            type=type(module).__name__,
            is_leaf=is_leaf(module),
            is_plain=type(module) in PLAIN_CONTAINERS,
        )
        for path, module in model.named_modules()
    )


def is_leaf(module: nn.Module) -> bool:
    """Say whether a module holds no other module."""
    return next(module.children(), None) is None


def first_tensor(value: object) -> torch.Tensor | None:
    """Return the first tensor in a module's output, whatever it is wrapped in."""
    if isinstance(value, torch.Tensor):
        return value
    items: tuple[object, ...] = ()
    if isinstance(value, dict):
        items = tuple(value.values())
    elif isinstance(value, list | tuple):
        items = tuple(value)
    found = (first_tensor(item) for item in items)
    return next((tensor for tensor in found if tensor is not None), None)


@contextmanager
def watch(model: nn.Module, keep: Keep) -> Iterator[Observation]:
    """Count and note everything the model does inside the `with` block; hooks never outlive it.

    A kept map is a copy made the moment the module returned, before later in-place operations.
    Nested modules that return one and the same tensor keep it once, under the outermost path.
    """
    observation = Observation()
    counter = FlopCounterMode(display=False)
    frames: list[_Frame] = []
    counts: dict[str, int] = {}
    handles: list[torch.utils.hooks.RemovableHandle] = []

    def enter(path: str, module: nn.Module, arguments: tuple[object, ...]) -> None:
        frames.append(_Frame(len(observation.calls), counter.get_total_flops()))
        observation.calls.append(
            ModuleCall(
                path=path,
                call=counts.get(path, 0),
                type=type(module).__name__,
                is_leaf=is_leaf(module),
                input_shape=_shape(arguments),
                macs=0,
            )
        )
        counts[path] = counts.get(path, 0) + 1

    def leave(path: str, module: nn.Module, output: object) -> None:
        frame = frames.pop()
        flops = counter.get_total_flops() - frame.flops_before
        observation.calls[frame.position] = observation.calls[frame.position].model_copy(
            update={
                "output_shape": _shape(output),
                "macs": (flops - frame.flops_of_children) // 2,
            }
        )
        tensor = first_tensor(output)
        kept = _keep_once(observation.maps, frame, keep, path, module, tensor)
        if frames:
            frames[-1].flops_of_children += flops
            frames[-1].kept = kept
        else:
            observation.output = tensor

    try:
        for path, module in model.named_modules():
            handles.append(
                module.register_forward_pre_hook(
                    lambda module, arguments, path=path: enter(path, module, arguments)
                )
            )
            handles.append(
                module.register_forward_hook(
                    lambda module, _arguments, output, path=path: leave(path, module, output)
                )
            )
        with torch.no_grad(), counter:
            yield observation
    finally:
        for handle in handles:
            handle.remove()


def _keep_once(
    maps: dict[str, torch.Tensor],
    frame: _Frame,
    keep: Keep,
    path: str,
    module: nn.Module,
    tensor: torch.Tensor | None,
) -> tuple[str, torch.Tensor, int] | None:
    """Copy an output if it is wanted; rename an inner module's copy when this is the same tensor."""
    if tensor is None or path in maps or not keep(path, module, tensor):
        return None
    inner = frame.kept
    if inner is not None and inner[1] is tensor and inner[2] == tensor._version:  # noqa: SLF001
        maps[path] = maps.pop(inner[0])
    else:
        maps[path] = tensor.detach().clone()
    return path, tensor, tensor._version  # noqa: SLF001


def _shape(value: object) -> Shape:
    tensor = first_tensor(value)
    return () if tensor is None else tuple(tensor.shape)
