"""What is said of parameters: how their values are spread."""

from pathlib import Path

import numpy as np
import pytest
import torch
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from generator.capture.channels import BINS
from generator.capture.weights import _describe, parameter_stats
from generator.records import ParameterStats


def described(values: Tensor) -> ParameterStats:
    """Describe one tensor as if it were a parameter."""
    return _describe("weight", nn.Parameter(values, requires_grad=False), None)


def test_every_parameter_is_described_in_order(tmp_path: Path) -> None:
    """Names, shapes and sizes are the module's own."""
    model = toys.Plain()

    stats = parameter_stats(model, tmp_path)

    expected = [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters()]
    assert [(s.name, s.shape, s.numel) for s in stats] == expected


def test_spread_agrees_with_numpy() -> None:
    """Mean, deviation with n-1, least and greatest, held against float64 arithmetic."""
    values = torch.randn(7, 11, generator=torch.Generator().manual_seed(3)) * 4 - 1
    exact = values.numpy().astype(np.float64)

    stats = described(values)

    assert stats.mean == pytest.approx(exact.mean(), rel=1e-6)
    assert stats.std == pytest.approx(exact.std(ddof=1), rel=1e-6)
    assert (stats.min, stats.max) == (exact.min(), exact.max())


def test_histogram_agrees_with_numpy() -> None:
    """The same equal bins, the greatest value in the last."""
    values = torch.randn(5000, generator=torch.Generator().manual_seed(4))

    histogram = described(values).histogram

    assert histogram is not None
    expected, _ = np.histogram(values.double(), BINS, (histogram.low, histogram.high))
    assert histogram.counts == tuple(expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_histogram_counts_as_torch_does(dtype: torch.dtype) -> None:
    """To the last value, of a tensor that is counted in several parts."""
    values = torch.randn(100_003, generator=torch.Generator().manual_seed(5), dtype=dtype)

    histogram = described(values).histogram

    assert histogram is not None
    expected = torch.histc(values.double(), BINS, histogram.low, histogram.high)
    assert histogram.counts == tuple(expected.int().tolist())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2))
def test_histogram_counts_every_value_once(values: list[float]) -> None:
    """However wide or narrow the range is, no value is lost at its edges."""
    histogram = described(torch.tensor(values)).histogram

    assert histogram is not None
    assert sum(histogram.counts) == len(values)


def test_histogram_counts_beyond_what_float32_can() -> None:
    """A bin of VGG's largest layer holds more than 2²⁴ values."""
    values = torch.zeros((1 << 24) + 12)
    values[0] = 1

    histogram = described(values).histogram

    assert histogram is not None
    assert histogram.counts == ((1 << 24) + 11, *[0] * (BINS - 2), 1)


def test_a_single_value_has_no_deviation() -> None:
    """A deviation of one value does not exist; its mean does."""
    stats = described(torch.tensor([2.5]))

    assert (stats.mean, stats.min, stats.max) == (2.5, 2.5, 2.5)
    assert stats.std is None
    assert stats.histogram is None


def test_equal_values_fall_into_one_bin() -> None:
    """A range of no width has one place for all of them."""
    histogram = described(torch.full((6,), 0.25)).histogram

    assert histogram is not None
    assert (histogram.low, histogram.high, histogram.counts) == (0.25, 0.25, (6,))


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_values_that_are_not_finite_are_left_out(odd: float) -> None:
    """The rest is described, and the size is still the tensor's."""
    stats = described(torch.tensor([1.0, odd, 3.0]))

    assert (stats.numel, stats.mean, stats.min, stats.max) == (3, 2.0, 1.0, 3.0)
    assert stats.histogram is not None
    assert sum(stats.histogram.counts) == 2


@pytest.mark.parametrize("values", [torch.full((2,), float("nan")), torch.empty(0)])
def test_without_a_finite_value_nothing_is_said(values: Tensor) -> None:
    """Neither NaN alone nor no value at all has a mean."""
    stats = described(values)

    assert (stats.mean, stats.std, stats.min, stats.max) == (None,) * 4
    assert stats.histogram is None


@pytest.mark.parametrize(("dtype", "size"), [(torch.float16, 2), (torch.float64, 8)])
def test_bytes_follow_the_type(dtype: torch.dtype, size: int) -> None:
    """Half and double precision are counted as what they take."""
    assert described(torch.zeros(3, 5, dtype=dtype)).bytes == 15 * size


def test_sparsity_counts_exact_zeros() -> None:
    """Tiny is not zero; of no value at all there is no share."""
    assert described(torch.tensor([0.0, -0.0, 1e-30, 2.0])).sparsity == 0.5
    assert described(torch.empty(0)).sparsity is None


def test_a_frozen_parameter_is_not_trainable(tmp_path: Path) -> None:
    """What the author froze is reported as frozen."""
    model = toys.Shared()
    model.never.requires_grad_(requires_grad=False)

    stats = parameter_stats(model, tmp_path)

    assert [s.name for s in stats if not s.trainable] == ["never.weight", "never.bias"]


def test_a_shared_parameter_is_described_once(tmp_path: Path) -> None:
    """Tied weights count once, under their first name."""
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[1].weight = model[0].weight

    assert [s.name for s in parameter_stats(model, tmp_path)] == ["0.weight", "0.bias", "1.bias"]
