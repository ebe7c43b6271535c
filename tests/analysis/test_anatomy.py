"""Claims about a block taken apart: nothing is lost, and what has a name is known by it."""

import re
from functools import cache

import pytest
import toys
import wirings
from light import light_record
from torch import nn

from generator.analysis.anatomy import OUTPUT, Anatomy, Part, Role, anatomy
from generator.analysis.blocks import blocks
from generator.analysis.excerpt import Cutting, connectors, cutting, typical, whole_net
from generator.analysis.kinds import Kind
from generator.analysis.operations import operations
from generator.analysis.shortcuts import Shortcut
from generator.analysis.terms import Phrase, Term
from generator.records import ModelRecord, Node

NAMES = (*toys.TRACED, *(net.__name__ for net in wirings.ALL))


@cache
def _record(name: str) -> ModelRecord:
    net: nn.Module = getattr(toys if hasattr(toys, name) else wirings, name)()
    return light_record(net, 3, 17, 17)


def _nodes(name: str) -> tuple[Node, ...]:
    return operations(_record(name))


def _whole(name: str, *, fold: bool = True) -> Anatomy:
    return _apart(whole_net(_nodes(name)), _nodes(name), fold=fold)


def _apart(excerpt: Cutting, nodes: tuple[Node, ...], *, fold: bool = True) -> Anatomy:
    return anatomy(excerpt, {node.id: node for node in nodes}, fold=fold)


def _below(name: str, path: str) -> Cutting:
    inside = {n.id for n in _nodes(name) if f"{n.path}.".startswith(f"{path}.")}
    return cutting(_nodes(name), inside)


def _headings(whole: Anatomy) -> list[str]:
    return [_said(part) for part in whole.parts]


def _said(part: Part) -> str:
    return part.heading.said(str)


def _part(whole: Anatomy, heading: str) -> Part:
    return next(part for part in whole.parts if _said(part) == heading)


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_in_exactly_one_part(name: str, *, fold: bool) -> None:
    """Folding leaves nothing out and draws nothing twice."""
    held = [node for part in _whole(name, fold=fold).parts for node in part.nodes]
    assert sorted(held) == sorted(node.id for node in whole_net(_nodes(name)).nodes)


@pytest.mark.parametrize("name", NAMES)
def test_blocks_that_were_found_can_be_taken_apart(name: str) -> None:
    """What the block finder cuts out, with all its operations; what leaves is its output."""
    known = {node.id: node for node in _nodes(name)}
    for block in blocks(_record(name)):
        whole = anatomy(block, known)
        held = [node for part in whole.parts for node in part.nodes]
        assert sorted(held) == sorted(node.id for node in block.nodes)
        [last] = [flow.source for flow in whole.flows if flow.target == OUTPUT]
        assert block.output in next(part.nodes for part in whole.parts if part.id == last)


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_flows_lead_forward_from_what_enters_to_what_leaves(name: str, *, fold: bool) -> None:
    """Every part has a way in and a way on, and no flow leads back."""
    whole = _whole(name, fold=fold)
    order = {part.id: place for place, part in enumerate(whole.parts)}
    assert all(order[flow.source] < order[flow.target] for flow in whole.flows)
    steps = {part.id for part in whole.parts if part.role is not Role.END}
    assert steps <= {flow.source for flow in whole.flows}
    fed = {flow.target for flow in whole.flows}
    makers = {node.id for node in _nodes(name) if not node.inputs}  # kernels made by arithmetic
    assert {p.id for p in whole.parts if p.id in steps and not makers.intersection(p.nodes)} <= fed


@pytest.mark.parametrize("name", NAMES)
def test_the_shapes_at_the_ends_are_the_blocks(name: str) -> None:
    """What enters is the picture, and what leaves is the output's shape, without the batch."""
    excerpt, whole = whole_net(_nodes(name)), _whole(name)
    shapes = {node.id: node.output_shape for node in _nodes(name)}
    numbers = sorted(map(int, re.findall(r"\d+", whole.parts[-1].shape)))
    assert numbers == sorted(shapes[excerpt.output][1:])
    assert whole.parts[0].shape == "17×17×3"
    assert whole.parts[-1].id == OUTPUT


