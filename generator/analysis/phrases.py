"""Decides what is written on the parts of a block: names and numbers."""

from collections.abc import Callable, Sequence
from itertools import groupby

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.terms import Phrase, Term
from generator.analysis.window import Window, is_depthwise, is_global, numbers, window_of
from generator.analysis.words import by_size
from generator.records import Node, Shape

_NAMES = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "gelu": "GELU",
    "silu": "SiLU",
    "selu": "SELU",
    "elu": "ELU",
    "prelu": "PReLU",
    "leaky_relu": "leaky ReLU",
    "log_softmax": "log softmax",
    "batch_norm": "BatchNorm",
    "layer_norm": "LayerNorm",
    "group_norm": "GroupNorm",
    "instance_norm": "InstanceNorm",
    "rms_norm": "RMSNorm",
    "local_response_norm": "local response norm",
    "LocalResponseNorm": "local response norm",
    "cat": "concat",
    "view": "reshape",
}
_SIX = (0.0, 6.0)
_WRITTEN_OUT = 2
"""Up to this many parts of a split are written one by one."""


def heading(node: Node, before: Shape, term: Term | None) -> Phrase:
    """Name what an operation is, its window first; `before` is the shape it reads."""
    if term:
        return Phrase(term)
    window = window_of(node, before) if before else None
    kind = kind_of(node)
    if kind is Kind.CONV:
        return _conv(node, before, window)
    if kind is Kind.POOL and window:
        return _pool(node, before, window)
    if node.op in {"chunk", "split", "split_with_sizes"} and numbers(node, "dim", 1, 0)[0] == 1:
        return Phrase(Term.SPLIT)
    if node.op == "mul" and node.parameters:
        return Phrase(Term.LEARNED_SCALE)
    return follower(node)


def follower(node: Node) -> Phrase:
    """Name an operation in a word, without its window."""
    plain = {Kind.LINEAR: Term.LINEAR, Kind.DROPOUT: Term.DROPOUT}.get(kind_of(node))
    if plain:
        return Phrase(plain)
    if node.op == "cat":
        return Phrase(Term.CONCAT)
    if node.op == "hardtanh" and _limits(node) == _SIX:
        return Phrase(Term.OTHER, ("ReLU6",))
    return Phrase(Term.OTHER, (_NAMES.get(node.op, node.op.replace("_", " ")),))


def numbers_on(node: Node, before: Shape, term: Term | None) -> tuple[Phrase, ...]:
    """Return the numbers of an operation, most telling first."""
    if term is Term.SHUFFLE:  # named after its first step, which makes (N, groups, channels, …)
        return (Phrase(Term.GROUPS, (str(node.output_shape[1]),)),)
    if term is Term.ATTENTION:
        heads = node.output_shape[1:2] if node.op == "scaled_dot_product_attention" else ()
        return tuple(Phrase(Term.HEADS, (str(count),)) for count in heads)
    numbers_of = _NUMBERS.get(kind_of(node))
    return numbers_of(node, before) if numbers_of and before else _of_tensors(node, before)


def count_phrase(channels: Sequence[int]) -> str:
    """Write a sum, equal numbers that follow each other together: 64 + 5×32."""
    runs = [(number, len(list(same))) for number, same in groupby(channels)]
    return " + ".join(f"{times}×{number}" if times > 1 else str(number) for number, times in runs)


def _conv(node: Node, before: Shape, window: Window | None) -> Phrase:
    weight = node.arguments.get("weight_shape")
    kernel = tuple(int(k) for k in weight[2:]) if isinstance(weight, tuple) else ()
    size = by_size(window.kernel if window else kernel)
    if "transpose" in node.op:
        return Phrase(Term.TRANSPOSED, (size,))
    if before and is_depthwise(node, before):
        return Phrase(Term.DEPTHWISE, (size,))
    grouped = numbers(node, "groups", 1, 1)[0] > 1
    return Phrase(Term.GROUPED if grouped else Term.CONV, (size,))


