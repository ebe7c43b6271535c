"""Decides which operations together are something with a name of its own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import numbers, spatial
from generator.records import Node

_WITHIN = (1, 2)
"""Dimensions that a shuffle swaps: the groups, and the channels of one."""


def shuffles(nodes: Sequence[Node], output: str) -> Iterator[tuple[Node, ...]]:
    """Yield every channel shuffle: into groups, swap groups and channels, back again.

    A copy in memory may stand between; nobody else reads what is inside.
    """
    known = {node.id: node for node in nodes}
    readers = Counter(name for node in nodes for name in node.inputs)
    readers[output] += 1
    for last in nodes:
        chain = [last]
        while len(chain) < 4 and len(chain[0].inputs) == 1 and chain[0].inputs[0] in known:  # noqa: PLR2004
            before = known[chain[0].inputs[0]]
            if kind_of(before) is not Kind.RESHAPE or readers[before.id] > 1:
                break
            chain.insert(0, before)
            if _is_shuffle([node for node in chain if node.op not in {"contiguous", "clone"}]):
                yield tuple(chain)
                break


def _is_shuffle(chain: list[Node]) -> bool:
    if len(chain) != 3:  # noqa: PLR2004 - the paper's three steps
        return False
    apart, swapped, together = (node.output_shape for node in chain)
    if len(apart) != len(together) + 1 or not _swaps_groups(chain[1]):
        return False
    return apart[1] * apart[2] == together[1] and (apart[3:], swapped[3:]) == (together[2:],) * 2


def _swaps_groups(node: Node) -> bool:
    if node.op == "transpose":
        dims = (node.arguments.get("dim0"), node.arguments.get("dim1"))
        return tuple(sorted(int(dim) for dim in dims if isinstance(dim, int))) == _WITHIN
    return node.op == "permute" and numbers(node, "dims", 0, 0)[:3] == (0, 2, 1)


def attentions(nodes: Sequence[Node]) -> list[tuple[Node, ...]]:
    """Return the operations of every module of the block that computes an attention."""
    paths = {node.path for node in nodes}
    whole = _common(sorted(paths))
    inside = {node.path for node in nodes if kind_of(node) is Kind.ATTENTION} - {whole, ""}
    outermost = [p for p in sorted(inside) if not any(p.startswith(f"{q}.") for q in inside)]
    return [
        tuple(node for node in nodes if node.path == path or node.path.startswith(f"{path}."))
        for path in outermost
    ]


def _common(paths: list[str]) -> str:
    if not paths:
        return ""
    first, last = paths[0].split("."), paths[-1].split(".")
    shared = [a for a, b in zip(first, last, strict=False) if a == b]
    return ".".join(shared) if first[: len(shared)] == shared else ""


def excitations(nodes: Sequence[Node]) -> list[frozenset[str]]:
    """Return the ids in every squeeze-and-excitation, from the global pooling to the product.

    A chain that starts with the mean of each channel of some maps ends as the factors of the
    same maps (Hu et al. 2018).
    """
    known = {node.id: node for node in nodes}
    found = []
    for node in nodes:
        if node.op != "mul" or len(node.inputs) != 2:  # noqa: PLR2004 - factors and maps
            continue
        for gate, maps in (node.inputs, node.inputs[::-1]):
            if (chain := _up_to_pool(gate, maps, known)) is not None:
                found.append(frozenset({*chain, node.id}))
    return found


def _up_to_pool(gate: str, maps: str, known: dict[str, Node]) -> list[str] | None:
    chain: list[str] = []
    while gate in known and len(known[gate].inputs) == 1:
        node = known[gate]
        chain.append(gate)
        gate = node.inputs[0]
        if gate == maps:
            return chain if _is_squeeze(node) else None
    return None


def _is_squeeze(node: Node) -> bool:
    """Say whether a pooling leaves one number a channel."""
    return kind_of(node) is Kind.POOL and prod(spatial(node.output_shape)) == 1