@pytest.mark.parametrize("name", NAMES)
def test_expanded_a_part_is_one_operation(name: str) -> None:
    """Apart from copies in memory, which change nothing that could be drawn."""
    ops = {node.id: node.op for node in _nodes(name)}
    for part in _whole(name, fold=False).parts:
        assert {ops[node] for node in part.nodes[1:]} <= {"contiguous", "clone", "detach", "alias"}


def test_convolution_norm_and_activation_are_one_part() -> None:
    """The part is named after the convolution; the others are noted behind it, in order."""
    first = _part(_whole("Plain"), "3×3 conv")
    assert [phrase.said(str) for _, phrase in first.after] == ["BatchNorm", "ReLU"]
    assert [phrase.said(str) for phrase in first.numbers] == ["3 → 4", "stride 2"]
    assert len(first.nodes) == 3


def test_norm_and_activation_before_a_convolution_lead_it() -> None:
    """Pre-activation, as in DenseNet: each box begins with its own norm."""
    first, second, third, *_ = [p for p in _whole("Dense").parts if p.kind is Kind.CONV]
    for part in (first, second, third):
        assert [phrase.said(str) for _, phrase in part.before] == ["BatchNorm", "ReLU"]
        assert part.after == ()


def test_many_inputs_of_a_dense_layer_are_drawn_as_one() -> None:
    """With their number and their channels; equal ones are counted."""
    layer = _apart(_below("Dense", "layers.2"), _nodes("Dense"))
    concat = next(node for node in _nodes("Dense") if node.op == "cat" and len(node.inputs) == 3)
    inside = {*(node.id for node in _below("Dense", "layers.2").nodes), concat.id}
    layer = _apart(cutting(_nodes("Dense"), inside), _nodes("Dense"))
    assert (_said(layer.parts[0]), layer.parts[0].shape) == ("3 feature maps", "17×17×(3 + 2×2)")
    assert [phrase.said(str) for phrase in _part(layer, "concat").numbers] == ["3 inputs"]
    assert len([part for part in layer.parts if part.kind is Kind.INPUT]) == 1


def test_a_channel_shuffle_is_one_connector_or_its_operations() -> None:
    """Folded by its name and groups, expanded step by step; the split is named in both."""
    folded, expanded = _whole("Branches"), _whole("Branches", fold=False)
    shuffle = _part(folded, "channel shuffle")
    assert shuffle.role is Role.CONNECTOR
    assert shuffle.numbers == (Phrase(Term.GROUPS, ("2",)),)
    assert [part.heading.said(str) for part in expanded.parts if part.kind is Kind.RESHAPE] == [
        "channel split",
        "reshape",
        "transpose",
        "reshape",
    ]
    assert [flow.shape for flow in expanded.flows if "(" in flow.shape] == [
        "8×8×(2×2)",
        "8×8×(2×2)",
    ]


def test_the_half_that_a_split_leaves_alone_is_an_identity() -> None:
    """It goes straight to the concatenation, while the other is worked on."""
    whole = _whole("Branches")
    split, concat = _part(whole, "channel split"), _part(whole, "concat")
    straight = [f for f in whole.flows if (f.source, f.target) == (split.id, concat.id)]
    assert [(flow.shortcut, flow.shape) for flow in straight] == [(Shortcut.IDENTITY, "8×8×2")]
    assert [phrase.said(str) for phrase in split.numbers] == ["4 → 2 + 2"]


def test_an_identity_shortcut_goes_straight_to_the_sum() -> None:
    """It has no part of its own."""
    whole = _apart(_below("ResidualNet", "blocks.0"), _nodes("ResidualNet"))
    [shortcut] = [flow for flow in whole.flows if flow.shortcut]
    assert shortcut.shortcut is Shortcut.IDENTITY
    assert shortcut.source == whole.parts[0].id
    assert not any(part.is_projection for part in whole.parts)


