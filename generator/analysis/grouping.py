"""Decides how the convolutions of a network are grouped, in words that hold at any width."""

from collections.abc import Mapping

from generator.analysis.graph import Graph
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import numbers

DENSE, DEPTHWISE = "dense", "depthwise"


def groupings(graph: Graph) -> Mapping[str, str]:
    """Return for each convolution: dense, depthwise, or how many groups it has.

    Where a network keeps the width of its groups and changes their number from stage to stage, as
    RegNet does, the width is said instead.
    """
    shapes = {
        node.id: (numbers(node, "groups", 1, 1)[0], graph.shape_before(node)[1])
        for node in graph.nodes
        if kind_of(node) is Kind.CONV and len(graph.shape_before(node)) > 1
    }
    grouped = [(count, channels) for count, channels in shapes.values() if 1 < count < channels]
    widths = {channels // count for count, channels in grouped}
    by_width = len({count for count, _ in grouped}) > 1 and len(widths) == 1
    return {name: _word(*shape, by_width=by_width) for name, shape in shapes.items()}


def _word(count: int, channels: int, *, by_width: bool) -> str:
    if count == 1:
        return DENSE
    if count == channels:
        return DEPTHWISE
    return f"groups of {channels // count}" if by_width else f"{count} groups"
