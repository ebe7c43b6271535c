"""Decides where an excerpt of a graph begins and ends: what it reads, and what leaves it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.motifs import shuffles
from generator.records import Node


class Excerpt(Protocol):
    """Operations that belong together, such as a block, and what enters and leaves them."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Return the operations in execution order."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the ids of the producers outside."""

    @property
    def output(self) -> str:
        """Return the id of the operation whose value leaves."""


@dataclass(frozen=True)
class Cutting:
    """An excerpt that is no block."""

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    output: str


ExcerptT = TypeVar("ExcerptT", bound=Excerpt)
_TELLING = 3
"""Inputs that show how a block gathers what others made."""


def typical(alike: Sequence[ExcerptT]) -> ExcerptT:
    """Return the one of several excerpts, built alike, that shows best how they are wired.

    That is the first, except where the number of inputs grows, as in a dense block: there the
    first with several.
    """
    most = max(len(excerpt.inputs) for excerpt in alike)
    return next(e for e in alike if len(e.inputs) >= min(most, _TELLING))


def whole_net(nodes: Sequence[Node]) -> Cutting:
    """Return all that a net does between its input and its output."""
    ends = {Kind.INPUT, Kind.OUTPUT}
    return cutting(nodes, {node.id for node in nodes if kind_of(node) not in ends})


def connectors(nodes: Sequence[Node]) -> Iterator[Cutting]:
    """Yield what joins two units of ShuffleNet v2: concat, reshape, transpose, reshape, split."""
    known = {node.id: node for node in nodes}
    for shuffle in shuffles(nodes, ""):
        concat = known.get(shuffle[0].inputs[0])
        readers = [node for node in nodes if shuffle[-1].id in node.inputs]
        is_split = len(readers) == 1 and readers[0].op in {"chunk", "split", "split_with_sizes"}
        if concat and concat.op == "cat" and is_split:
            yield cutting(nodes, {node.id for node in (concat, *shuffle, *readers)})


def cutting(nodes: Sequence[Node], inside: Collection[str]) -> Cutting:
    """Return the named operations as an excerpt; its output is the last that is read outside."""
    own = tuple(node for node in nodes if node.id in inside)
    inputs = dict.fromkeys(name for node in own for name in node.inputs if name not in inside)
    read = {name for node in nodes if node.id not in inside for name in node.inputs}
    leaving = [node.id for node in own if node.id in read] or [own[-1].id]
    return Cutting(own, tuple(inputs), leaving[-1])
