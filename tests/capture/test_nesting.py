"""Tensors are found in whatever libraries wrap them, and nowhere else."""

import pytest
import torch
from strangers import Answer, Named, Own
from torch import Tensor, nn

from generator.capture.nesting import first_tensor, tensors_in

ONE, TWO = torch.ones(1), torch.ones(2)


@pytest.mark.parametrize(
    "value",
    [
        {"loss": None, "logits": ONE, "hidden": [TWO]},
        Answer(None, ONE, (TWO,)),
        Named(ONE, TWO),
        ({"deep": [ONE, (TWO,)]}, None),
        [Own(ONE), Own(TWO)],
    ],
    ids=["dict", "dataclass", "named tuple", "nested", "object"],
)
def test_tensors_come_in_their_order(value: object) -> None:
    """Names, tuples and objects are looked through; what is none is left out."""
    found = list(tensors_in(value))

    assert [tensor.numel() for tensor in found[:2]] == [1, 2]
    assert first_tensor(value) is found[0]


@pytest.mark.parametrize("value", [None, "text", 3, nn.Linear(2, 2), Tensor, lambda: ONE, []])
def test_what_holds_no_output_holds_no_tensor(value: object) -> None:
    """A module has weights, and a function its own ways: neither is something returned."""
    assert first_tensor(value) is None


def test_an_object_that_holds_itself_is_no_trap() -> None:
    """Looking deeper ends somewhere."""
    knot = Own(ONE)
    knot.itself = knot  # type: ignore[attr-defined]

    assert first_tensor(knot) is ONE


def test_a_distribution_is_known_by_its_parameters() -> None:
    """Variational nets return those."""
    assert first_tensor(torch.distributions.Normal(ONE, ONE)) is not None
