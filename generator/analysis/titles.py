"""Decides what a unit of a drawing is called."""

import re

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import is_depthwise, is_global, window_of
from generator.analysis.words import by_size
from generator.records import Node, Shape

_PLAIN = {
    Kind.LINEAR: "linear",
    Kind.INPUT: "input",
    Kind.OUTPUT: "output",
    Kind.ATTENTION: "attention",
}
_MERGES = {"cat": "concatenate", "mul": "multiply"}
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


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
        return _PLAIN.get(kind) or _MERGES.get(node.op) or _spoken(node.op)
    step = f" /{max(window.stride)}" if max(window.stride) > 1 else ""
    if kind is Kind.CONV:
        name = "depthwise conv" if is_depthwise(node, before) else "conv"
    else:
        name = "max pool" if "max" in node.op else "average pool"
        if is_global(window, before, node.output_shape):
            return f"global {name}"
    return f"{name} {by_size(window.kernel)}{step}"


def _spoken(op: str) -> str:
    return op.replace("_", " ") if op.islower() else readable(op)
