"""Decides what a unit of a drawing is called."""

import re

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.message import Message
from generator.analysis.window import is_depthwise, is_global, window_of
from generator.analysis.words import by_size
from generator.records import Node, Shape

_PLAIN = {
    Kind.LINEAR: Message("linear"),
    Kind.INPUT: Message("input"),
    Kind.OUTPUT: Message("output"),
    Kind.ATTENTION: Message("attention"),
    Kind.CONV: Message("transposed conv"),  # the others have a window
}
_SPOKEN = {
    "cat": Message("concatenate"),
    "mul": Message("multiply"),
    "chunk": Message("split"),
    "split_with_sizes": Message("split"),
    "select": Message("take one"),
    "slice": Message("take a part"),
}
# Where a word begins; NiN is one word, though its capitals say otherwise.
_BOUNDARY = re.compile(r"(?<!\bNi)(?<=[a-z0-9])(?=[A-Z])|(?<=\bNiN)(?=[A-Z])")


def readable(class_name: str) -> str:
    """Write the name of a class as words that still recall it: _DenseLayer is a Dense layer.

    Runs of capitals stay together, as in MBConv; after the first word only a letter or an
    abbreviation keeps its capital, as in Inception A.
    """
    first, *others = _BOUNDARY.split(class_name.strip("_").replace("_", " ")) or [""]
    words = [word.lower() if word[1:].islower() else word for word in others]
    name = " ".join([first, *words]) or class_name
    return name[:1].upper() + name[1:]


def title_of(node: Node, before: Shape) -> str:
    """Return an operation's title: conv 3×3 /2, max pool 2×2, linear."""
    window = window_of(node, before)
    kind = kind_of(node)
    if window is None:
        return _PLAIN.get(kind) or _SPOKEN.get(node.op) or _spoken(node.op)
    size = by_size(window.kernel) + (f" /{max(window.stride)}" if max(window.stride) > 1 else "")
    if kind is Kind.CONV:
        if is_depthwise(node, before):
            return Message("depthwise conv {size}", size=size)
        return Message("conv {size}", size=size)
    is_max = "max" in node.op
    if is_global(window, before, node.output_shape):
        return Message("global max pool") if is_max else Message("global average pool")
    if is_max:
        return Message("max pool {size}", size=size)
    return Message("average pool {size}", size=size)


def _spoken(op: str) -> str:
    return op.replace("_", " ") if op.islower() else readable(op)
