"""Decides how each operation's output size follows from its input sizes, as plain numbers.

A rule holds all that is needed to work out an output shape for another input height and width:
the page's script and analysis/resize.py read the same rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from generator.analysis.cost import macs_by_node
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.window import Window, numbers, window_of
from generator.records import ModelRecord, Node, Shape

_BATCH_AND_CHANNELS = 2

Groups = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
"""Which dimensions of an input and of an output hold the same values."""


@dataclass(frozen=True)
class Rule:
    """How one operation's output shape follows; shapes have a batch of one in front."""

    id: str
    path: str
    """The module that runs it, in which of its calls."""
    call: int
    op: str
    """One of: input, window, like, grow, join, broadcast, regroup, linear, fixed."""
    shape: Shape
    """Its output at the size that was observed."""
    varies: tuple[bool, ...]
    """Which dimensions of the output depend on the input's height and width."""
    sources: tuple[int, ...] = ()
    """Positions of the rules it reads."""
    macs: int = 0
    """Multiply–accumulates for each value of the output."""
    window: Window | None = None
    groups: Groups = ()
    """For regroup."""
    dim: int = 0
    """For join: the dimension along which inputs are put one behind the other."""
    constants: tuple[Shape, ...] = ()
    """For broadcast: shapes of parameters that take part."""
    border: Shape = ()
    """For grow: what is added to each dimension."""


@dataclass(frozen=True)
class Rules:
    """A network as rules, in execution order; or the operation that no rule covers."""

    rules: tuple[Rule, ...]
    problem: str = ""


def rules_of(record: ModelRecord) -> Rules:
    """Turn a traced network into rules."""
    nodes = operations(record)
    if not nodes or kind_of(nodes[0]) is not Kind.INPUT:
        return Rules((), "no graph")
    places = {node.id: place for place, node in enumerate(nodes)}
    macs = macs_by_node(record)
    sizes = {parameter.name: parameter.shape for parameter in record.parameters}
    rules: list[Rule] = []
    for node in nodes:
        sources = tuple(places[name] for name in node.inputs if name in places)
        rule = _rule(node, [rules[place] for place in sources], sizes)
        if rule is None:
            return Rules((), node.op)
        per_value = macs.get(node.id, 0) // max(1, prod(node.output_shape))
        rules.append(replace(rule, sources=sources, macs=per_value))
    return Rules(tuple(rules))


def _rule(node: Node, before: Sequence[Rule], sizes: Mapping[str, Shape]) -> Rule | None:
    """Return the rule of one operation; none where its shape follows in no way known here."""
    if kind_of(node) is Kind.INPUT:
        rank = len(node.output_shape)
        return _made(node, "input", [dim >= _BATCH_AND_CHANNELS for dim in range(rank)])
    varies = any(any(rule.varies) for rule in before)
    if not varies or kind_of(node) is Kind.OUTPUT or node.op.startswith("adaptive_"):
        return _fixed(node)
    if node.op in {"cat", "stack"}:
        return _join(node, before)
    if kind_of(node) is Kind.MERGE:
        return _broadcast(node, before, sizes)
    return _single(node, before[0]) if len(before) == 1 else None


def _single(node: Node, before: Rule) -> Rule | None:
    if node.op == "mean":
        return _mean(node, before)
    if kind_of(node) in {Kind.CONV, Kind.POOL}:
        return _sliding(node, before)
    if kind_of(node) is Kind.LINEAR:
        return _made(node, "linear", [*before.varies[:-1], False])
    if node.op in _ORDERS:
        return _permuted(node, before)
    return _rearranged(node, before)


def _made(node: Node, op: str, varies: Sequence[bool]) -> Rule:
    return Rule(node.id, node.path, node.call, op, node.output_shape, tuple(varies))


def _fixed(node: Node) -> Rule:
    return _made(node, "fixed", [False] * len(node.output_shape))


def _rearranged(node: Node, before: Rule) -> Rule | None:
    after = node.output_shape
    if node.op == "pad":
        border = tuple(new - old for new, old in zip(after, before.shape, strict=True))
        return replace(_made(node, "grow", before.varies), border=border)
    if len(after) == len(before.shape) and _varying_stay(before, after):
        return _made(node, "like", before.varies)
    return _regrouped(node, before) if prod(after) == prod(before.shape) else None


