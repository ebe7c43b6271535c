"""Claims about stages: what a net does at each output stride."""

import pytest
import wirings
from conftest import RecordOf
from light import light_record
from structures import zoo
from torch import nn

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.stages import stages


def test_stages_follow_the_stride(record_of: RecordOf) -> None:
    """Resolution and channels are what leaves the stage; the head comes last."""
    rows = [
        (s.stride, s.resolution, s.channels, s.blocks) for s in stages(record_of("ResidualNet"))
    ]
    assert rows == [(1, (17, 17), 2, 2), (2, (9, 9), 4, 1), (None, (), 3, 0)]


@pytest.mark.parametrize(
    ("slug", "channels"),
    [("resnet50", [64, 256, 512, 1024, 2048]), ("mobilenet_v2", [16, 24, 32, 96, 1280])],
)
def test_a_stage_hands_on_what_its_blocks_end_with(slug: str, channels: list[int]) -> None:
    """As the papers' tables have it."""
    assert [stage.channels for stage in stages(zoo(slug)) if stage.stride] == channels


@pytest.mark.parametrize(
    ("slug", "layers"),
    [
        ("resnet50", {4: "layer1", 8: "layer2", 16: "layer3", 32: "layer4"}),
        ("resnext50_32x4d", {4: "layer1", 8: "layer2", 16: "layer3", 32: "layer4"}),
        ("shufflenet_v2_x1_0", {8: "stage2", 16: "stage3", 32: ("stage4", "conv5")}),
        ("regnet_y_400mf", {8: "trunk_output.block2", 16: "trunk_output.block3"}),
    ],
)
def test_stages_cost_what_their_authors_call_stages(
    slug: str, layers: dict[int, str | tuple[str, ...]]
) -> None:
    """To the last parameter: no block is torn apart between two of them."""
    record = zoo(slug)
    sizes = {stage.stride: stage.params for stage in stages(record)}
    for stride, names in layers.items():
        own = [parameter for parameter in record.parameters if parameter.name.startswith(names)]
        assert sizes[stride] == sum(parameter.numel for parameter in own)


def test_a_block_counts_where_it_goes_on_working() -> None:
    """Also what it does before it steps down, and what it hands on is the old stage's."""
    net = nn.Sequential(nn.Conv2d(3, 3, 1), wirings.Bottleneck())
    first, second = stages(light_record(net, 3, 17, 17))
    block = sum(parameter.numel() for parameter in net[1].parameters())
    assert (first.stride, first.channels, first.blocks, first.params) == (1, 3, 0, 3 * 3 + 3)
    assert (second.stride, second.channels, second.blocks, second.params) == (2, 8, 1, block)


def test_a_block_that_ends_in_a_pooling_works_before_it() -> None:
    """A transition of DenseNet is a convolution at the old stride, as its paper's table has it."""
    _stem, first, *_rest = stages(zoo("densenet121"))
    by_name = {node.id: node for node in zoo("densenet121").nodes}
    paths = {by_name[name].path for name in first.nodes}
    assert first.stride == 4
    assert "features.transition1.conv" in paths
    assert "features.transition1.pool" not in paths


def test_ways_that_leave_a_stage_together_count_together() -> None:
    """Two towers of 2 channels each hand on 4, before anything joins them."""
    first, *_rest = stages(light_record(wirings.Towers(), 3, 17, 17))
    assert (first.stride, first.resolution, first.channels) == (1, (15, 15), 4)


def test_a_gate_belongs_to_the_maps_that_it_scales(record_of: RecordOf) -> None:
    """Squeeze and excitation has no positions, and is no head for that."""
    body, head = stages(record_of("Gated"))
    assert (body.stride, body.resolution, body.params) == (2, (8, 8), 112 + 10 + 12)
    assert (head.stride, head.params) == (None, 15)


@pytest.mark.parametrize("name", ["Plain", "Branches", "Functional", "Refuses", "Padded"])
def test_every_operation_is_in_exactly_one_stage(record_of: RecordOf, name: str) -> None:
    """All but inputs and outputs, which do no work."""
    record = record_of(name)
    ends = {Kind.INPUT, Kind.OUTPUT}
    found = [node for stage in stages(record) for node in stage.nodes]
    assert sorted(found) == sorted(node.id for node in record.nodes if kind_of(node) not in ends)


def test_a_net_that_never_ran_has_no_stages(record_of: RecordOf) -> None:
    """Nothing was observed, so nothing is claimed."""
    assert stages(record_of("Raises")) == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("alexnet", [(4, 64, 0), (8, 192, 0), (16, 256, 1), (32, 256, 0)]),
        ("vgg16", [(1, 64, 1), (2, 128, 1), (4, 256, 1), (8, 512, 1), (16, 512, 1), (32, 512, 0)]),
        ("resnet18", [(2, 64, 0), (4, 64, 2), (8, 128, 2), (16, 256, 2), (32, 512, 2)]),
        ("googlenet", [(2, 64, 0), (4, 192, 0), (8, 480, 2), (16, 832, 5), (32, 1024, 2)]),
        ("mobilenet_v2", [(2, 16, 1), (4, 24, 2), (8, 32, 3), (16, 96, 7), (32, 1280, 4)]),
        ("shufflenet_v2_x0_5", [(2, 24, 0), (4, 24, 0), (8, 48, 4), (16, 96, 8), (32, 1024, 4)]),
    ],
)
def test_the_zoo_has_its_known_stages(
    zoo_record_of: RecordOf, slug: str, expected: list[tuple[int, int, int]]
) -> None:
    """Strides, channels and blocks as the papers' tables have them; then the head."""
    found = [(s.stride, s.channels, s.blocks) for s in stages(zoo_record_of(slug))]
    head_channels = 1000
    assert found == [*expected, (None, head_channels, 0)]
