"""Decides which pieces of work a network consists of, in blocks and between them.

Every operation is in one piece, so that what the pieces cost adds up to the whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from generator.analysis.blocks import CONV_STAGE, Block, blocks
from generator.analysis.cost import macs_by_node
from generator.analysis.graph import Graph
from generator.analysis.joining import Joined, folded
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.phrases import follower
from generator.analysis.pieces import Piece, Role, Section, Work
from generator.analysis.regions import SPLITS
from generator.analysis.shortcuts import Shortcut, shortcuts
from generator.analysis.stages import stage_strides
from generator.analysis.terms import Term
from generator.analysis.titles import readable
from generator.analysis.window import changes_nothing, is_global, numbers, spatial, window_of
from generator.records import ModelRecord, Node, Shape

_KERNEL_FROM = 2
"""Where the kernel begins in the shape of a weight: (out, in / groups, height, width)."""
_ENDS = frozenset({Kind.INPUT, Kind.OUTPUT})
_WEIGHTED = frozenset({Work.CONV, Work.TRANSPOSED, Work.LINEAR})
_TERMS = {Term.SHUFFLE: Work.SHUFFLE, Term.ATTENTION: Work.ATTENTION}
_PLAIN = {Kind.LINEAR: Work.LINEAR, Kind.ATTENTION: Work.ATTENTION, Kind.NORM: Work.NORM}
_MERGES = {
    **dict.fromkeys(("add", "sub"), Work.SUM),
    **dict.fromkeys(("mul", "div"), Work.PRODUCT),
    **dict.fromkeys(("cat", "stack"), Work.CONCAT),
}


def sections(record: ModelRecord) -> tuple[Section, ...]:
    """Return a network's blocks and the pieces between them, in order of execution.

    A run of plain convolutions is no block here: it reads better piece by piece. What is no work,
    such as a new layout, belongs to the piece that made its input.
    """
    graph = Graph(operations(record))
    drafts = _drafts(record, graph)
    _attach([d for d in drafts if d.work is None], drafts, graph)
    gathered: dict[int, list[_Draft]] = {}
    for draft in drafts:
        if draft.work is not None:
            gathered.setdefault(draft.place, []).append(draft)
    measures = _Measures(record, graph)
    return tuple(_section(own, measures) for _, own in sorted(gathered.items()))


@dataclass
class _Draft:
    """One box, until it is known what else belongs to it."""

    box: Joined
    work: Work | None
    place: int
    """Where its section begins, in order of execution."""
    block: Block | None
    attached: list[Node] = field(default_factory=list)

    @property
    def said(self) -> tuple[Node, ...]:
        """Return norms and activations, those before the main operation first."""
        own = () if self.box.term else (*self.box.before, *self.box.after)
        return (*own, *self.attached)

    def first(self, kind: Kind) -> str:
        """Name the first of them that is of a kind; empty for none."""
        return next((follower(n).values[0] for n in self.said if kind_of(n) is kind), "")


def _drafts(record: ModelRecord, graph: Graph) -> list[_Draft]:
    found = [block for block in blocks(record) if block.kind != CONV_STAGE]
    boxed = {node.id for block in found for node in block.nodes}
    rest = [n for n in graph.nodes if n.id not in boxed and kind_of(n) not in _ENDS]
    drafts = [
        _Draft(box, _work(box, graph), graph.order[block.nodes[0].id], block)
        for block in found
        for box in _boxes(block.nodes, block.output)
    ]
    drafts += [
        _Draft(box, _work(box, graph), graph.order[box.nodes[0].id], None)
        for box in _boxes(rest, rest[-1].id if rest else "")
    ]
    return sorted(drafts, key=lambda d: (d.place, graph.order[d.box.nodes[0].id]))


def _boxes(nodes: Sequence[Node], output: str) -> Iterator[Joined]:
    """Yield boxes; a norm behind the activation, as AlexNet's, is a layer by itself."""
    for box in folded(nodes, output):
        kinds = [kind_of(node) for node in box.nodes]
        late = [
            place
            for place, kind in enumerate(kinds)
            if kind is Kind.NORM and Kind.ACTIVATION in kinds[:place]
        ]
        if late and box.term is None and box.main in box.nodes[: late[0]]:
            yield replace(box, nodes=box.nodes[: late[0]])
            yield Joined(box.nodes[late[0] :], box.nodes[late[0]], box.silent)
        else:
            yield box


def _work(box: Joined, graph: Graph) -> Work | None:
    main, kind = box.main, kind_of(box.main)
    before = graph.shape_before(main)
    if box.term in _TERMS:
        return _TERMS[box.term]
    if kind is Kind.CONV:
        return Work.TRANSPOSED if "ranspose" in main.op else Work.CONV
    if kind is Kind.POOL:
        return _pool(main, before)
    if kind is Kind.MERGE:
        return _MERGES.get(main.op) if graph.joins(main) else None
    if main.op in SPLITS and numbers(main, "dim", 1, 0)[0] == 1:
        return Work.SPLIT
    return Work.SHUFFLE if main.op == "channel_shuffle" else _PLAIN.get(kind)


