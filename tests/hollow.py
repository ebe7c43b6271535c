"""Networks without values: their layers' shapes are real, their tensors hold nothing.

Counting needs no arithmetic, so that the largest network is built and counted within seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from light import light_record
from torch import Tensor, nn
from torch.nn.modules import module as hooks

from generator.capture.build import BuiltModel, build
from generator.config import WeightsPolicy
from generator.records import ModelRecord, ModelSpec, Origin

# Auxiliary heads are no part of what is published for GoogLeNet; initialising takes long.
_KWARGS = {
    "googlenet": {"aux_logits": False, "init_weights": False},
    "inception_v3": {"init_weights": False},
}


def hollow(name: str, weights: str = "DEFAULT") -> BuiltModel:
    """Build one of torchvision's networks by our own code; its input size is the published one."""
    return _build(
        ModelSpec(
            slug=name,
            title=name,
            family="torchvision",
            origin=Origin.TORCHVISION,
            factory=f"torchvision:{name}",
            weights=weights,
            kwargs=_KWARGS.get(name, {}),
        )
    )


@cache
def hollow_record(name: str, *, strides_early: bool = False) -> ModelRecord:
    """Watch and trace a network of torchvision, once per session.

    With `strides_early` its bottlenecks are those of the paper: stride 2 in their first 1×1.
    """
    built = hollow(name)
    for module in built.module.modules():
        if strides_early and type(module).__name__ == "Bottleneck":
            _swap_strides(module)
    return _observe(name, built)


def entry_record(spec: ModelSpec) -> ModelRecord:
    """Watch and trace an entry of the zoo; only torchvision's are known to need no values."""
    if spec.origin is Origin.TORCHVISION:
        return _observe(spec.slug, _build(spec))
    return _observe(spec.slug, build(spec, WeightsPolicy.RANDOM, 0, Path()))


def _build(spec: ModelSpec) -> BuiltModel:
    with _emptied():
        return build(spec, WeightsPolicy.RANDOM, 0, Path())


def _observe(slug: str, built: BuiltModel) -> ModelRecord:
    record = light_record(built.module, *built.input_shape)
    return record.model_copy(update={"slug": slug, "reference": built.reference})


def _swap_strides(bottleneck: nn.Module) -> None:
    first = bottleneck.get_submodule("conv1")
    second = bottleneck.get_submodule("conv2")
    assert isinstance(first, nn.Conv2d)
    assert isinstance(second, nn.Conv2d)
    first.stride, second.stride = second.stride, first.stride


@contextmanager
def _emptied() -> Iterator[None]:
    """Empty every parameter and buffer the moment a module receives it.

    The meta device for everything would be too much: RegNet computes its widths with tensors.
    """

    def parameter(
        _module: nn.Module, _name: str, value: nn.Parameter | None
    ) -> nn.Parameter | None:
        if value is None:
            return None
        return nn.Parameter(value.to("meta"), requires_grad=value.requires_grad)

    def buffer(_module: nn.Module, _name: str, value: Tensor | None) -> Tensor | None:
        return None if value is None else value.to("meta")

    handles = [
        hooks.register_module_parameter_registration_hook(parameter),
        hooks.register_module_buffer_registration_hook(buffer),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
