"""Decides what each operation costs, so that the parts add up to what was observed.

MACs are multiply–accumulates of convolutions, linear layers and matrix products; biases, norms,
activations and poolings count nothing, as in torch's FlopCounterMode. One MAC is two FLOPs.
"""

from collections import defaultdict
from functools import lru_cache
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.records import REMEMBERED, ModelRecord, Node, Shape


def macs_by_formula(node: Node, input_shape: Shape) -> int:
    """Return the MACs of a convolution or linear operation for a batch of one.

    A transposed convolution spreads every input value; the others gather for every output value.
    """
    weight = node.arguments.get("weight_shape")
    if not isinstance(weight, tuple) or kind_of(node) not in {Kind.CONV, Kind.LINEAR}:
        return 0
    places = input_shape if "transpose" in node.op else node.output_shape
    return prod(places) * prod(int(size) for size in weight[1:])


@lru_cache(REMEMBERED)
def macs_by_node(record: ModelRecord) -> dict[str, int]:
    """Share the MACs observed in each module call among the operations it ran.

    Formulas say how; where they do not add up to the observation, the first operation takes all.
    """
    shapes = {node.id: node.output_shape for node in record.nodes}
    groups: dict[tuple[str, int], list[Node]] = defaultdict(list)
    for node in record.nodes:
        groups[node.path, node.call].append(node)
    shares: dict[str, int] = {}
    for call in record.calls:
        nodes = groups.get((call.path, call.call), [])
        expected = {
            node.id: macs_by_formula(node, shapes.get(node.inputs[0], ()) if node.inputs else ())
            for node in nodes
        }
        if sum(expected.values()) != call.macs and nodes:
            expected = dict.fromkeys(expected, 0) | {nodes[0].id: call.macs}
        shares.update(expected)
    return shares