def _pool(node: Node, before: Shape) -> Work | None:
    window = window_of(node, before)
    if window is not None and changes_nothing(window):
        return None
    takes_all = prod(spatial(node.output_shape)) == 1
    if window is not None:
        takes_all = is_global(window, before, node.output_shape)
    if "max" in node.op.lower():
        return Work.GLOBAL_MAX if takes_all else Work.MAX_POOL
    return Work.GLOBAL_AVERAGE if takes_all else Work.AVERAGE_POOL


def _attach(idle: Sequence[_Draft], drafts: Sequence[_Draft], graph: Graph) -> None:
    """Add what is no work to the piece that made its input, or else to the nearest one."""
    workers = [draft for draft in drafts if draft.work is not None]
    home = {node.id: draft for draft in workers for node in draft.box.nodes}
    for draft in sorted(idle, key=lambda d: graph.order[d.box.nodes[0].id]):
        read = graph.producers[draft.box.nodes[0].id]
        target = home.get(read[0]) if read else None
        if target is None:
            target = next((d for d in reversed(workers) if d.place <= draft.place), None)
        target = target or next(iter(workers), None)
        if target is not None:
            target.attached.extend(draft.box.nodes)
            home.update(dict.fromkeys((node.id for node in draft.box.nodes), target))


class _Measures:
    """What the operations of a record cost, each parameter counted once."""

    def __init__(self, record: ModelRecord, graph: Graph) -> None:
        self.graph = graph
        self._macs = macs_by_node(record)
        self._strides = stage_strides(record)
        self._sizes = {parameter.name: parameter.numel for parameter in record.parameters}

    def piece(self, draft: _Draft, around: frozenset[str]) -> Piece:
        """Describe one piece; `around` names what lies on a projection shortcut."""
        main, nodes = draft.box.main, (*draft.box.nodes, *draft.attached)
        before = self.graph.shape_before(main)
        work = draft.work or Work.NORM
        window = window_of(main, before)
        is_all = work in {Work.GLOBAL_AVERAGE, Work.GLOBAL_MAX}
        said = window if window and not is_all else None
        is_dealt = draft.box.term is Term.SHUFFLE
        return Piece(
            path=main.path,
            work=work,
            role=_role(draft, around),
            kernel=said.kernel if said else _kernel(main),
            stride=said.stride if said else (),
            padding=said.padded if said else (),
            dilation=said.dilation if said else (),
            groups=main.output_shape[1] if is_dealt else numbers(main, "groups", 1, 1)[0],
            inputs=_width(main, before),
            channels=_width(main, (draft.box.nodes[-1] if is_dealt else main).output_shape),
            bias=work in _WEIGHTED and any(name.endswith("bias") for name in main.parameters),
            norm=draft.first(Kind.NORM) if work is not Work.NORM else follower(main).values[0],
            activation=draft.first(Kind.ACTIVATION),
            leads=bool(draft.box.before) and not draft.box.term,
            output_stride=self._strides[main.id],
            params=sum(self._sizes.pop(name, 0) for node in nodes for name in node.parameters),
            macs=sum(self._macs.get(node.id, 0) for node in nodes),
            activations=sum(prod(n.output_shape) for n in nodes if self._macs.get(n.id)),
        )


def _role(draft: _Draft, around: frozenset[str]) -> Role:
    if draft.box.frame is not None:
        return Role.GATE
    return Role.SHORTCUT if draft.box.main.id in around else Role.MAIN


def _kernel(node: Node) -> tuple[int, ...]:
    """Return the kernel of what slides no window over its input: a transposed convolution."""
    weight = node.arguments.get("weight_shape")
    if kind_of(node) is not Kind.CONV or not isinstance(weight, tuple):
        return ()
    return tuple(int(size) for size in weight[_KERNEL_FROM:])


def _width(node: Node, shape: Shape) -> int:
    """Return channels; of a linear layer, which may read rows of tokens, the last size."""
    if len(shape) <= 1:
        return 0
    return shape[-1] if kind_of(node) in {Kind.LINEAR, Kind.ATTENTION} else shape[1]


def _section(own: Sequence[_Draft], measures: _Measures) -> Section:
    block = own[0].block
    around = _projected(own, measures.graph) if block else frozenset()
    pieces = tuple(measures.piece(draft, around) for draft in own)
    return Section(
        path=block.path if block else pieces[0].path,
        kind=readable(block.kind) if block else "",
        pieces=pieces,
    )


def _projected(own: Sequence[_Draft], graph: Graph) -> frozenset[str]:
    """Return the ids of main operations that lie on a projection shortcut of their block."""
    home = {n.id: d.box.main.id for d in own for n in (*d.box.nodes, *d.attached)}
    mains = [draft.box.main for draft in own]
    merges = [node.id for node in mains if graph.joins(node)]
    sums = [node.id for node in mains if graph.joins(node) and node.op == "add"]
    found = shortcuts(dict.fromkeys(_edges(home, graph)), merges, sums)
    targets = {t for (_, t), kind in found.items() if kind is Shortcut.PROJECTION}
    return frozenset(targets - set(merges))


def _edges(home: Mapping[str, str], graph: Graph) -> Iterator[tuple[str, str]]:
    for name, main in home.items():
        for source in graph.producers[name]:
            if home.get(source) != main:
                yield home.get(source, source), main
