"""What a model is shown: pictures one by one, in its kind of numbers, or its own inputs."""

from pathlib import Path

import pytest
import torch
from strangers import Pair, pair
from torch import nn

from generator.capture.build import BuiltModel, Weights
from generator.capture.examples import Example
from generator.capture.inputs import Statistics
from generator.capture.showing import shown_to, traced_with
from generator.pictures import sample_digits, sample_photos

CPU = torch.device("cpu")


def built(
    module: nn.Module, shape: tuple[int, ...], example: Example | None = None, **facts: Statistics
) -> BuiltModel:
    """Make a model that takes an input of a shape."""
    return BuiltModel(module, shape, (), Weights("random"), None, example, **facts)


def test_pictures_are_shown_one_by_one(tmp_path: Path) -> None:
    """A net may hold its batch to be one; each picture's file says what the net saw."""
    examples, pictures = shown_to(built(nn.ReLU(), (3, 8, 8)), (), tmp_path, CPU)

    assert [one.tensors[0].shape for one in examples] == [(1, 3, 8, 8)] * len(sample_photos())
    assert [picture.id for picture in pictures] == [source.id for source in sample_photos()]
    assert all((tmp_path / picture.file).is_file() for picture in pictures)


def test_grey_nets_see_digits_and_ones_own_pictures_come_instead(tmp_path: Path) -> None:
    """What is shown fits the net, or was chosen."""
    _, digits = shown_to(built(nn.ReLU(), (1, 8, 8)), (), tmp_path, CPU)
    _, own = shown_to(built(nn.ReLU(), (1, 8, 8)), sample_photos()[:1], tmp_path, CPU)

    assert [picture.id for picture in digits] == [source.id for source in sample_digits()]
    assert [picture.id for picture in own] == [sample_photos()[0].id]


def test_statistics_are_the_models_own(tmp_path: Path) -> None:
    """Another mean shifts all values by the same amount."""
    usual = Statistics((0.0,) * 3, (1.0,) * 3)
    shifted = Statistics((0.5,) * 3, (1.0,) * 3)
    one, other = (
        shown_to(built(nn.ReLU(), (3, 8, 8), statistics=s), (), tmp_path, CPU)[0][0].tensors[0]
        for s in (usual, shifted)
    )

    torch.testing.assert_close(one - 0.5, other)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_inputs_are_in_the_numbers_of_the_weights(dtype: torch.dtype, tmp_path: Path) -> None:
    """Those that are shown, and those that are traced with."""
    model = built(nn.Conv2d(3, 2, 3).to(dtype), (3, 8, 8))

    assert shown_to(model, (), tmp_path, CPU)[0][0].tensors[0].dtype is dtype
    assert traced_with(model, CPU).tensors[0].dtype is dtype


def test_what_takes_no_picture_gets_one_random_input(tmp_path: Path) -> None:
    """And no picture is written."""
    examples, pictures = shown_to(built(nn.ReLU(), (5,)), (), tmp_path, CPU)

    assert ([one.input_shape for one in examples], pictures) == ([(5,)], ())
    assert list(tmp_path.iterdir()) == []


def test_inputs_of_its_own_are_shown_and_traced_as_they_are(tmp_path: Path) -> None:
    """Their values may decide which way the model takes."""
    example = Example(pair())
    model = built(Pair(), example.input_shape, example)

    (shown,), pictures = shown_to(model, sample_photos(), tmp_path, CPU)

    assert not pictures
    for one in (shown, traced_with(model, CPU)):
        assert all(map(torch.equal, one.tensors, example.tensors))
