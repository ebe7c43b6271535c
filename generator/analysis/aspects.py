"""Decides which choices of a block's architect are worth a word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod

from generator.analysis.field import Field
from generator.analysis.graph import Graph
from generator.analysis.grouping import DENSE, DEPTHWISE
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.regions import SPLITS
from generator.analysis.tree import WEIGHTED
from generator.analysis.window import Window, is_depthwise, is_global, spatial, window_of
from generator.analysis.words import by_size
from generator.records import Node

_SEVERAL = 2
_LONG = 6
"""Steps of a sequence that are still readable as words."""
NO_SHORTCUT, STRIDE_1 = "no shortcut", "stride 1"
_CURVES = {
    "relu": "ReLU",
    "hardswish": "hard-swish",
    "silu": "SiLU",
    "gelu": "GELU",
    "hardtanh": "ReLU6",
    "relu6": "ReLU6",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}


@dataclass(frozen=True)
class Part:
    """A block's operations in the network they are part of."""

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    output: str
    graph: Graph
    fields: Mapping[str, Field]
    groupings: Mapping[str, str]

    def aspects(self) -> dict[str, str]:
        """Return a word for each choice; empty where there was none to make."""
        return {
            "shortcut": self._shortcut(),
            "branches": "channel split" if self._splits() else self._branches(),
            "stride": f"stride {self.stride}",
            "expansion": "" if self._expands() else "no expansion",
            "kernel": self._kernel(),
            "gate": "SE" if self._is_gated() else "",
            "grouping": self._grouping(),
            "shift": "shifted windows" if any(n.op == "roll" for n in self.nodes) else "",
            "activation": self._activation(),
            "sequence": sequence(self.nodes, self.graph),
        }

    @property
    def stride(self) -> int:
        """Return how many steps of the block's input one step of its output is."""
        before = self.fields.get(self.inputs[0]) if self.inputs else None
        after = self.fields.get(self.output)
        if before is not None and after is not None:
            return max(after.stride) // max(before.stride)
        return self._ratio_of_sizes()

    def _ratio_of_sizes(self) -> int:
        """Guess a block's stride where what it sees is not known."""
        names = (*self.inputs[:1], self.output)
        sizes = [spatial(self.graph.by_id[n].output_shape) for n in names if n in self.graph.by_id]
        if len(sizes) < _SEVERAL or not all(sizes) or not prod(sizes[-1]):
            return 1
        return max(1, round(sizes[0][0] / sizes[-1][0]))

    def _arms(self, op: str) -> list[tuple[Node, ...]]:
        """Return what leads to each input of the last such merge from where their ways parted."""
        merges = [node for node in self.nodes if node.op == op and self.graph.joins(node)]
        if not merges:
            return []
        parted = self.graph.dominators[merges[-1].id]
        stops = self.inputs if parted is None else (parted,)
        inside = {node.id for node in self.nodes}
        return [
            self.graph.in_order(self.graph.behind([name], stops) & inside)
            for name in self.graph.producers[merges[-1].id]
        ]

    def _shortcut(self) -> str:
        weights = sorted(map(_weighted, self._arms("add")))
        if len(weights) != _SEVERAL:
            return NO_SHORTCUT
        if weights[0] == 0:
            return "identity shortcut"
        return "projection shortcut" if weights[0] == 1 < weights[1] else NO_SHORTCUT

    def _branches(self) -> str:
        arms = self._arms("cat")
        works = any(map(_weighted, arms)) and self._shortcut() == NO_SHORTCUT
        return f"{len(arms)} branches" if works and not self._splits() else ""

    def _splits(self) -> bool:
        entering = set(self.inputs)
        return any(node.op in SPLITS and entering.issuperset(node.inputs) for node in self.nodes)

    def _convs(self) -> list[Node]:
        return [node for node in self.nodes if kind_of(node) is Kind.CONV]

    def _is_depthwise(self, node: Node) -> bool:
        return self.groupings.get(node.id) == DEPTHWISE

    def _expands(self) -> bool:
        convs = self._convs()
        return not convs or not self._is_depthwise(convs[0]) or bool(self._branches())

    def _kernel(self) -> str:
        """Return the kernel of the depthwise convolution, or the largest there is."""
        convs = self._convs()
        chosen = [node for node in convs if self._is_depthwise(node)] or convs
        windows = [window_of(node, self.graph.shape_before(node)) for node in chosen]
        kernels = [window.kernel for window in windows if window is not None]
        if not kernels:
            return ""
        depth = " depthwise" if self._is_depthwise(chosen[0]) else ""
        return f"{by_size(max(kernels, key=prod))}{depth}"

    def _is_gated(self) -> bool:
        return any(
            node.op == "mul" and self.graph.joins(node) and len(self._squeezed(node)) >= _SEVERAL
            for node in self.nodes
        )

    def _squeezed(self, merge: Node) -> set[bool]:
        """Return whether the inputs of a product have positions: a gate's has none."""
        sizes = [prod(spatial(self.graph.by_id[n].output_shape)) for n in merge.inputs]
        return {size > 1 for size in sizes} if max(sizes, default=1) > 1 else set()

    def _grouping(self) -> str:
        """Return how the convolutions are grouped; that the pointwise ones differ is said too."""
        words = {node.id: self.groupings.get(node.id, DENSE) for node in self._convs()}
        mixing = [node for node in self._convs() if words[node.id] != DEPTHWISE]
        pointwise = dict.fromkeys(words[n.id] for n in mixing if _is_pointwise(n))
        grouped = dict.fromkeys(words[n.id] for n in mixing if words[n.id] != DENSE)
        return " and ".join(pointwise if len(pointwise) > 1 else grouped or [DENSE])

    def _activation(self) -> str:
        ops = [n.op for n in self.nodes if kind_of(n) is Kind.ACTIVATION and "sigmoid" not in n.op]
        return _CURVES.get(ops[0], ops[0]) if ops else ""


def sequence(nodes: Sequence[Node], graph: Graph) -> str:
    """Write the weighted and pooling operations in order: 1×1 conv, 3×3 conv ×2."""
    runs = [(word, sum(1 for _ in alike)) for word, alike in groupby(_steps(nodes, graph))]
    words = [f"{word} ×{count}" if count > 1 else word for word, count in runs]
    return ", ".join([*words[:_LONG], "…"] if len(words) > _LONG else words)


def _steps(nodes: Sequence[Node], graph: Graph) -> Iterator[str]:
    for node in nodes:
        before = graph.shape_before(node)
        window = window_of(node, before)
        kind = kind_of(node)
        if kind is Kind.LINEAR:
            yield "linear"
        elif window is not None and kind is Kind.POOL:
            is_all = is_global(window, before, node.output_shape)
            yield "global pool" if is_all else f"{by_size(window.kernel)} pool{_step(window)}"
        elif window is not None:
            depth = "depthwise " if is_depthwise(node, before) else ""
            yield f"{by_size(window.kernel)} {depth}conv{_step(window)}"
        elif kind is Kind.CONV:
            yield "transposed conv"


def _step(window: Window) -> str:
    return f" /{max(window.stride)}" if max(window.stride) > 1 else ""


def _is_pointwise(node: Node) -> bool:
    weight = node.arguments.get("weight_shape")
    return isinstance(weight, tuple) and prod(weight[_SEVERAL:]) == 1


def _weighted(nodes: Sequence[Node]) -> int:
    return sum(kind_of(node) in WEIGHTED for node in nodes)
