"""What is said of channels: energy first, dead ones counted, tiles that can be read back."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from generator.capture.channels import (
    MAX_CHANNELS,
    MAX_TILE,
    Measured,
    measure,
    rank_channels,
    significant,
)
from generator.records import Reason

CONSTANT, DEAD, STRONGEST = 2, 5, 7


def planted() -> Tensor:
    """Eight channels of 6×6: one constant, one dead, one much stronger than the rest."""
    maps = torch.rand(8, 6, 6, generator=torch.Generator().manual_seed(1)) * 0.1 + 0.01
    maps[CONSTANT] = 0.5
    maps[DEAD] = 0.0
    maps[STRONGEST] *= 100
    return maps


def measured(maps: Tensor) -> Measured:
    """Measure maps that can be measured."""
    found = measure(maps)
    assert isinstance(found, Measured)
    return found


def test_channels_are_ranked_by_mean_square() -> None:
    """The planted strong one leads, the constant follows, the dead one is last."""
    ranked = rank_channels(planted())

    assert (ranked[0], ranked[1], ranked[-1]) == (STRONGEST, CONSTANT, DEAD)
    assert sorted(ranked) == list(range(8))


def test_a_negative_channel_counts_by_its_size() -> None:
    """Strength is energy: a strongly negative channel is a strong one."""
    assert rank_channels(torch.stack([torch.ones(2, 2), torch.full((2, 2), -3.0)])) == [1, 0]


def test_equal_channels_keep_their_order() -> None:
    """Ties are broken by number, so that bytes repeat."""
    assert rank_channels(torch.ones(5, 2, 2)) == [0, 1, 2, 3, 4]


def test_a_channel_with_nan_is_ranked_last() -> None:
    """It says nothing, and must not hide those that do."""
    maps = torch.ones(3, 2, 2)
    maps[0, 0, 0] = torch.nan

    assert rank_channels(maps) == [1, 2, 0]
    assert measured(torch.cat([maps, torch.rand(1, 2, 2) + 2])).shown == (3, 1, 2, 0)


def test_the_planted_channels_are_found_by_their_figures() -> None:
    """The dead one is all zeros, the constant one has no range, and only one of eight is dead."""
    found = measured(planted())

    dead, constant = found.shown.index(DEAD), found.shown.index(CONSTANT)
    assert (found.sparsities[dead], found.means[dead]) == (1.0, 0.0)
    assert found.lows[constant] == found.highs[constant] == found.means[constant] == 0.5
    assert found.sparsities[constant] == 0
    assert found.dead_fraction == 1 / 8
    assert sum(share == 1 for share in found.sparsities) == 1
    assert sum(low == high for low, high in zip(found.lows, found.highs, strict=True)) == 2


def test_figures_agree_with_numpy() -> None:
    """Means and shares of zeros, of each shown channel and of all, in double precision."""
    maps = (torch.randn(40, 5, 7, generator=torch.Generator().manual_seed(2)) - 0.3).relu()
    exact = maps.numpy().astype(np.float64)

    found = measured(maps)

    shown = exact[list(found.shown)]
    assert found.means == pytest.approx(shown.mean((1, 2)), rel=1e-3)
    assert found.sparsities == pytest.approx((shown == 0).mean((1, 2)), rel=1e-3)
    assert found.mean == pytest.approx(exact.mean())
    assert found.sparsity == pytest.approx((exact == 0).mean())
    assert found.lows == pytest.approx(shown.min((1, 2)))
    assert found.highs == pytest.approx(shown.max((1, 2)), rel=1e-3)
    assert found.shape == (40, 5, 7)
    assert len(found.shown) == MAX_CHANNELS


def test_values_can_be_read_back_from_a_tile() -> None:
    """Low and high undo the scaling, so that pages can draw all channels at one scale."""
    maps = torch.randn(6, 9, 9, generator=torch.Generator().manual_seed(3))

    found = measured(maps)

    low, high = (np.array(v)[:, None, None] for v in (found.lows, found.highs))
    values = low + found.tiles / 255 * (high - low)
    np.testing.assert_allclose(values, maps.numpy()[list(found.shown)], atol=0.015)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 3e38])
def test_values_beyond_all_scales_do_not_stop_the_drawing(value: float) -> None:
    """The other values of the channel stay visible; how many were left out is said."""
    maps = torch.tensor([[[0.0, 1.0], [-3e38 if value == 3e38 else 0.5, value]]])

    found = measured(maps)

    assert found.dead_fraction == 0
    assert (found.tiles.min(), found.tiles.max()) == (0, 255)
    assert found.non_finite == (value != 3e38)
    assert np.isfinite([found.mean, *found.means, *found.lows, *found.highs]).all()


@pytest.mark.parametrize(
    ("maps", "reason"),
    [
        (torch.full((2, 3, 3), float("nan")), Reason.NOT_FINITE),
        (torch.full((2, 3, 3), float("-inf")), Reason.NOT_FINITE),
        (torch.zeros(2, 3, 3), Reason.CONSTANT),
        (torch.tensor([1.0, 2.0]).view(2, 1, 1).expand(2, 3, 3), Reason.CONSTANT),
        (torch.ones(2, 3, 3, dtype=torch.int64), Reason.NO_NUMBERS),
    ],
    ids=["nan", "infinite", "dead", "constant", "integers"],
)
def test_what_would_be_a_blank_grid_is_a_reason(maps: Tensor, reason: Reason) -> None:
    """Nothing is drawn where there is nothing to see."""
    assert measure(maps) is reason


def test_large_maps_are_averaged_down() -> None:
    """Halves stay halves; the range is that of what is drawn."""
    maps = torch.zeros(1, 128, 256)
    maps[..., 128:] = 1
    maps[..., 0, 0] = 90

    found = measured(maps)

    assert found.tiles.shape == (1, MAX_TILE // 2, MAX_TILE)
    assert found.highs == (pytest.approx(90 / 16, rel=1e-3),)
    assert (found.tiles[0, 1:, :32] == 0).all()
    assert (found.tiles[0, 1:, 32:] == round(255 * 16 / 90)).all()


def test_measuring_shares_no_memory() -> None:
    """Later operations may write over the tensor; what was noted stays."""
    maps = torch.rand(3, 4, 4)
    found = measured(maps)
    tiles = found.tiles.copy()

    maps.zero_()

    np.testing.assert_array_equal(found.tiles, tiles)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 8))
def test_rounding_keeps_its_promise(value: float, digits: int) -> None:
    """The error is at most half a unit of the last digit kept."""
    error = 0.51 * 10 ** (1 - digits)
    assert significant(value, digits) == pytest.approx(value, rel=error, abs=1e-300)


def test_values_are_counted_where_somebody_asks() -> None:
    """Every finite value once, between the least and the greatest; else nothing is counted."""
    maps = planted()
    maps[0, 0, 0] = torch.nan
    found = measure(maps, counted=True)

    assert isinstance(found, Measured)
    assert found.histogram is not None
    finite = maps[maps.isfinite()]
    assert sum(found.histogram.counts) == finite.numel() == maps.numel() - 1
    assert (found.histogram.low, found.histogram.high) == (finite.min(), finite.max())
    assert measured(maps).histogram is None
