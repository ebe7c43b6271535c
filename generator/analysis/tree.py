"""Decides which module calls are blocks: composed modules, at the level where they repeat."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from generator.analysis.graph import Graph
from generator.analysis.kinds import Kind, kind_of
from generator.records import ModelRecord, Node

_SEVERAL = 2
WEIGHTED = frozenset({Kind.CONV, Kind.LINEAR})
_WORK = WEIGHTED | {Kind.POOL, Kind.ATTENTION}

Call = tuple[str, int]
"""A module's path, and which of its calls."""


@dataclass(frozen=True)
class ModuleTree:
    """The module calls of a network, and the operations under each."""

    record: ModelRecord
    graph: Graph

    @cached_property
    def blocks(self) -> Mapping[Call, tuple[Node, ...]]:
        """Return the operations of every call that is a block, in execution order.

        A block is a call of a class that holds several pieces of work, such as convolutions and
        the sum that joins them; bare containers and the model itself are none. Of nested ones the
        outer is the block, unless it only holds a series of alike ones.
        """
        return {call: self._inside[call] for call in self._outermost("")}

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Return every module's class."""
        return {module.path: module.type for module in self.record.modules}

    @cached_property
    def _repeats(self) -> Counter[str]:
        """Return how often each module is called."""
        return Counter(call.path for call in self.record.calls)

    @cached_property
    def _inside(self) -> Mapping[Call, tuple[Node, ...]]:
        """Return the operations at or under every call of a module."""
        found: dict[Call, list[Node]] = {}
        for node in self.graph.nodes:
            for path in _ancestors(node.path):
                # Each call of a module calls what is inside equally often.
                call = node.call * self._repeats[path] // max(1, self._repeats[node.path])
                found.setdefault((path, call), []).append(node)
        return {call: tuple(nodes) for call, nodes in found.items()}

    @cached_property
    def _composed(self) -> frozenset[Call]:
        """Return the calls of classes that hold several pieces of work, at least somewhere."""
        plain = {module.path for module in self.record.modules if module.is_plain}
        own = [call for call in self._inside if call[0] and call[0] not in plain]
        classes = {self.types.get(path) for path, n in own if self._is_composed((path, n))}
        return frozenset(call for call in own if self.types.get(call[0]) in classes - {None})

    def _is_composed(self, call: Call) -> bool:
        nodes = self._inside[call]
        work = sum(kind_of(node) in _WORK or self.graph.joins(node) for node in nodes)
        return work >= _SEVERAL and any(kind_of(node) in WEIGHTED for node in nodes)

    def _outermost(self, path: str) -> Iterator[Call]:
        for call in self._nearest(path):
            if self.types[call[0]] in self._frames:
                yield from (inner for inner in self._outermost(call[0]) if self._holds(call, inner))
            else:
                yield call

    def _nearest(self, path: str) -> list[Call]:
        """Return the composed calls below a module that are in no other composed one."""
        below = [c for c in self._composed if c[0] != path and is_below(c[0], path)]
        paths = {c[0] for c in below}
        nearest = [c for c in below if paths.isdisjoint(_ancestors(c[0])[:-1])]
        return sorted(nearest, key=lambda c: self.graph.order[self._inside[c][0].id])

    def _holds(self, outer: Call, inner: Call) -> bool:
        first = self._inside[inner][0].id
        return any(node.id == first for node in self._inside[outer])

    @cached_property
    def _frames(self) -> frozenset[str]:
        """Return the classes that only hold blocks, or most of the net."""
        kinds = {self.types[path] for path, _ in self._composed}
        return frozenset(kind for kind in kinds if self._is_frame(kind))

    def _is_frame(self, kind: str) -> bool:
        alike = [c for c in self._composed if self.types[c[0]] == kind]
        inner = [(c, self._repeating(c)) for c in alike]
        if len(alike) == 1:
            return any(repeats for _, repeats in inner) or self._is_most(alike[0])
        return any(
            repeats and len({self.types[i[0]] for i in self._nearest(c[0])}) == 1
            for c, repeats in inner
        )

    def _repeating(self, call: Call) -> bool:
        """Say whether a call holds blocks of one class, the later made from the earlier."""
        last: dict[str, Call] = {}
        for inner in self._nearest(call[0]):
            if self._holds(call, inner):
                before = last.get(self.types[inner[0]])
                if before is not None and self._follows(before, inner):
                    return True
                last[self.types[inner[0]]] = inner
        return False

    def _follows(self, first: Call, second: Call) -> bool:
        made_from = self.graph.behind((node.id for node in self._inside[second]), ())
        return any(node.id in made_from for node in self._inside[first])

    def _is_most(self, call: Call) -> bool:
        weighted = [node.id for node in self.graph.nodes if kind_of(node) in WEIGHTED]
        own = {node.id for node in self._inside[call]}
        return _SEVERAL * sum(name in own for name in weighted) > len(weighted)


def is_below(path: str, ancestor: str) -> bool:
    """Say whether a module path lies at or under another."""
    return not ancestor or path == ancestor or path.startswith(f"{ancestor}.")


def _ancestors(path: str) -> list[str]:
    """Return the paths of a module and of all that enclose it, the outermost first."""
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
