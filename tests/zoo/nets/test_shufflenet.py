"""Claims about ShuffleNet v1: its cost at each published setting, and what shuffling is."""

import pytest
import torch
from counting import macs, output_shape, params, sizes
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from generator.zoo.nets.shufflenet import ShuffleUnit, channel_shuffle, shufflenet_v1


@pytest.mark.parametrize(
    ("groups", "width", "mega_params", "mega_macs"),
    [
        *((3, 1.0, 1.9, 138), (8, 1.0, 2.4, 138), (3, 1.5, 3.4, 292), (3, 2.0, 5.4, 524)),
        *((1, 1.0, None, 143), (3, 0.5, None, 38), (3, 0.25, None, 13)),
    ],
)
def test_cost_of_each_setting_is_the_published(
    groups: int, width: float, mega_params: float | None, mega_macs: int
) -> None:
    """Parameters to 0.06 M, MACs to 1 M."""
    net = shufflenet_v1(groups, width)
    assert mega_params is None or params(net) / 1e6 == pytest.approx(mega_params, abs=0.06)
    assert macs(net) / 1e6 == pytest.approx(mega_macs, abs=1)


def test_default_is_one_with_three_groups() -> None:
    """Its exact numbers, which the pages show."""
    net = shufflenet_v1()
    assert (params(net), macs(net)) == (1_865_728, 137_460_672)
    assert output_shape(net) == (2, 1000)


@pytest.mark.parametrize(("groups", "stage2"), [(1, 144), (2, 200), (3, 240), (4, 272), (8, 384)])
def test_stages_have_the_maps_of_the_table(groups: int, stage2: int) -> None:
    """They double from stage to stage, as the size halves; 4, 8 and 4 units."""
    net = shufflenet_v1(groups)
    stages = (net.stage2, net.stage3, net.stage4)
    shapes = []
    maps = net.to("meta").stem(torch.empty(1, 3, 224, 224, device="meta"))
    for stage in stages:
        maps = stage(maps)
        shapes.append(tuple(maps.shape[1:]))
    assert shapes == [(stage2, 28, 28), (2 * stage2, 14, 14), (4 * stage2, 7, 7)]
    assert [len(stage) for stage in stages] == [4, 8, 4]


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("width", [0.25, 0.3, 0.5, 0.75, 1.5, 2.0])
def test_any_width_divides_into_groups(groups: int, width: float) -> None:
    """Maps are rounded up to what the groups can share."""
    assert output_shape(shufflenet_v1(groups, width, classes=7)) == (2, 7)


def test_the_first_pointwise_convolution_is_not_grouped() -> None:
    """It has few inputs; all others are, in every unit."""
    units = [m for m in shufflenet_v1(3).modules() if isinstance(m, ShuffleUnit)]
    assert [unit.reduce[0].groups for unit in units] == [1] + [3] * 15
    assert {unit.expand[0].groups for unit in units} == {3}


@given(st.integers(1, 6), st.integers(1, 6))
def test_shuffling_is_a_permutation(groups: int, each: int) -> None:
    """No map is lost or doubled, and shuffling by the other factor undoes it."""
    maps = torch.arange(groups * each).view(1, -1, 1, 1)
    shuffled = channel_shuffle(maps, groups)
    assert sorted(shuffled.flatten().tolist()) == list(range(groups * each))
    assert torch.equal(channel_shuffle(shuffled, each), maps)


def test_shuffling_deals_every_group_out_to_all() -> None:
    """Of six maps in three groups of two, neighbours come from different groups."""
    maps = torch.arange(6.0).view(1, 6, 1, 1)
    assert channel_shuffle(maps, 3).flatten().tolist() == [0, 2, 4, 1, 3, 5]


def test_a_unit_of_stride_two_keeps_its_input_beside_what_it_makes() -> None:
    """The first maps are the input's mean over 3×3, activated; one of stride 1 adds the input."""
    maps = torch.rand(1, 6, 8, 8)
    halving = ShuffleUnit(6, 12, groups=3, stride=2, first_groups=3).eval()
    keeping = ShuffleUnit(6, 6, groups=1, stride=1, first_groups=1).eval()
    with torch.no_grad():
        pooled = nn.functional.avg_pool2d(maps, 3, 2, 1)
        torch.testing.assert_close(halving(maps)[:, :6], pooled)
        keeping.expand[1].weight.zero_()
        torch.testing.assert_close(keeping(maps), maps)
    assert sizes(shufflenet_v1(), ShuffleUnit) == [28] * 4 + [14] * 8 + [7] * 4


@pytest.mark.parametrize(
    ("groups", "width", "said"), [(5, 1.0, "groups is 5; the paper has"), (3, 0, "width is 0")]
)
def test_impossible_settings_are_refused(groups: int, width: float, said: str) -> None:
    """With the numbers that are possible."""
    with pytest.raises(ValueError, match=said):
        shufflenet_v1(groups, width)
