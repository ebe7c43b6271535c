"""Inputs of the user's own: what a function makes becomes arguments, or is refused in words."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from strangers import Pair
from torch import nn

from generator.capture.examples import Example, dtype_of, made_by
from generator.errors import CaptureError

SOURCE = """
import random, numpy, torch
MADE = []
def drawn(): return torch.tensor([[random.random(), numpy.random.rand(), float(torch.rand(1))]])
def nothing(): return None
def listed(): return [torch.ones(1)]
def empty(): return ()
def numbered(): return {1: torch.ones(1)}
def marker(): MADE.append(1); return torch.tensor([len(MADE)])
number = 3
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a file of functions."""
    (tmp_path / "making.py").write_text(SOURCE)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "shape"), [("tokens", (7,)), ("pair", (3, 9, 9)), ("named_pair", (5,))]
)
def test_a_tensor_a_tuple_and_a_dict_become_arguments(name: str, shape: tuple[int, ...]) -> None:
    """The first tensor's shape, without the batch, stands for all."""
    example = made_by(f"strangers:{name}", Path(__file__).parent.parent, "net", 0)

    assert example.input_shape == shape
    assert example.run(Pair()).shape == (1, 4) if name != "tokens" else len(example.tensors) == 1


def test_arguments_by_name_reach_their_parameters() -> None:
    """Also the one that is no tensor."""
    torch.manual_seed(0)
    pair = Pair()
    by_name = made_by("strangers:named_pair", Path(__file__).parent.parent, "net", 0)
    picture, row = by_name.named["picture"], by_name.named["row"]

    assert torch.equal(by_name.run(pair), pair(picture, row, is_summed=True))


def test_inputs_repeat_and_leave_other_randomness_alone(root: Path) -> None:
    """The seed alone decides, and the weights drawn after do not know that inputs were made."""
    torch.manual_seed(5)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002 - the global source is the one meant
    first = made_by("./making.py:drawn", root, "net", 1).tensors[0]
    after = (random.random(), np.random.rand(), float(torch.rand(1)))  # noqa: NPY002, S311
    torch.manual_seed(5)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    untouched = (random.random(), np.random.rand(), float(torch.rand(1)))  # noqa: NPY002, S311

    assert torch.equal(first, made_by("./making.py:drawn", root, "net", 1).tensors[0])
    assert not torch.equal(first, made_by("./making.py:drawn", root, "net", 2).tensors[0])
    assert after == untouched


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", r"net: \./making\.py:nothing returned nothing; return a tensor, a tuple"),
        ("listed", "returned list without a usable tensor"),
        ("empty", "returned tuple without"),
        ("numbered", "returned dict without"),
        ("number", r"net: \./making\.py:number is no function"),
        ("gone", r"net: \./making\.py has no 'gone'"),
    ],
)
def test_what_is_no_input_is_refused(name: str, said: str, root: Path) -> None:
    """What, where, and what was expected instead."""
    with pytest.raises(CaptureError, match=said):
        made_by(f"./making.py:{name}", root, "net", 0)


def test_a_file_is_not_run_again_for_its_inputs(root: Path) -> None:
    """A net and its inputs share the types of their file."""
    counts = [made_by("./making.py:marker", root, "net", 0).tensors[0].item() for _ in range(2)]

    assert counts == [1, 2]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_model_computes_in_the_numbers_of_its_weights(dtype: torch.dtype) -> None:
    """Inputs of another width would be refused by its first layer."""
    assert dtype_of(nn.Linear(2, 2).to(dtype)) is dtype
    assert dtype_of(nn.Embedding(2, 2).to(dtype)) is dtype


def test_a_model_without_weights_computes_in_32_bits() -> None:
    """Which is what pictures are made of."""
    assert dtype_of(nn.ReLU()) is torch.float32


def test_only_tensors_move_to_a_device() -> None:
    """Switches stay as they are, and the shapes too."""
    moved = Example((torch.ones(1, 2), "x"), {"is": True, "t": [torch.ones(3)]})
    moved = moved.on(torch.device("meta"))

    assert [t.device.type for t in moved.tensors] == ["meta", "meta"]
    assert (moved.positional[1], moved.named["is"]) == ("x", True)


def test_arguments_repeat_along_their_batch() -> None:
    """What has no batch, a switch or a single number, stays as it is."""
    example = Example((torch.rand(1, 2), torch.tensor(3)), {"rows": torch.rand(1, 4), "is": True})

    repeated = example.repeated(3)

    assert [tuple(one.shape) for one in repeated.tensors] == [(3, 2), (), (3, 4)]
    assert torch.equal(repeated.tensors[0][2], example.tensors[0][0])
    assert repeated.named["is"] is True
