"""Decides in which order a tensor's sizes are read to a person: height, width, channels."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.motifs import attentions, shuffles
from generator.analysis.window import numbers
from generator.analysis.words import by_size
from generator.records import Node, Shape

_PICTURE = 4
"""Dimensions of a batch of feature maps."""
_TO_LAST, _TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


class Order(StrEnum):
    """The orders in which torch keeps sizes, where it is not (N, C, H, W)."""

    CHANNELS_LAST = "N, H, W, C"
    DEALT = "N, groups, channels, H, W"
    OTHER = "none that a reader knows"


def read_out(shape: Shape, order: Order | None) -> str:
    """Write (1, C, H, W) as H×W×C; channels on their way through a shuffle as 28×28×(2×24)."""
    if order is None and len(shape) == _PICTURE:
        _, channels, height, width = shape
        return by_size((height, width, channels))
    if order is Order.DEALT and len(shape) > _PICTURE:
        return f"{by_size(shape[3:])}×({by_size(shape[1:3])})"
    if order is Order.DEALT:
        return read_out(shape, None)
    return by_size(shape[1:])


def orders(nodes: Sequence[Node], output: str) -> Mapping[str, Order]:
    """Return the order of every value of a block that is not in torch's usual one, by id."""
    found = dict.fromkeys(_channels_last(nodes), Order.CHANNELS_LAST)
    groups = [(Order.DEALT, group) for group in shuffles(nodes, output)]
    # What leaves an attention is read like what enters it.
    groups += [(Order.OTHER, group[:-1]) for group in attentions(nodes)]
    return found | {node.id: order for order, group in groups for node in group}


def _channels_last(nodes: Sequence[Node]) -> set[str]:
    """Return the ids of what has its channels last, also what enters and is read that way.

    Norms and linear layers of transformers work on the last dimension, and permutations lead
    there and back.
    """
    last: set[str] = set()
    for node in nodes:
        if len(node.output_shape) != _PICTURE:
            continue
        permuted = numbers(node, "dims", _PICTURE, 0) if node.op == "permute" else ()
        if _works_on_last(node):
            last |= {node.id, *node.inputs}
        elif permuted == _TO_LAST or (permuted != _TO_FIRST and _inherits(node, last)):
            last.add(node.id)
    for node in reversed(nodes):  # what is added has one order
        if node.id in last and node.op in {"add", "mul"}:
            last |= set(node.inputs)
    return last


def _works_on_last(node: Node) -> bool:
    normalised = node.arguments.get("normalized_shape")
    one_dimension = isinstance(normalised, tuple) and len(normalised) == 1
    return node.op == "linear" or (node.op == "layer_norm" and one_dimension)


def _inherits(node: Node, last: set[str]) -> bool:
    if kind_of(node) in {Kind.CONV, Kind.OTHER} or node.op == "batch_norm":
        return False
    return any(name in last for name in node.inputs)