def _pool(node: Node, before: Shape, window: Window) -> Phrase:
    largest = "max" in node.op
    if is_global(window, before, node.output_shape):
        return Phrase(Term.GLOBAL_MAX if largest else Term.GLOBAL_AVERAGE)
    size = by_size(window.kernel)
    return Phrase(Term.MAX_POOL if largest else Term.AVERAGE_POOL, (size,))


def _conv_numbers(node: Node, before: Shape) -> tuple[Phrase, ...]:
    said = [_channels(node, before)]
    groups = numbers(node, "groups", 1, 1)[0]
    if groups > 1 and not is_depthwise(node, before):
        said.append(Phrase(Term.GROUPS_OF, (str(groups), str(before[1] // groups))))
    window = window_of(node, before)
    return (*said, *(_steps(window) if window else ()))


def _channels(node: Node, before: Shape) -> Phrase:
    if is_depthwise(node, before) and node.output_shape[1] == before[1]:
        return Phrase(Term.CHANNELS, (str(before[1]),))
    return _change(before[1], node.output_shape[1])


def _pool_numbers(node: Node, before: Shape) -> tuple[Phrase, ...]:
    window = window_of(node, before)
    if window is None or is_global(window, before, node.output_shape):
        return ()
    return _steps(window, least=0)


def _steps(window: Window, least: int = 1) -> tuple[Phrase, ...]:
    said = []
    if max(window.stride) > least:
        said.append(Phrase(Term.STRIDE, (_shortest(window.stride),)))
    if max(window.dilation) > 1:
        said.append(Phrase(Term.DILATION, (_shortest(window.dilation),)))
    return (*said, *_padding(window))


def _padding(window: Window) -> tuple[Phrase, ...]:
    """Say the padding of one side, unless it keeps the size, or windows do not overlap."""
    keeping = tuple(extent - 1 for extent in window.extent)
    if window.padded == keeping or window.kernel == window.stride:
        return ()
    if not any(window.padded):
        return (Phrase(Term.NO_PADDING),)
    return (Phrase(Term.PADDING, (_shortest(tuple(both // 2 for both in window.padded)),)),)


def _linear_numbers(node: Node, before: Shape) -> tuple[Phrase, ...]:
    return (_change(before[-1], node.output_shape[-1]),)


def _of_tensors(node: Node, before: Shape) -> tuple[Phrase, ...]:
    if node.op in {"chunk", "split", "split_with_sizes"}:
        return _split(node, before)
    if node.op == "cat" and len(node.inputs) > 1:
        return (Phrase(Term.COUNT, (str(len(node.inputs)),)),)
    if node.op == "channel_shuffle":
        return (Phrase(Term.GROUPS, (str(numbers(node, "groups", 1, 1)[0]),)),)
    return ()


def _split(node: Node, before: Shape) -> tuple[Phrase, ...]:
    dim = numbers(node, "dim", 1, 0)[0]
    if not before or not -len(before) <= dim < len(before):
        return ()
    whole, first = before[dim], node.output_shape[dim]
    sizes = numbers(node, "split_sizes", 1, 0) if node.op == "split_with_sizes" else ()
    count, rest = divmod(whole, first)
    parts = sizes or (first,) * count + ((rest,) if rest else ())
    return (Phrase(Term.CHANGE, (str(whole), _written(parts))),)


def _written(parts: Sequence[int]) -> str:
    return " + ".join(map(str, parts)) if len(parts) <= _WRITTEN_OUT else count_phrase(parts)


def _change(before: int, after: int) -> Phrase:
    return Phrase(Term.CHANGE, (str(before), str(after)))


def _shortest(sizes: tuple[int, ...]) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else by_size(sizes)


def _limits(node: Node) -> tuple[float, ...]:
    values = (node.arguments.get(name) for name in ("min_val", "max_val"))
    return tuple(float(value) for value in values if isinstance(value, int | float))


_NUMBERS: dict[Kind, Callable[[Node, Shape], tuple[Phrase, ...]]] = {
    Kind.CONV: _conv_numbers,
    Kind.POOL: _pool_numbers,
    Kind.LINEAR: _linear_numbers,
}
