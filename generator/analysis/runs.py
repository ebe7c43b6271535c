"""Decides where a plain chain of convolutions falls into stages."""

from collections.abc import Iterator

from generator.analysis.graph import Graph
from generator.analysis.kinds import FOLLOWERS, Kind, kind_of
from generator.analysis.window import is_depthwise, window_of
from generator.records import Node

_SEVERAL = 2


def conv_runs(graph: Graph) -> tuple[tuple[Node, ...], ...]:
    """Return every run of convolutions, each fed by the one before and no other.

    A pooling ends a run; a convolution that is depthwise, or that skips positions, begins one.
    Single convolutions are runs only beside several longer ones, as in VGG-11.
    """
    runs = list(_runs(graph))
    long = [run for run in runs if sum(map(_is_conv, run)) >= _SEVERAL]
    return tuple(runs if len(long) >= _SEVERAL else long)


def is_separable(run: tuple[Node, ...], graph: Graph) -> bool:
    """Say whether a run is a depthwise convolution and what mixes its channels."""
    return _is_depthwise(run[0], graph)


def _runs(graph: Graph) -> Iterator[tuple[Node, ...]]:
    seen: set[str] = set()
    for node in graph.nodes:
        if _is_conv(node) and node.id not in seen:
            run = tuple(_chain(node, graph))
            seen.update(part.id for part in run)
            yield run


def _chain(start: Node, graph: Graph) -> Iterator[Node]:
    """Yield a convolution and what follows it, up to a fork, a pooling or the next stage."""
    node: Node | None = start
    while node is not None:
        yield node
        readers = graph.consumers[node.id]
        after = graph.by_id[readers[0]] if len(readers) == 1 else None
        node = after if after is not None and _continues(after, node, graph) else None


def _continues(node: Node, before: Node, graph: Graph) -> bool:
    if graph.producers[node.id] != (before.id,):
        return False
    if _is_conv(node):
        window = window_of(node, before.output_shape)
        skips = window is not None and max(window.stride) > 1
        return not skips and not _is_depthwise(node, graph)
    return kind_of(node) in FOLLOWERS and len(node.output_shape) == len(before.output_shape)


def _is_conv(node: Node) -> bool:
    return kind_of(node) is Kind.CONV


def _is_depthwise(node: Node, graph: Graph) -> bool:
    before = graph.by_id.get(node.inputs[0]) if node.inputs else None
    return before is not None and _is_conv(node) and is_depthwise(node, before.output_shape)
