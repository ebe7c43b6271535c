"""Decides how a layer is explained in a sentence or two."""

from collections.abc import Callable, Iterable
from math import prod

from generator.analysis.arithmetic import grouped
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.message import Message
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


def explain(node: Node, input_shape: Shape) -> Message:
    """Say what an operation does to a tensor of the given shape."""
    if len(input_shape) < _BATCH_AND_CHANNELS:
        return _other(node, input_shape)
    return _EXPLAIN.get(kind_of(node), _other)(node, input_shape)


def explain_all(parts: Iterable[Message]) -> Message:
    """Put the sentences of several operations one behind the other."""
    first, *others = parts
    for other in others:
        first = _two(first, other)
    return first


def by_size(sizes: tuple[int, ...]) -> str:
    """Write sizes as 3×3."""
    return "×".join(map(str, sizes))


def _conv(node: Node, before: Shape) -> Message:
    weight = node.arguments.get("weight_shape")
    window = window_of(node, before)
    if not isinstance(weight, tuple) or window is None:
        return _other(node, before)
    kernels = _kernels(node, before, window, weight)
    return _two(kernels, _change(window, before, node.output_shape))


def _kernels(node: Node, before: Shape, window: Window, weight: tuple[object, ...]) -> Message:
    groups = numbers(node, "groups", 1, 1)[0]
    count, size = weight[0], by_size(window.kernel)
    if 1 in {count, before[1]} and groups == 1:
        return _single(count, before[1], size)
    if is_depthwise(node, before):
        return Message(
            "Depthwise: {count} kernels of {size}, each reads one channel only.",
            count=count,
            size=size,
        )
    if groups > 1:
        return Message(
            "{count} kernels of {size} in {groups} groups, each reads {part} of {all} channels.",
            count=count,
            size=size,
            groups=groups,
            part=weight[1],
            all=before[1],
        )
    if prod(window.kernel) == 1:
        return Message(
            "Pointwise: {count} kernels of 1×1 mix the {all} channels at each place.",
            count=count,
            all=before[1],
        )
    return Message(
        "{count} kernels of {size} slide over all {all} channels.",
        count=count,
        size=f"{size}×{weight[1]}",
        all=before[1],
    )


def _single(count: object, channels: int, size: str) -> Message:
    """Speak of a convolution with one kernel, or on one channel."""
    if count == 1 == channels:
        return Message("One kernel of {size} slides over the one channel.", size=size)
    if count == 1:
        return Message(
            "One kernel of {size} slides over all {all} channels.",
            size=f"{size}×{channels}",
            all=channels,
        )
    return Message("{count} kernels of {size} slide over the one channel.", count=count, size=size)


def _linear(node: Node, before: Shape) -> Message:
    return Message(
        "Every one of {outputs} outputs reads all {inputs} inputs.",
        outputs=grouped(node.output_shape[-1]),
        inputs=grouped(before[-1]),
    )


def _pool(node: Node, before: Shape) -> Message:
    window = window_of(node, before)
    if window is None:
        return _other(node, before)
    how = Message("largest value") if "max" in node.op else Message("mean")
    size = by_size(window.kernel)
    if is_global(window, before, node.output_shape):
        return Message(
            "Keeps one number per channel: the {how} over all {size} places.", how=how, size=size
        )
    if changes_nothing(window):
        return Message("Already at the wanted size: every value is kept as it is.")
    takes = Message("Takes the {how} of every {size} window.", how=how, size=size)
    return _two(takes, _change(window, before, node.output_shape))


def _norm(node: Node, before: Shape) -> Message:
    if not node.op.lower().startswith("batch"):
        return _two(Message("Normalises values by statistics of the input itself."), _STAYS)
    if node.parameters:
        shifts = Message(
            "Shifts and scales each of {all} channels by its stored mean and variance, then by "
            "its learned γ and β.",
            all=before[1],
        )
    else:
        shifts = Message(
            "Shifts and scales each of {all} channels by its stored mean and variance.",
            all=before[1],
        )
    return _two(shifts, _STAYS)


def _activation(node: Node, _before: Shape) -> Message:
    return _two(_CURVES.get(node.op, Message("Applies {op} to every value.", op=node.op)), _STAYS)


def _dropout(_node: Node, _before: Shape) -> Message:
    return Message(
        "Switches values off at random while training; here, in evaluation, it does nothing."
    )


def _merge(node: Node, before: Shape) -> Message:
    if node.op in _LEARNED and node.parameters and len(node.inputs) == 1:
        return _LEARNED[node.op]
    if node.op == "cat":
        after = by_size(node.output_shape[1:])
        return Message("Puts its inputs one behind the other: {after} leaves.", after=after)
    return Message(
        "Combines its inputs value by value ({op}). The shape is {shape}.",
        op=node.op,
        shape=by_size(before[1:]),
    )


def _reshape(node: Node, before: Shape) -> Message:
    after = node.output_shape
    sizes = {"before": by_size(before[1:]), "after": by_size(after[1:])}
    if node.op == "pad":
        return Message("Adds a border: {before} becomes {after}.", **sizes)
    if prod(before) < prod(after):
        return Message("Repeats values: {before} becomes {after}.", **sizes)
    if prod(before) > prod(after):
        return Message("Takes a part: {before} becomes {after}.", **sizes)
    return Message("Rearranges {before} as {after}; no value changes.", **sizes)


def _other(node: Node, before: Shape) -> Message:
    after = by_size(node.output_shape[1:])
    if before == node.output_shape:
        return _two(Message("Runs {op}.", op=node.op), _STAYS)
    if not before:
        return Message("Runs {op}: {after} leaves.", op=node.op, after=after)
    return Message(
        "Runs {op}: {before} becomes {after}.",
        op=node.op,
        before=by_size(before[1:]),
        after=after,
    )


def _change(window: Window, before: Shape, after: Shape) -> Message:
    old, new = spatial(before), spatial(after)
    if old == new:
        is_plane = len(new) == _PLANE
        return Message("Height and width stay.") if is_plane else Message("The size stays.")
    halves = all(a * 2 in {b, b + 1} for a, b in zip(new, old, strict=True))
    if halves and set(window.stride) == {2} and len(new) == _PLANE:
        return Message("Steps of 2: height and width halve to {after}.", after=by_size(new))
    return Message("{before} becomes {after}.", before=by_size(old), after=by_size(new))


def _two(first: Message, second: Message) -> Message:
    """Put two sentences one behind the other."""
    return Message("{first} {second}", first=first, second=second)


_STAYS = Message("The shape stays.")

_LEARNED = {
    "mul": Message("Multiplies by learned coefficients."),
    "add": Message("Adds a learned bias."),
}
"""Operations with a parameter of their own, outside of any layer that torch knows."""

_CURVES = {
    "relu": Message("Replaces negative values by zero."),
    "relu6": Message("Replaces negative values by zero and caps the rest at six."),
    "hardtanh": Message("Clips every value to an interval."),
    "sigmoid": Message("Squeezes every value into the interval from 0 to 1."),
    "tanh": Message("Squeezes every value into the interval from −1 to 1."),
    "softmax": Message("Turns scores into probabilities that sum to 1."),
}

_EXPLAIN: dict[Kind, Callable[[Node, Shape], Message]] = {
    Kind.CONV: _conv,
    Kind.LINEAR: _linear,
    Kind.POOL: _pool,
    Kind.NORM: _norm,
    Kind.ACTIVATION: _activation,
    Kind.DROPOUT: _dropout,
    Kind.MERGE: _merge,
    Kind.RESHAPE: _reshape,
}
