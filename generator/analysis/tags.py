"""Decides which ideas a network is tagged with: found in its wiring and layers, not in its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from generator.analysis.message import Message
from generator.analysis.pieces import Piece, Role, Section, Work
from generator.analysis.sections import sections
from generator.records import ModelRecord, Node

_MANY_KERNELS = 2
_DENSE = 3
"""Values that two concatenations in a row must share to be steps of one ladder."""


@dataclass(frozen=True)
class Tag:
    """An idea that many networks share."""

    id: str
    name: Message
    term: str
    """Id of the glossary's entry that explains it; empty where there is none."""
    holds: Callable[[Sequence[Section], Sequence[Node]], bool]
    """Whether a network, given by its sections and operations, has it."""


def tags(record: ModelRecord) -> tuple[Tag, ...]:
    """Return the ideas found in a network, in the order of TAGS; none without a graph."""
    found = sections(record)
    return tuple(tag for tag in TAGS if tag.holds(found, record.nodes))


def _any(holds: Callable[[Piece], bool]) -> Callable[[Sequence[Section], Sequence[Node]], bool]:
    return lambda found, _nodes: any(holds(piece) for one in found for piece in one.pieces)


def _works(work: Work) -> Callable[[Sequence[Section], Sequence[Node]], bool]:
    return _any(lambda piece: piece.work is work)


def _is_residual(found: Sequence[Section], _nodes: Sequence[Node]) -> bool:
    return any(one.shortcut for one in found)


def _is_gated(found: Sequence[Section], _nodes: Sequence[Node]) -> bool:
    return any(one.is_gated for one in found)


def _is_inception(found: Sequence[Section], _nodes: Sequence[Node]) -> bool:
    """Say whether branches of several kernel sizes are concatenated, a pooling among them."""
    for one in found:
        works = {piece.work for piece in one.pieces}
        convs = [piece for piece in one.pieces if piece.work is Work.CONV]
        kernels = {piece.kernel for piece in convs if piece.groups == 1}
        pools = works & {Work.MAX_POOL, Work.AVERAGE_POOL}
        if Work.CONCAT in works and pools and len(kernels) >= _MANY_KERNELS:
            return True
    return False


def _is_grouped(piece: Piece) -> bool:
    return piece.work is Work.CONV and piece.groups > 1 and not piece.is_depthwise


def _is_chosen(piece: Piece) -> bool:
    """Say whether kernels read some maps each and share none of their groups with another kernel.

    That is a table of connections, as LeNet-5 has one, run as a grouped convolution: there are no
    groups of channels that stay among themselves.
    """
    return _is_grouped(piece) and piece.groups == piece.channels


def _is_dense(_found: Sequence[Section], nodes: Sequence[Node]) -> bool:
    """Say whether one concatenation takes up what an earlier one took, and more."""
    joined = [set(node.inputs) for node in nodes if node.op == "cat"]
    pairs = pairwise(joined)
    return any(len(one & other) >= _DENSE and one < other for one, other in pairs)


def _is_bottleneck(found: Sequence[Section], _nodes: Sequence[Node]) -> bool:
    """Say whether blocks squeeze channels before their wide kernels, and widen them again."""
    return any(_ends(one, lambda middle, ends: middle < ends) for one in found)


def _is_inverted(found: Sequence[Section], _nodes: Sequence[Node]) -> bool:
    return any(
        one.shortcut and _ends(one, lambda middle, ends: middle > ends, depthwise=True)
        for one in found
    )


def _ends(
    one: Section, differ: Callable[[int, int], bool], *, depthwise: bool | None = None
) -> bool:
    convs = [p for p in one.pieces if p.work is Work.CONV and p.role is Role.MAIN]
    if not one.is_block or len(convs) != len(("squeeze", "work", "widen")):
        return False
    first, middle, last = convs
    is_framed = prod(first.kernel) == prod(last.kernel) == 1 < prod(middle.kernel)
    fits = depthwise is None or middle.is_depthwise == depthwise
    return is_framed and fits and differ(middle.inputs, min(first.inputs, last.channels))


TAGS: tuple[Tag, ...] = (
    Tag("residual", Message("residual"), "residual-connection", _is_residual),
    Tag("bottleneck", Message("bottleneck"), "bottleneck", _is_bottleneck),
    Tag("inverted-residual", Message("inverted residual"), "inverted-residual", _is_inverted),
    Tag("inception", Message("inception"), "inception-module", _is_inception),
    Tag("dense", Message("densely connected"), "dense-connection", _is_dense),
    Tag(
        "depthwise",
        Message("depthwise"),
        "depthwise-convolution",
        _any(lambda piece: piece.is_depthwise),
    ),
    Tag(
        "grouped",
        Message("grouped"),
        "grouped-convolution",
        _any(lambda piece: _is_grouped(piece) and not _is_chosen(piece)),
    ),
    Tag("partial", Message("partial connections"), "partial-connection", _any(_is_chosen)),
    Tag(
        "pointwise",
        Message("1×1 convolutions"),
        "pointwise-convolution",
        _any(lambda piece: piece.work is Work.CONV and piece.kernel == (1, 1)),
    ),
    Tag("shuffle", Message("channel shuffle"), "channel-shuffle", _works(Work.SHUFFLE)),
    Tag("gate", Message("squeeze-and-excitation"), "squeeze-and-excitation", _is_gated),
    Tag("attention", Message("attention"), "", _works(Work.ATTENTION)),
    Tag(
        "batch-norm",
        Message("batch normalisation"),
        "batchnorm",
        _any(lambda piece: "batch" in piece.norm.lower()),
    ),
    Tag(
        "local-response",
        Message("local response normalisation"),
        "lrn",
        _any(lambda piece: "response" in piece.norm.lower()),
    ),
    Tag(
        "global-pooling",
        Message("global average pooling"),
        "global-average-pooling",
        _works(Work.GLOBAL_AVERAGE),
    ),
)
