"""Decides which tensors of a traced model get a grid of their channels.

Shown on their own are stages and blocks, convolutions outside of blocks, and inside of blocks what
branches and connects: branch ends, forks, concatenations, sums, splits, channel shuffles. Other
convolutions and poolings inside of blocks are inner steps. Norm and activation that alone follow an
operation count as part of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.capture.wiring import CONNECTORS, CONVOLUTIONS, Wiring, unfit
from generator.records import ModuleInfo, Node, Reason, Skipped, Step


@dataclass(frozen=True)
class Wanted:
    """A tensor that gets a grid for every picture."""

    node: str | None
    path: str
    step: Step = Step.OTHER
    is_output: bool = False
    is_inner: bool = False
    part: int | None = None
    also: tuple[str, ...] = ()


def choose(
    nodes: Sequence[Node], modules: Iterable[ModuleInfo], outputs: Mapping[str, str | None]
) -> tuple[tuple[Wanted, ...], tuple[Skipped, ...]]:
    """Return the tensors to show, in execution order, and the modules that have none.

    Args:
        nodes: the traced graph.
        modules: the tree of modules.
        outputs: by module path, the operation that makes what it returns.
    """
    choice = _Choice(Wiring({node.id: node for node in nodes}), outputs, tuple(modules))
    found = [wanted for node in nodes for wanted in choice.wanted(node)]
    return tuple(found), tuple(choice.skipped())


@dataclass(frozen=True)
class _Choice:
    wiring: Wiring
    outputs: Mapping[str, str | None]
    modules: tuple[ModuleInfo, ...]

    def wanted(self, node: Node) -> Iterator[Wanted]:
        """Yield what to show of one operation: nothing, its tensor, or every part of a split."""
        made_by = self.wiring.ends.get(node.id)
        containers = self.returned[node.id]
        if unfit(node.output_shape) or not (made_by or containers):
            return
        step = self.wiring.steps.get(made_by.id, Step.OTHER) if made_by else Step.OTHER
        path = containers[0] if containers else (made_by or node).path
        is_output = bool(containers) or self.outputs.get(path) == node.id
        if step is Step.SPLIT and made_by is node:
            for part in range(1, self.wiring.parts(node) + 1):
                yield Wanted(node.id, path, step, part=part)
            return
        yield Wanted(
            node=node.id,
            path=path,
            step=step,
            is_output=is_output,
            is_inner=not self.is_prominent(node, made_by, step, containers),
            also=tuple(containers[1:]),
        )

    def skipped(self) -> Iterator[Skipped]:
        """Yield containers whose output is no stack of maps."""
        for path in self.containers:
            name = self.outputs.get(path, "")
            if name is None:
                yield Skipped(kind="features", path=path, reason=Reason.NO_OPERATION)
            elif name and (reason := unfit(self.wiring.nodes[name].output_shape)):
                shape = "×".join(map(str, self.wiring.nodes[name].output_shape[1:]))
                yield Skipped(kind="features", path=path, reason=reason, detail=shape)

    def is_prominent(
        self, node: Node, made_by: Node | None, step: Step, containers: Sequence[str]
    ) -> bool:
        """Say whether a tensor is shown on its own, and not among the steps inside of a block."""
        if node.id in self.wiring.branch_ends or node.id in self.wiring.forks:
            return True
        for path in containers:
            if self.convolutions[path] > 1 or not self.is_in_block(path):
                return True
        if made_by is None or step in {Step.POOLING, Step.OTHER}:
            return False
        if step in CONNECTORS:
            return made_by.id not in self.wiring.collectors
        return not self.is_in_block(made_by.path)

    @cached_property
    def containers(self) -> tuple[str, ...]:
        """Modules that hold others, outer ones first."""
        return tuple(
            module.path
            for module in self.modules
            if module.path and not module.is_leaf and module.type != "ParametrizationList"
        )

    @cached_property
    def returned(self) -> Mapping[str, list[str]]:
        """By operation, the containers that return its tensor, outer ones first."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.containers:
            if name := self.outputs.get(path):
                found[name].append(path)
        return found

    @cached_property
    def convolutions(self) -> Counter[str]:
        """By module, the convolutions on maps that it runs, those of submodules included."""
        found: Counter[str] = Counter()
        for node in self.wiring.nodes.values():
            if node.op in CONVOLUTIONS and not unfit(node.output_shape):
                found.update(("", *_ancestors(node.path), node.path))
        return found

    @cached_property
    def blocks(self) -> frozenset[str]:
        """Modules of their own class that hold several convolutions."""
        return frozenset(
            module.path
            for module in self.modules
            if module.path and not module.is_plain and self.convolutions[module.path] > 1
        )

    def is_in_block(self, path: str) -> bool:
        """Say whether a block encloses a module."""
        return any(outer in self.blocks for outer in _ancestors(path))


def _ancestors(path: str) -> list[str]:
    names = path.split(".")
    return [".".join(names[:count]) for count in range(1, len(names))]
