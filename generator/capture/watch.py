"""Decides what is noted while a forward pass runs: module calls, their MACs, wanted outputs."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Self

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from generator.capture.nesting import first_tensor
from generator.records import ModuleCall, ModuleInfo, Shape

PLAIN_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
_ATTENTION_ON_CPU = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001

Keep = Callable[[str, nn.Module, torch.Tensor], bool]
"""Say whether a module's output shall be kept."""


@dataclass
class Observation:
    """What one forward pass showed."""

    calls: list[ModuleCall] = field(default_factory=list)
    maps: dict[str, torch.Tensor] = field(default_factory=dict)
    output: torch.Tensor | None = None


@dataclass(frozen=True)
class _Kept:
    """An output that was copied, to be recognised when an enclosing module returns it too."""

    path: str
    tensor: torch.Tensor
    version: int


@dataclass
class _Frame:
    """A module call that has not returned yet."""

    position: int
    flops_before: int
    flops_of_children: int = 0
    kept: _Kept | None = None
    """What the submodule that returned last kept."""


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


def hookable(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield the modules that can be watched by name: parts that TorchScript compiled cannot."""
    for path, module in model.named_modules():
        if not path or not isinstance(module, torch.jit.ScriptModule):
            yield path, module


def is_leaf(module: nn.Module) -> bool:
    """Say whether a module holds no other module."""
    return next(module.children(), None) is None


def nothing(_path: str, _module: nn.Module, _output: torch.Tensor) -> bool:
    """Keep no output: calls and their costs are all that is wanted."""
    return False


@contextmanager
def watch(model: nn.Module, keep: Keep = nothing) -> Iterator[Observation]:
    """Count and note everything the model does inside the `with` block; hooks never outlive it.

    A kept map is a copy made the moment the module returned, before later in-place operations.
    Nested modules that return one and the same tensor keep it once, under the outermost path.
    """
    watcher = _Watcher(keep)
    handles = []
    try:
        for path, module in hookable(model):
            handles.append(module.register_forward_pre_hook(partial(watcher.enter, path)))
            handles.append(module.register_forward_hook(partial(watcher.leave, path)))
        with torch.no_grad(), _countable(model), watcher.counter:
            yield watcher.observation
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _countable(model: nn.Module) -> Iterator[None]:
    """Keep attention and recurrent layers off fused paths, whose arithmetic the counter misses."""
    was_enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    is_recurrent = any(isinstance(module, nn.RNNBase) for module in model.modules())
    try:
        with ExitStack() as stack:
            if is_recurrent:
                stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
                stack.enter_context(torch.backends.cudnn.flags(enabled=False))
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_enabled)


class _OneScope:
    """Stands in for torch's own tracker of modules, which trips over parameters as arguments."""

    parents = frozenset({"Global"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None


def _attention_flops(query: Shape, key: Shape, value: Shape, *_more: object, **_and: object) -> int:
    *several, asking, width = query  # (batch, heads, tokens, width)
    scores = prod(several) * asking * key[-2]
    return 2 * scores * (width + value[-1])


def _counter() -> FlopCounterMode:
    # Not every release of torch counts attention on a CPU.
    also = {_ATTENTION_ON_CPU: _attention_flops}
    counter = FlopCounterMode(display=False, custom_mapping=also)
    setattr(counter, "mod_tracker", _OneScope())  # noqa: B010 - of another class, on purpose
    return counter


@dataclass
class _Watcher:
    """The hooks, and what they must remember between a module's call and its return."""

    keep: Keep
    counter: FlopCounterMode = field(default_factory=_counter)
    observation: Observation = field(default_factory=Observation)
    frames: list[_Frame] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def enter(self, path: str, module: nn.Module, arguments: tuple[object, ...]) -> None:
        """Note that a call began; its place in the list is its place in execution order."""
        self.frames.append(_Frame(len(self.observation.calls), self.counter.get_total_flops()))
        self.observation.calls.append(
            ModuleCall(
                path=path,
                call=self.counts[path],
                type=type(module).__name__,
                is_leaf=is_leaf(module),
                input_shape=_shape(arguments),
                macs=0,
            )
        )
        self.counts[path] += 1

    def leave(self, path: str, module: nn.Module, _arguments: object, output: object) -> None:
        """Complete a call by what it returned and what it cost beyond its submodules."""
        frame = self.frames.pop()
        flops = self.counter.get_total_flops() - frame.flops_before
        macs = (flops - frame.flops_of_children) // 2
        calls = self.observation.calls
        calls[frame.position] = calls[frame.position].model_copy(
            update={"output_shape": _shape(output), "macs": macs}
        )
        tensor = first_tensor(output)
        is_wanted = tensor is not None and self.keep(path, module, tensor)
        kept = self._keep_once(path, tensor, frame) if is_wanted and tensor is not None else None
        if self.frames:
            self.frames[-1].flops_of_children += flops
            self.frames[-1].kept = kept
        else:
            self.observation.output = tensor

    def _keep_once(self, path: str, tensor: torch.Tensor, frame: _Frame) -> _Kept | None:
        """Copy an output, or rename an inner module's copy when it is the same tensor still."""
        maps = self.observation.maps
        if path in maps:
            return None
        # Counts in-place changes; tensors made in inference mode keep no count.
        version = 0 if tensor.is_inference() else tensor._version  # noqa: SLF001
        inner = frame.kept
        if inner is not None and inner.tensor is tensor and inner.version == version:
            maps[path] = maps.pop(inner.path)
        else:
            maps[path] = tensor.detach().clone()
        return _Kept(path, tensor, version)


def _shape(value: object) -> Shape:
    tensor = first_tensor(value)
    return () if tensor is None else tuple(tensor.shape)
