"""Decides which parts a block is drawn as, and how they are wired."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from generator.analysis.excerpt import Excerpt
from generator.analysis.joining import Joined, expanded, folded
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.layout import orders, read_out
from generator.analysis.phrases import count_phrase, follower, heading, numbers_on
from generator.analysis.shortcuts import Shortcut, shortcuts
from generator.analysis.terms import Phrase, Term
from generator.analysis.window import numbers
from generator.records import Node

_SEVERAL = 3
"""From this many on, inputs that meet in one concatenation are drawn as one."""
_CONNECTORS = frozenset({"channel_shuffle", "chunk", "split", "split_with_sizes"})
OUTPUT = "output"
"""Id of the part that stands for what leaves."""


class Role(StrEnum):
    """The ways a part is drawn."""

    STEP = "step"
    SUM = "sum"
    PRODUCT = "product"
    CONCAT = "concat"
    CONNECTOR = "connector"
    END = "end"


@dataclass(frozen=True)
class Part:
    """One box or symbol of a block diagram."""

    id: str
    kind: Kind
    role: Role
    heading: Phrase
    numbers: tuple[Phrase, ...] = ()
    """Channels, stride, groups and the like."""
    before: tuple[tuple[Kind, Phrase], ...] = ()
    """What is done first inside the same box, such as norm and activation."""
    after: tuple[tuple[Kind, Phrase], ...] = ()
    nodes: tuple[str, ...] = ()
    """Ids of its operations, in order; none for what enters and leaves."""
    shape: str = ""
    """What leaves it, as 56×56×256: height, width, channels."""
    frame: int | None = None
    """Which squeeze-and-excitation of the block it belongs to."""
    is_projection: bool = False


@dataclass(frozen=True)
class Flow:
    """A tensor on its way from one part to another."""

    source: str
    target: str
    shape: str
    shows_shape: bool = False
    """Whether the shape is news here: it differs from what entered the source."""
    shortcut: Shortcut | None = None


@dataclass(frozen=True)
class Anatomy:
    """What a block consists of, ready to be drawn; what enters comes first, what leaves last."""

    parts: tuple[Part, ...]
    flows: tuple[Flow, ...]


def anatomy(block: Excerpt, known: Mapping[str, Node], *, fold: bool = True) -> Anatomy:
    """Take a block apart; `known` holds all operations of the net by id.

    Folded, a convolution with its norm and activation is one part, and so are a channel shuffle
    and an attention; expanded, every operation is one.
    """
    joined = folded(block.nodes, block.output) if fold else expanded(block.nodes)
    order = orders(block.nodes, block.output)
    shapes = {
        name: read_out(known[name].output_shape, order.get(name))
        for name in (*block.inputs, *(node.id for node in block.nodes))
    }
    home = {node.id: part.main.id for part in joined for node in part.nodes}
    entries = _entries(block, known, shapes, home)
    home |= {name: entry.id for entry, names in entries for name in names}
    flows = _flows(block, home, shapes)
    steps = tuple(
        _part(part, known, shapes, len(flows_into(flows, part.main.id))) for part in joined
    )
    ends = tuple(entry for entry, _ in entries)
    leaving = Part(
        OUTPUT, Kind.OUTPUT, Role.END, Phrase(Term.OUTPUT), shape=shapes.get(block.output, "")
    )
    return _marked(Anatomy((*ends, *steps, leaving), flows))


def flows_into(flows: Iterable[Flow], part: str) -> list[Flow]:
    """Return the flows that end at a part."""
    return [flow for flow in flows if flow.target == part]


def _entries(
    block: Excerpt, known: Mapping[str, Node], shapes: Mapping[str, str], home: Mapping[str, str]
) -> list[tuple[Part, tuple[str, ...]]]:
    """Return what enters, with the producers each stands for; many for one concat are one."""
    readers = {
        name: tuple(dict.fromkeys(home[n.id] for n in block.nodes if name in n.inputs))
        for name in block.inputs
    }
    concats = {node.id for node in block.nodes if node.op == "cat"}
    gathered: dict[tuple[str, ...], list[str]] = {}
    for name, parts in readers.items():
        to_concat = all(n.id in concats for n in block.nodes if name in n.inputs)
        key = parts if to_concat and len(parts) == 1 else (name, "")
        gathered.setdefault(key, []).append(name)
    entries = []
    for names in gathered.values():
        groups = [tuple(names)] if len(names) >= _SEVERAL else [(name,) for name in names]
        entries += [(_entry(group, known, shapes), group) for group in groups]
    return entries


def _entry(names: tuple[str, ...], known: Mapping[str, Node], shapes: Mapping[str, str]) -> Part:
    if len(names) == 1:
        return Part(names[0], Kind.INPUT, Role.END, Phrase(Term.INPUT), shape=shapes[names[0]])
    channels = [known[name].output_shape[1] for name in names]
    size, _, _ = shapes[names[0]].rpartition("×")
    return Part(
        names[0],
        Kind.INPUT,
        Role.END,
        Phrase(Term.INPUTS, (str(len(names)),)),
        shape=f"{size}×({count_phrase(channels)})",
    )


def _flows(block: Excerpt, home: Mapping[str, str], shapes: Mapping[str, str]) -> tuple[Flow, ...]:
    pairs: dict[tuple[str, str], str] = {}
    for node in block.nodes:
        for name in node.inputs:
            if name in home and home[name] != home[node.id]:
                pairs.setdefault((home[name], home[node.id]), shapes[name])
    if block.output in home:
        pairs[home[block.output], OUTPUT] = shapes[block.output]
    return tuple(Flow(source, target, shape) for (source, target), shape in pairs.items())


def _part(
    joined: Joined, known: Mapping[str, Node], shapes: Mapping[str, str], entering: int
) -> Part:
    main = joined.main
    before = known[main.inputs[0]] if main.inputs and main.inputs[0] in known else None
    shape = before.output_shape if before else ()
    return Part(
        id=main.id,
        kind=Kind.ATTENTION if joined.term is Term.ATTENTION else kind_of(main),
        role=_role(joined, entering),
        heading=heading(main, shape, joined.term),
        numbers=numbers_on(main, shape, joined.term),
        before=tuple((kind_of(node), follower(node)) for node in joined.before),
        after=tuple((kind_of(node), follower(node)) for node in joined.after),
        nodes=tuple(node.id for node in joined.nodes),
        shape=shapes[joined.nodes[-1].id],
        frame=joined.frame,
    )


def _role(joined: Joined, entering: int) -> Role:
    if joined.term is Term.SHUFFLE or joined.main.op in _CONNECTORS:
        return Role.CONNECTOR
    if joined.main.op == "cat" and numbers(joined.main, "dim", 1, 0)[0] != 0:
        return Role.CONCAT
    symbols = {"add": Role.SUM, "mul": Role.PRODUCT}
    return symbols.get(joined.main.op, Role.STEP) if entering > 1 else Role.STEP


def _marked(whole: Anatomy) -> Anatomy:
    """Mark shortcuts, what lies on a projection, and where a shape is news."""
    sums = {part.id for part in whole.parts if part.role is Role.SUM}
    merges = sums | {p.id for p in whole.parts if p.role in {Role.PRODUCT, Role.CONCAT}}
    pairs = [(flow.source, flow.target) for flow in whole.flows]
    found = shortcuts(pairs, merges, sums)
    entering: dict[str, set[str]] = {}
    for flow in whole.flows:
        entering.setdefault(flow.target, set()).add(flow.shape)
    flows = tuple(
        replace(
            flow,
            shortcut=found.get((flow.source, flow.target)),
            shows_shape=flow.target != OUTPUT
            and flow.source in entering
            and entering[flow.source] != {flow.shape},
        )
        for flow in whole.flows
    )
    return Anatomy(_with_projections(whole.parts, found), flows)


def _with_projections(
    parts: Sequence[Part], found: Mapping[tuple[str, str], Shortcut]
) -> tuple[Part, ...]:
    projected = {target for (_, target), s in found.items() if s is Shortcut.PROJECTION}
    leaving = {source for (source, _), s in found.items() if s is Shortcut.PROJECTION}
    inside = projected & leaving
    return tuple(replace(part, is_projection=part.id in inside) for part in parts)
