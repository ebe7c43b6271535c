"""Decides how a layer is explained in a sentence or two."""

from collections.abc import Callable
from math import prod

from generator.analysis.arithmetic import grouped
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import (
    Window,
    changes_nothing,
    is_depthwise,
    is_global,
    numbers,
    spatial,
    window_of,
)
from generator.records import Node, Shape

_BATCH_AND_CHANNELS = 2
_PLANE = 2
"""Spatial dimensions of a picture: height and width."""


def explain(node: Node, input_shape: Shape) -> str:
    """Say what an operation does to a tensor of the given shape."""
    if len(input_shape) < _BATCH_AND_CHANNELS:
        return _other(node, input_shape)
    return _EXPLAIN.get(kind_of(node), _other)(node, input_shape)


def by_size(sizes: tuple[int, ...]) -> str:
    """Write sizes as 3×3."""
    return "×".join(map(str, sizes))


def _conv(node: Node, before: Shape) -> str:
    weight = node.arguments.get("weight_shape")
    window = window_of(node, before)
    if not isinstance(weight, tuple) or window is None:
        return _other(node, before)
    groups = numbers(node, "groups", 1, 1)[0]
    kernels = f"{weight[0]} kernels of {by_size(window.kernel)}"
    if is_depthwise(node, before):
        first = f"Depthwise: {kernels}, each reads one channel only."
    elif groups > 1:
        first = f"{kernels} in {groups} groups, each reads {weight[1]} of {before[1]} channels."
    elif prod(window.kernel) == 1:
        first = f"Pointwise: {weight[0]} kernels of 1×1 mix the {before[1]} channels at each place."
    else:
        first = f"{kernels}×{weight[1]} slide over all {before[1]} channels."
    return f"{first} {_change(window, before, node.output_shape)}"


def _linear(node: Node, before: Shape) -> str:
    return (
        f"Every one of {grouped(node.output_shape[-1])} outputs reads all "
        f"{grouped(before[-1])} inputs."
    )


def _pool(node: Node, before: Shape) -> str:
    window = window_of(node, before)
    if window is None:
        return _other(node, before)
    how = "largest value" if "max" in node.op else "mean"
    if is_global(window, before, node.output_shape):
        return f"Keeps one number per channel: the {how} over all {by_size(window.kernel)} places."
    if changes_nothing(window):
        return "Already at the wanted size: every value is kept as it is."
    return (
        f"Takes the {how} of every {by_size(window.kernel)} window. "
        f"{_change(window, before, node.output_shape)}"
    )


def _norm(node: Node, before: Shape) -> str:
    if node.op.lower().startswith("batch"):
        stored = f"Shifts and scales each of {before[1]} channels by its stored mean and variance"
        learned = ", then by its learned γ and β" if node.parameters else ""
        return f"{stored}{learned}. The shape stays."
    return "Normalises values by statistics of the input itself. The shape stays."


def _activation(node: Node, _before: Shape) -> str:
    sentence = _CURVES.get(node.op, f"Applies {node.op} to every value.")
    return f"{sentence} The shape stays."


def _dropout(_node: Node, _before: Shape) -> str:
    return "Switches values off at random while training; here, in evaluation, it does nothing."


def _merge(node: Node, before: Shape) -> str:
    if node.op == "cat":
        return f"Puts its inputs one behind the other: {by_size(node.output_shape[1:])} leaves."
    return f"Combines its inputs value by value ({node.op}). The shape is {by_size(before[1:])}."


def _reshape(node: Node, before: Shape) -> str:
    after = node.output_shape
    if node.op == "pad":
        return f"Adds a border: {by_size(before[1:])} becomes {by_size(after[1:])}."
    if prod(before) < prod(after):
        return f"Repeats values: {by_size(before[1:])} becomes {by_size(after[1:])}."
    if prod(before) > prod(after):
        return f"Takes a part: {by_size(before[1:])} becomes {by_size(after[1:])}."
    return f"Rearranges {by_size(before[1:])} as {by_size(after[1:])}; no value changes."


def _other(node: Node, before: Shape) -> str:
    if before == node.output_shape:
        return f"Runs {node.op}. The shape stays."
    if not before:
        return f"Runs {node.op}: {by_size(node.output_shape[1:])} leaves."
    return f"Runs {node.op}: {by_size(before[1:])} becomes {by_size(node.output_shape[1:])}."


def _change(window: Window, before: Shape, after: Shape) -> str:
    old, new = spatial(before), spatial(after)
    if old == new:
        return "Height and width stay." if len(new) == _PLANE else "The size stays."
    halves = all(a * 2 in {b, b + 1} for a, b in zip(new, old, strict=True))
    if halves and set(window.stride) == {2} and len(new) == _PLANE:
        return f"Steps of 2: height and width halve to {by_size(new)}."
    return f"{by_size(old)} becomes {by_size(new)}."


_CURVES = {
    "relu": "Replaces negative values by zero.",
    "relu6": "Replaces negative values by zero and caps the rest at six.",
    "hardtanh": "Clips every value to an interval.",
    "sigmoid": "Squeezes every value into the interval from 0 to 1.",
    "tanh": "Squeezes every value into the interval from −1 to 1.",
    "softmax": "Turns scores into probabilities that sum to 1.",
}

_EXPLAIN: dict[Kind, Callable[[Node, Shape], str]] = {
    Kind.CONV: _conv,
    Kind.LINEAR: _linear,
    Kind.POOL: _pool,
    Kind.NORM: _norm,
    Kind.ACTIVATION: _activation,
    Kind.DROPOUT: _dropout,
    Kind.MERGE: _merge,
    Kind.RESHAPE: _reshape,
}
