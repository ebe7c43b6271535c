"""Decides which blocks are in the wiring alone: between a point all data passes and a merge.

Everything from the last operation that all of a merge's inputs passed, up to the merge, is a
region when nothing inside is read from outside. The shape of its arms tells what it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import prod

from generator.analysis.graph import Graph
from generator.analysis.kinds import kind_of
from generator.analysis.tree import WEIGHTED
from generator.analysis.window import spatial
from generator.records import Node

_SEVERAL = 2
SPLITS = frozenset({"chunk", "split", "split_with_sizes"})
"""Operations that give each of several readers a part of the channels."""


class Pattern(StrEnum):
    """What a reader calls a piece of wiring."""

    RESIDUAL = "residual block"
    DENSE = "dense layer"
    EXCITATION = "squeeze-and-excitation"
    GATE = "gated block"
    BRANCHES = "branches"


@dataclass(frozen=True)
class Region:
    """Operations between an entry, which is outside, and a merge, the exit."""

    pattern: Pattern
    entry: str
    exit: str
    nodes: frozenset[str]


def regions(graph: Graph, taken: frozenset[str]) -> tuple[Region, ...]:
    """Return the regions that are blocks, in execution order; none holds a node that is taken.

    Of nested regions the outer is the block, unless it only holds a series of alike ones.
    """
    found = [
        region
        for node in graph.nodes
        if graph.joins(node)
        for region in _ending_at(node, graph)
        if taken.isdisjoint(region.nodes)
    ]
    return tuple(sorted(_outermost(found, graph), key=lambda r: graph.order[r.exit]))


def _ending_at(merge: Node, graph: Graph) -> Iterator[Region]:
    entry = graph.dominators[merge.id]
    if entry is None:
        return
    inside = graph.behind([merge.id], [entry])
    if not _has_weights(inside, graph) or not _is_closed(inside, merge.id, graph):
        return
    arms = {name: graph.behind([name], [entry]) for name in graph.producers[merge.id]}
    layers = _dense_layers(merge, entry, graph)
    if layers:
        yield from layers
    else:
        yield Region(_pattern(merge, arms, graph), entry, merge.id, inside)


def _is_closed(inside: frozenset[str], exit_: str, graph: Graph) -> bool:
    """Say whether only the exit's value is read from outside."""
    return all(inside.issuperset(graph.consumers[name]) for name in inside - {exit_})


def _has_weights(names: frozenset[str], graph: Graph) -> bool:
    return any(kind_of(graph.by_id[name]) in WEIGHTED for name in names)


def _pattern(merge: Node, arms: Mapping[str, frozenset[str]], graph: Graph) -> Pattern:
    weighted = sorted(
        sum(kind_of(graph.by_id[name]) in WEIGHTED for name in arm) for arm in arms.values()
    )
    if merge.op == "mul":
        squeezed = any(prod(spatial(graph.by_id[name].output_shape)) == 1 for name in arms)
        return Pattern.EXCITATION if squeezed else Pattern.GATE
    if merge.op == "cat":
        return Pattern.DENSE if _grows(merge, arms, graph) else Pattern.BRANCHES
    has_shortcut = weighted[0] == 0 or (weighted[0] == 1 < weighted[-1])
    return Pattern.RESIDUAL if has_shortcut and len(arms) == _SEVERAL else Pattern.BRANCHES


def _grows(merge: Node, arms: Mapping[str, frozenset[str]], graph: Graph) -> bool:
    """Say whether new maps are put behind those they were made from, at one resolution."""
    bare = [name for name, arm in arms.items() if not arm]
    if len(arms) != _SEVERAL or len(bare) != 1 or graph.by_id[bare[0]].op in SPLITS:
        return False
    inside = frozenset().union(*arms.values())
    sizes = {spatial(graph.by_id[name].output_shape) for name in inside}
    return sizes == {spatial(merge.output_shape)}


def _dense_layers(merge: Node, entry: str, graph: Graph) -> tuple[Region, ...]:
    """Return the layers of a dense block: each reads what entered and all earlier outputs.

    The block ends where all of them are concatenated; one that ends otherwise has no layers.
    """
    features = graph.producers[merge.id]
    if merge.op != "cat" or entry not in features:
        return ()
    layers = []
    ladder = 0
    for name in features:
        if name != entry:
            nodes = graph.behind([name], set(features) - {name})
            read = {p for n in nodes for p in graph.producers[n] if p not in nodes}
            ladder += len(read) >= _SEVERAL
            layers.append(Region(Pattern.DENSE, entry, name, nodes))
    total = sum(len(layer.nodes) for layer in layers)
    disjoint = len(frozenset().union(*(layer.nodes for layer in layers))) == total
    return tuple(layers) if ladder and disjoint else ()


def _outermost(found: list[Region], graph: Graph) -> Iterator[Region]:
    """Yield the regions that lie in no other, those inside of a mere series instead of it."""
    for region in found:
        if any(region.nodes < other.nodes for other in found):
            continue
        inner = [other for other in found if other.nodes < region.nodes]
        if _is_series(_largest(inner), graph):
            yield from _outermost(inner, graph)
        else:
            yield region


def _largest(found: list[Region]) -> list[Region]:
    return [r for r in found if not any(r.nodes < other.nodes for other in found)]


def _is_series(found: list[Region], graph: Graph) -> bool:
    """Say whether regions of one pattern are made one from the other."""
    if len(found) < _SEVERAL or len({region.pattern for region in found}) > 1:
        return False
    return all(first.exit in graph.behind([second.exit], ()) for first, second in pairwise(found))