@pytest.mark.parametrize("fold", [True, False])
def test_a_projection_is_the_shorter_way(*, fold: bool) -> None:
    """All that is on it is marked, and the flows into, along and out of it."""
    whole = _apart(whole_net(_nodes("Bottleneck")), _nodes("Bottleneck"), fold=fold)
    projection = [node for part in whole.parts if part.is_projection for node in part.nodes]
    paths = {node.id: node.path for node in _nodes("Bottleneck")}
    assert {paths[node] for node in projection} == {"shortcut.0", "shortcut.1"}
    marked = [flow for flow in whole.flows if flow.shortcut is Shortcut.PROJECTION]
    assert len(marked) == (2 if fold else 3)


def test_ways_of_equal_length_are_no_shortcuts() -> None:
    """Two towers are equals."""
    assert not any(flow.shortcut for flow in _whole("Towers").flows)


def test_groups_and_depthwise_are_said() -> None:
    """A grouped convolution says how many channels each group reads."""
    grouped = _part(_whole("Bottleneck"), "3×3 grouped conv")
    assert [p.said(str) for p in grouped.numbers] == ["4 → 4", "2 groups of 2", "stride 2"]
    assert _part(_whole("Excited"), "3×3 depthwise conv").numbers[0].said(str) == "6 channels"


def test_squeeze_and_excitation_is_framed() -> None:
    """From the global pooling to the product, and nothing else."""
    framed = [part for part in _whole("Excited").parts if part.frame is not None]
    assert [part.heading.said(str) for part in framed] == [
        "global average pool",
        "1×1 conv",
        "1×1 conv",
        "mul",
    ]
    assert framed[-1].role is Role.PRODUCT
    assert {phrase.said(str) for part in framed for _, phrase in part.after} == {
        "ReLU",
        "hardsigmoid",
    }


def test_relu6_is_told_from_other_clipping() -> None:
    """Torch writes it as hardtanh between 0 and 6."""
    expand = _part(_whole("Excited"), "1×1 conv")
    assert [phrase.said(str) for _, phrase in expand.after] == ["BatchNorm", "ReLU6"]


def test_what_changes_no_value_is_not_mentioned() -> None:
    """Dropout is off and a copy is a copy: folded, both belong to the concatenation."""
    concat = _part(_whole("Towers"), "concat")
    ops = {node.id: node.op for node in _nodes("Towers")}
    assert [ops[node] for node in concat.nodes] == ["cat", "clone", "dropout"]
    assert concat.after == ()


def test_an_attention_is_one_part_with_its_heads() -> None:
    """All that its module does, however many reshapes that takes."""
    attention = _part(_whole("Encoder"), "self-attention")
    assert [phrase.said(str) for phrase in attention.numbers] == ["2 heads"]
    paths = {node.id: node.path for node in _nodes("Encoder")}
    assert {paths[node] for node in attention.nodes} == {"attend"}


def test_channels_are_read_last_wherever_torch_keeps_them() -> None:
    """Height × width × channels, also between two permutations."""
    shapes = {flow.shape for flow in _whole("Encoder").flows}
    assert {"17×17×4", "17×17×8", "289×4"} <= shapes
    assert not {"17×4×17", "17×8×17"} & shapes


def test_a_shape_is_told_where_it_changes() -> None:
    """Not before the output, which says it itself."""
    flows = _whole("Plain").flows
    assert all(flow.shows_shape == (flow.target != OUTPUT) for flow in flows[1:])
    assert not flows[0].shows_shape


def test_every_part_has_something_to_say() -> None:
    """No heading is empty, whatever the operation is called."""
    assert all(all(_headings(_whole(name))) for name in NAMES)


def test_a_connector_leads_from_concat_to_split() -> None:
    """Only where a split follows the shuffle; the toy's ends in a mean."""
    assert list(connectors(_nodes("Branches"))) == []


def test_the_typical_block_is_the_first_with_several_inputs() -> None:
    """A dense block's first layer reads one tensor, and would hide what the others do."""
    few, some, many = (Cutting((), tuple("abcd"[:count]), "") for count in (1, 3, 4))
    assert typical([few, some, many]) is some
    assert typical([few, few]) is few
