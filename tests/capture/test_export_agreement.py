"""Whether two outputs are the same but for rounding."""

import pytest
import torch

from generator.capture.export.agreement import TOLERANCE, disagreement

ONES = torch.ones(2, 3)


@pytest.mark.parametrize(
    "found",
    [
        ONES,
        ONES + TOLERANCE / 2,
        (ONES, None),
        {"out": ONES},
        [ONES.double()],
    ],
    ids=["equal", "rounded", "a tuple", "a dict", "another precision"],
)
def test_the_same_values_agree_however_they_are_wrapped(found: object) -> None:
    """Rounding and wrapping are no difference."""
    assert disagreement(found, ONES) is None


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ONES + 3 * TOLERANCE, "differ by up to 0.0003 of 1"),
        (ONES[:1], "(1, 3) instead of (2, 3)"),
        ((ONES, ONES), "2 tensors instead of 1"),
        (ONES * torch.nan, "differ by up to nan"),
    ],
    ids=["a value", "a shape", "a tensor more", "not a number"],
)
def test_a_difference_is_named(found: object, said: str) -> None:
    """The message says what differs and by how much."""
    assert said in str(disagreement(found, ONES))


def test_tolerance_is_relative_to_the_largest_output() -> None:
    """Large outputs round by more; small ones must not hide behind them by less."""
    assert disagreement(ONES * 1e6 + 10, ONES * 1e6) is None
    assert disagreement(ONES * 1e-6 + 1e-9, ONES * 1e-6) is not None


def test_equal_infinities_and_nans_agree() -> None:
    """A net that answers nonsense is exported with its nonsense."""
    odd = torch.tensor([torch.nan, torch.inf, -torch.inf, 1.0])
    assert disagreement(odd.clone(), odd) is None
