"""Claims about MobileNet v1: its numbers at every width that the paper names."""

import pytest
import torch
from counting import macs, output_shape, params, sizes
from torch import nn

from generator.zoo.nets.mobilenet import DepthwiseSeparable, mobilenet_v1


def test_mobilenet_has_the_known_numbers() -> None:
    """4 231 976 parameters, 568 740 352 MACs at 224 pixels."""
    net = mobilenet_v1()
    assert params(net) == 4_231_976
    assert macs(net) == 568_740_352
    assert output_shape(net) == (2, 1000)


@pytest.mark.parametrize(
    ("width", "mega_macs", "mega_params"),
    [(1.0, 569, 4.2), (0.75, 325, 2.6), (0.5, 149, 1.3), (0.25, 41, 0.5)],
)
def test_cost_of_each_width_is_the_papers(width: float, mega_macs: int, mega_params: float) -> None:
    """Table 6, to its own precision."""
    net = mobilenet_v1(width)
    assert macs(net) / 1e6 == pytest.approx(mega_macs, abs=0.5)
    assert params(net) / 1e6 == pytest.approx(mega_params, abs=0.05)


@pytest.mark.parametrize("width", [0.5, 0.25])
def test_width_scales_the_maps_of_every_layer(width: float) -> None:
    """All thirteen units and the stem; what the picture and the classes are stays."""
    full, narrow = (
        [m.out_channels for m in mobilenet_v1(w).modules() if isinstance(m, nn.Conv2d)]
        for w in (1.0, width)
    )
    assert len(full) == 27
    assert narrow == [width * maps for maps in full]
    assert output_shape(mobilenet_v1(width)) == (2, 1000)


def test_a_unit_looks_around_within_maps_then_mixes_them() -> None:
    """Changing one map changes the depthwise result in that map alone, and all after the 1×1."""
    unit = DepthwiseSeparable(4, 6, stride=1).eval()
    maps = torch.randn(1, 4, 5, 5)
    changed = maps.clone()
    changed[:, 2] += 1
    with torch.no_grad():
        between = (unit.depthwise(maps) != unit.depthwise(changed)).any(dim=(2, 3))
        mixed = (unit.pointwise(maps) != unit.pointwise(changed)).any(dim=(2, 3))
    assert between[0].tolist() == [False, False, True, False]
    assert mixed.all()


def test_sizes_halve_where_the_table_says() -> None:
    """Thirteen units; the last works at 7 pixels like the one before."""
    assert sizes(mobilenet_v1(), DepthwiseSeparable) == [112, 56, 56, 28, 28, *[14] * 6, 7, 7]
