"""Decides which operations of a block share one box."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.motifs import attentions, excitations, shuffles
from generator.analysis.terms import Term
from generator.analysis.window import changes_nothing, window_of
from generator.records import Node

_WORKERS = frozenset({Kind.CONV, Kind.LINEAR})
_MEMORY = frozenset({"contiguous", "clone", "detach", "alias", "to"})
"""Operations that copy or rename values, and change none."""


@dataclass(frozen=True)
class Joined:
    """Operations of one box, in order; the value of the last one leaves."""

    nodes: tuple[Node, ...]
    main: Node
    """The one the box is named after."""
    silent: frozenset[str] = frozenset()
    """Ids of what the box does without saying so: copies, dropout that is off, new layouts."""
    term: Term | None = None
    """Name of what all of them are together."""
    frame: int | None = None
    """Which squeeze-and-excitation of the block they belong to."""

    @property
    def before(self) -> tuple[Node, ...]:
        """Return what is said to happen before the main operation."""
        return self._said()[: self._said().index(self.main)]

    @property
    def after(self) -> tuple[Node, ...]:
        """Return what is said to happen after the main operation."""
        return self._said()[self._said().index(self.main) + 1 :]

    def _said(self) -> tuple[Node, ...]:
        if self.term:
            return (self.main,)
        return tuple(node for node in self.nodes if node.id not in self.silent)


def expanded(nodes: Sequence[Node]) -> tuple[Joined, ...]:
    """Give every operation a box; a mere copy is noted in the box of what it copies."""
    boxes: dict[str, list[Node]] = {}
    home: dict[str, str] = {}
    for node in nodes:
        copied = home.get(node.inputs[0]) if node.op in _MEMORY and len(node.inputs) == 1 else None
        home[node.id] = copied or node.id
        boxes.setdefault(home[node.id], []).append(node)
    frames = _frames(nodes)
    return tuple(Joined(tuple(own), own[0], frame=frames.get(own[0].id)) for own in boxes.values())


def folded(nodes: Sequence[Node], output: str) -> tuple[Joined, ...]:
    """Give a convolution, its norm and its activation one box, and a named motif one box."""
    reader = _Reader(nodes, output)
    for node in nodes:
        reader.read(node)
    frames = _frames(nodes)
    return tuple(
        Joined(
            tuple(box.nodes),
            box.main,
            frozenset(box.silent),
            box.term,
            frames.get(box.main.id),
        )
        for box in reader.boxes
    )


@dataclass
class _Box:
    main: Node
    nodes: list[Node]
    silent: set[str]
    term: Term | None = None

    def is_led_by_norm(self) -> bool:
        return kind_of(self.nodes[0]) is Kind.NORM


class _Reader:
    """Goes through a block once and puts each operation into a box."""

    def __init__(self, nodes: Sequence[Node], output: str) -> None:
        self.boxes: list[_Box] = []
        self._home: dict[str, _Box] = {}
        self._known = {node.id: node for node in nodes}
        self._readers = Counter(name for node in nodes for name in node.inputs)
        self._readers[output] += 1
        self._motifs: dict[str, tuple[Term, tuple[Node, ...]]] = {
            node.id: (term, group)
            for term, groups in (
                (Term.ATTENTION, attentions(nodes)),
                (Term.SHUFFLE, shuffles(nodes, output)),
            )
            for group in groups
            for node in group
        }

    def read(self, node: Node) -> None:
        if node.id in self._motifs:
            self._put(node, self._motif_box(node))
            return
        producer = self._known.get(node.inputs[0]) if len(node.inputs) == 1 else None
        box = self._home.get(producer.id) if producer else None
        if producer and box and _says_nothing(node, producer):
            box.silent.add(node.id)
            self._put(node, box)
        elif producer and box and self._readers[producer.id] == 1 and _takes(box, node):
            if kind_of(node) in _WORKERS:
                box.main = node
            self._put(node, box)
        else:
            self._put(node, self._new(_Box(node, [], set())))

    def _motif_box(self, node: Node) -> _Box:
        term, group = self._motifs[node.id]
        begun = next((self._home[n.id] for n in group if n.id in self._home), None)
        mains = [n for n in group if kind_of(n) is Kind.ATTENTION]
        return begun or self._new(_Box(next(iter(mains), group[0]), [], set(), term))

    def _new(self, box: _Box) -> _Box:
        self.boxes.append(box)
        return box

    def _put(self, node: Node, box: _Box) -> None:
        box.nodes.append(node)
        self._home[node.id] = box


def _takes(box: _Box, node: Node) -> bool:
    """Say whether an operation belongs into the box of the one before it.

    Norm and activation follow a convolution, or lead it: what begins with a norm (pre-activation,
    as in DenseNet) takes the convolution after them, and leaves that one's norm to the next box.
    """
    kind, main = kind_of(node), kind_of(box.main)
    if box.term:
        return False
    if main in _WORKERS:
        return kind is Kind.ACTIVATION or (kind is Kind.NORM and not box.is_led_by_norm())
    if main is Kind.NORM and kind is Kind.ACTIVATION:
        return True
    is_activated = kind_of(box.nodes[-1]) is Kind.ACTIVATION
    return kind is Kind.CONV and main is Kind.NORM and is_activated


def _says_nothing(node: Node, producer: Node) -> bool:
    """Say whether a folded drawing can leave an operation out: it changes no value."""
    kind = kind_of(node)
    if node.op in _MEMORY or kind is Kind.DROPOUT:
        return True
    if kind is Kind.RESHAPE:
        same = prod(node.output_shape) == prod(producer.output_shape)
        return same and node.op not in {"roll", "pad", "stack", "channel_shuffle"}
    window = window_of(node, producer.output_shape) if kind is Kind.POOL else None
    return window is not None and changes_nothing(window)


def _frames(nodes: Sequence[Node]) -> Mapping[str, int]:
    return {name: number for number, names in enumerate(excitations(nodes)) for name in names}