def _varying_stay(before: Rule, after: Shape) -> bool:
    sizes = zip(before.varies, before.shape, after, strict=True)
    return all(not varies or old == new for varies, old, new in sizes)


def _sliding(node: Node, before: Rule) -> Rule | None:
    window = window_of(node, before.shape)
    if window is None or any(before.varies[:_BATCH_AND_CHANNELS]):
        return None
    return replace(_made(node, "window", before.varies), window=window)


def _mean(node: Node, before: Rule) -> Rule | None:
    """Averaging away every varying dimension leaves a fixed shape."""
    rank = len(before.shape)
    dims = {dim % rank for dim in numbers(node, "dim", 1, 1)} if "dim" in node.arguments else set()
    varying = {dim for dim, varies in enumerate(before.varies) if varies}
    return _fixed(node) if varying <= dims else None


def _permuted(node: Node, before: Rule) -> Rule | None:
    rank = len(before.shape)
    order = list(range(rank))
    if node.op == "permute":
        order = [dim % rank for dim in numbers(node, "dims", rank, 0)]
    else:
        first, second = (numbers(node, name, 1, 0)[0] % rank for name in _ORDERS[node.op])
        order[first], order[second] = order[second], order[first]
    if sorted(order) != list(range(rank)):
        return None
    groups = tuple(((old,), (new,)) for new, old in enumerate(order))
    varies = [before.varies[old] for old in order]
    return replace(_made(node, "regroup", varies), groups=groups)


def _regrouped(node: Node, before: Rule) -> Rule | None:
    """Match dimensions whose products are equal; a varying one may be merged, never split."""
    groups = _factor_groups(before.shape, node.output_shape)
    varies = [False] * len(node.output_shape)
    for old, new in groups:
        if not any(before.varies[dim] for dim in old):
            continue
        is_kept = [before.shape[d] for d in old] == [node.output_shape[d] for d in new]
        if not is_kept and len(new) != 1:
            return None
        for place, dim in enumerate(new):
            varies[dim] = before.varies[old[place]] if is_kept else True
    return replace(_made(node, "regroup", varies), groups=groups)


def _factor_groups(before: Shape, after: Shape) -> Groups:
    groups: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    i = j = 0
    while i < len(before) or j < len(after):
        old = [i] if i < len(before) else []
        new = [j] if j < len(after) else []
        i, j = i + len(old), j + len(new)
        while (have := prod(before[d] for d in old)) != (want := prod(after[d] for d in new)):
            if have < want:
                old.append(i)
                i += 1
            else:
                new.append(j)
                j += 1
        if groups and not new:  # a last dimension of one goes with those before it
            groups[-1] = ((*groups[-1][0], *old), groups[-1][1])
        else:
            groups.append((tuple(old), tuple(new)))
    return tuple(groups)


def _join(node: Node, before: Sequence[Rule]) -> Rule | None:
    rank = len(node.output_shape)
    if node.op == "stack" or {len(rule.shape) for rule in before} != {rank}:
        return None
    varies = [any(rule.varies[dim] for rule in before) for dim in range(rank)]
    return replace(_made(node, "join", varies), dim=numbers(node, "dim", 1, 0)[0] % rank)


def _broadcast(node: Node, before: Sequence[Rule], sizes: Mapping[str, Shape]) -> Rule:
    rank = len(node.output_shape)
    constants = tuple(sizes[name] for name in node.parameters if name in sizes)
    varies = [_varies_at(dim - rank, before) for dim in range(rank)]
    return replace(_made(node, "broadcast", varies), constants=constants)


def _varies_at(place: int, before: Sequence[Rule]) -> bool:
    return any(len(rule.shape) >= -place and rule.varies[place] for rule in before)


_ORDERS = {"permute": (), "transpose": ("dim0", "dim1"), "swapaxes": ("axis0", "axis1")}
"""Operations that change the order of dimensions, and the arguments that say which two."""
