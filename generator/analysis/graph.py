"""Decides who feeds whom: producers, consumers, and what all data must pass on its way.

A node dominates another when every path from the inputs to the latter leads through it (Cooper,
Harvey, Kennedy: "A Simple, Fast Dominance Algorithm", 2001). Data flows one way here, so that a
single pass in execution order finds all dominators.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from generator.analysis.kinds import Kind, kind_of
from generator.records import Node, Shape

_SEVERAL = 2


@dataclass(frozen=True)
class Graph:
    """The operations of a network in execution order, and the data edges between them."""

    nodes: tuple[Node, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Return every node by its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Return every node's place in execution order."""
        return {node.id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def producers(self) -> Mapping[str, tuple[str, ...]]:
        """Return what each node reads that was made from the network's input, each once."""
        made: dict[str, tuple[str, ...]] = {}
        for node in self.nodes:
            read = tuple(dict.fromkeys(name for name in node.inputs if name in made))
            if read or kind_of(node) is Kind.INPUT:
                made[node.id] = read
        return {node.id: made.get(node.id, ()) for node in self.nodes}

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """Return who reads each node's value."""
        found: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                if name in found:
                    found[name].append(node.id)
        return {name: tuple(readers) for name, readers in found.items()}

    @cached_property
    def dominators(self) -> Mapping[str, str | None]:
        """Return the last node before each that all its data passed; none where there is no one."""
        found: dict[str, str | None] = {}
        for node in self.nodes:
            read = self.producers[node.id]
            meeting = read[0] if read else None
            for name in read[1:]:
                meeting = self._meeting(meeting, name, found)
            found[node.id] = meeting
        return found

    def _meeting(
        self, first: str | None, second: str | None, known: Mapping[str, str | None]
    ) -> str | None:
        while first is not None and second is not None and first != second:
            if self.order[first] > self.order[second]:
                first = known[first]
            else:
                second = known[second]
        return first if first == second else None

    def behind(self, starts: Iterable[str], stops: Iterable[str]) -> frozenset[str]:
        """Return the starts and all that they were made from, back to the stops, those excluded."""
        seen = set(stops)
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                found.add(name)
                waiting.extend(self.producers[name])
        return frozenset(found)

    def in_order(self, names: Iterable[str]) -> tuple[Node, ...]:
        """Return nodes by their ids, in execution order."""
        return tuple(self.nodes[place] for place in sorted(self.order[name] for name in names))

    def joins(self, node: Node) -> bool:
        """Say whether a node brings several values together."""
        return kind_of(node) is Kind.MERGE and len(self.producers[node.id]) >= _SEVERAL

    def shape_before(self, node: Node) -> Shape:
        """Return the shape of what a node reads first; empty where that is not known."""
        before = self.by_id.get(node.inputs[0]) if node.inputs else None
        return before.output_shape if before is not None else ()
