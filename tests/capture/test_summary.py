"""torchinfo's view of the one observed pass: its table, its count, and the model's own errors."""

from pathlib import Path

import pytest
import torch
import torchinfo
import toys
from torch import Tensor, nn

from generator.capture.summary import run_with_summary, write_summary

PICTURE = torch.rand(1, 3, 17, 17, generator=torch.Generator().manual_seed(0))


class Sized(nn.Module):
    """One class, two sizes: what torchinfo remembers by name would be wrong for one of them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, width, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.convolve(pictures)


class Counting(toys.Plain):
    """Counts how often it is run."""

    runs = 0

    def forward(self, pictures: Tensor) -> Tensor:
        self.runs += 1
        return super().forward(pictures)


def test_the_text_holds_the_totals() -> None:
    """The table ends with the numbers the page holds ours against."""
    model = toys.Plain()
    params = sum(parameter.numel() for parameter in model.parameters())

    summary = run_with_summary(model, PICTURE)

    assert f"Total params: {params:,}" in summary.text
    assert f"Trainable params: {params:,}" in summary.text
    assert "Plain (Plain)" in summary.text
    assert summary.text.endswith("\n")


def test_the_count_is_torchinfos_own() -> None:
    """Two convolutions, a norm and a linear layer, each counted the way torchinfo does."""
    model = toys.Plain()

    expected = torchinfo.summary(model, input_data=PICTURE, verbose=0).total_mult_adds

    assert run_with_summary(model, PICTURE).macs == expected > 0


def test_rows_are_named_as_the_model_names_its_modules() -> None:
    """With the parameters and the shape of each; a repeated module says so."""
    rows = run_with_summary(toys.ResidualNet(), PICTURE).rows

    assert {row.path for row in rows} == {p for p, _ in toys.ResidualNet().named_modules()}
    stem = next(row for row in rows if row.path == "stem")
    assert (stem.params, stem.output_shape, stem.is_leaf) == (56, (1, 2, 17, 17), True)
    repeats = [row.is_repeated for row in rows if row.path == "blocks.0.relu"]
    assert repeats == [False, True]


def test_two_nets_of_one_class_do_not_share_rows() -> None:
    """A table describes the net it was made from, not one of the same name."""
    narrow = run_with_summary(Sized(2), PICTURE)
    wide = run_with_summary(Sized(4), PICTURE)

    assert "Total params: 56" in narrow.text
    assert "Total params: 112" in wide.text
    assert wide.macs == 2 * narrow.macs


def test_torchinfo_remembers_no_net_afterwards() -> None:
    """Its memory would keep the weights of every net alive."""
    run_with_summary(toys.Plain(), PICTURE)

    assert not torchinfo.torchinfo._cached_forward_pass


def test_the_model_runs_exactly_once() -> None:
    """The observed pass and torchinfo's are one and the same."""
    model = Counting()

    run_with_summary(model, PICTURE)

    assert model.runs == 1


@pytest.mark.parametrize("is_training", [True, False])
def test_the_model_runs_in_evaluation_mode_and_gets_its_own_back(
    is_training: bool,  # noqa: FBT001
) -> None:
    """Running statistics of a norm must not move."""
    model = toys.Plain().train(is_training)
    before = model.features[1].running_mean.clone()

    run_with_summary(model, PICTURE)

    assert model.training is is_training
    assert torch.equal(model.features[1].running_mean, before)


def test_the_models_own_error_comes_through() -> None:
    """Torchinfo would say only that it failed to run."""
    with pytest.raises(ValueError, match="always breaks"):
        run_with_summary(toys.Raises(), PICTURE)


def test_the_text_is_written_with_plain_line_ends(tmp_path: Path) -> None:
    """UTF-8 and one newline, whatever the machine prefers."""
    summary = run_with_summary(toys.Plain(), PICTURE)

    name = write_summary(summary, tmp_path)

    assert (tmp_path / name).read_bytes() == summary.text.encode()
    assert b"\r" not in (tmp_path / name).read_bytes()
