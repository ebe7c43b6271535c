"""Decides how a traced graph is wired: what follows, joins, splits and shuffles tensors."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.records import Node, Reason, Shape, Step

_NORMS = ("batch_norm", "group_norm", "instance_norm")
_RECTIFIERS = ("relu", "relu6", "hardtanh", "leaky_relu", "prelu", "elu", "selu", "celu", "gelu")
_SIGMOIDS = ("sigmoid", "hardsigmoid", "silu", "hardswish", "mish", "tanh", "softplus")
_FOLLOWERS = frozenset({*_NORMS, *_RECTIFIERS, *_SIGMOIDS})
CONVOLUTIONS = frozenset({"conv2d", "conv_transpose2d", "convolution"})
_SPLITS = frozenset({"chunk", "split", "split_with_sizes", "tensor_split"})
_RESHAPES = frozenset(
    {"view", "reshape", "_unsafe_view", "flatten", "unflatten", "contiguous", "clone"}
)
_PERMUTATIONS = frozenset({"transpose", "permute", "swapaxes"})
_STEPS = {
    **dict.fromkeys(CONVOLUTIONS, Step.CONVOLUTION),
    **dict.fromkeys(("cat", "concat", "concatenate"), Step.CONCATENATION),
    **dict.fromkeys(_SPLITS, Step.SPLIT),
    **dict.fromkeys(("max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"), Step.POOLING),
    "add": Step.SUM,
    "channel_shuffle": Step.SHUFFLE,
}
_JOINS = frozenset({Step.CONCATENATION, Step.SUM})
CONNECTORS = frozenset({*_JOINS, Step.SPLIT, Step.SHUFFLE})
_DIMENSIONS = 4


def unfit(shape: Shape) -> Reason | None:
    """Say why a tensor of that shape has no maps to show, if it has none."""
    if len(shape) != _DIMENSIONS or shape[0] != 1 or 0 in shape:
        return Reason.NO_MAPS
    return Reason.ONE_POSITION if shape[2] * shape[3] == 1 else None


def last_maps(nodes: Sequence[Node]) -> str | None:
    """Return the last convolved or joined maps of several positions, with what alone follows them.

    Norms, activations, sums and concatenations belong to them, pooling does not.
    """
    graph = Wiring({node.id: node for node in nodes})
    made = [n for n, step in graph.steps.items() if step is Step.CONVOLUTION or step in _JOINS]
    if Step.CONVOLUTION not in graph.steps.values():
        return None
    at = graph.nodes[made[-1]]
    while len(after := graph.consumers[at.id]) == 1:
        goes_on = after[0].op in _FOLLOWERS or graph.steps.get(after[0].id) in _JOINS
        if not goes_on or after[0].output_shape[2:] != at.output_shape[2:]:
            break
        at = after[0]
    return at.id


@dataclass(frozen=True)
class Wiring:
    """The operations of a graph, and what follows from who reads whom."""

    nodes: Mapping[str, Node]

    @cached_property
    def consumers(self) -> Mapping[str, list[Node]]:
        """By operation, those that read it."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            for name in dict.fromkeys(node.inputs):
                found[name].append(node)
        return found

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """By operation, what it is, if it is something to show."""
        found = {}
        for node in self.nodes.values():
            step = Step.SHUFFLE if self.is_shuffle(node) else _STEPS.get(node.op)
            if step is Step.SUM and len(self.map_inputs(node)) < 2:  # noqa: PLR2004 - a constant
                continue
            if step is not None and not unfit(node.output_shape):
                found[node.id] = step
        return found

    @cached_property
    def ends(self) -> Mapping[str, Node]:
        """By last operation of a step, its first: a convolution's activation leads to it."""
        found = {self.end(self.nodes[name]).id: self.nodes[name] for name in self.steps}
        bare = [name for name in self.branch_ends if name not in found]
        return found | {name: self.nodes[name] for name in bare}

    def end(self, node: Node) -> Node:
        """Return the last of the norms and activations that alone follow an operation."""
        while True:
            after = self.consumers[node.id]
            if len(after) != 1 or after[0].op not in _FOLLOWERS or len(after[0].inputs) != 1:
                return node
            node = after[0]

    @cached_property
    def collectors(self) -> frozenset[str]:
        """Joins of nothing but what other modules made, as at the entry of a dense layer."""
        return frozenset(
            name
            for name, step in self.steps.items()
            if step in _JOINS
            and (path := self.nodes[name].path)
            and not any(is_under(i.path, path) for i in self.map_inputs(self.nodes[name]))
        )

    @cached_property
    def branch_ends(self) -> frozenset[str]:
        """Operations whose tensors are joined with others."""
        joins = [n for n, step in self.steps.items() if step in _JOINS and n not in self.collectors]
        ends = {i.id for name in joins for i in self.map_inputs(self.nodes[name])}
        return frozenset(end for end in ends if self.steps.get(end) is not Step.SPLIT)

    @cached_property
    def forks(self) -> frozenset[str]:
        """Ends of convolutions that several others read, such as the squeeze of a Fire module."""
        ends = (self.end(self.nodes[n]) for n, s in self.steps.items() if s is Step.CONVOLUTION)
        return frozenset(
            end.id
            for end in ends
            if sum(reader.op in CONVOLUTIONS for reader in self.consumers[end.id]) > 1
        )

    def map_inputs(self, node: Node) -> list[Node]:
        """Return the producers of maps that an operation reads."""
        inputs = [self.nodes[name] for name in dict.fromkeys(node.inputs) if name in self.nodes]
        return [i for i in inputs if not unfit(i.output_shape)]

    def is_shuffle(self, node: Node) -> bool:
        """Say whether an operation ends the reordering of channels by groups."""
        if node.op not in _RESHAPES or unfit(node.output_shape):
            return False
        is_permuted = is_grouped = False
        at = node
        while at.op in _RESHAPES | _PERMUTATIONS and len(at.inputs) == 1:
            is_permuted |= at.op in _PERMUTATIONS
            is_grouped |= len(at.output_shape) == _DIMENSIONS + 1
            at = self.nodes[at.inputs[0]]
            if at.output_shape == node.output_shape:
                return is_permuted and is_grouped
        return False

    def parts(self, node: Node) -> int:
        """Return into how many parts a split along the channels takes its input apart."""
        dimension = node.arguments.get("dim", 0)
        read = self.map_inputs(node)
        if dimension not in {1, 1 - _DIMENSIONS} or not read or not node.output_shape[1]:
            return 0
        sizes = node.arguments.get("split_sizes")
        if isinstance(sizes, tuple):
            return len(sizes)
        return -(-read[0].output_shape[1] // node.output_shape[1])


def is_under(path: str, outer: str) -> bool:
    """Say whether a module is another one, or inside of it."""
    return path == outer or path.startswith(f"{outer}.")
