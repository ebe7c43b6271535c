"""BatchNorm's four vectors: all of them, right, and found in the file the record names."""

import json
from pathlib import Path

import pytest
import torch
import toys
from torch import nn

from generator.capture.norms import norm_stats


def test_the_four_vectors_are_described(tmp_path: Path) -> None:
    """Scale, shift, moving mean and variance, each with its spread."""
    model = toys.Plain()
    norm = model.features[1]
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0, 6.0]))
        norm.running_mean.copy_(torch.tensor([0.1234567, -1.0, 0.0, 1.0]))

    (stats,) = norm_stats(model, tmp_path)

    assert (stats.path, stats.channels, stats.epsilon) == ("features.1", 4, norm.eps)
    assert [vector.symbol for vector in stats.vectors] == ["γ", "β", "μ", "σ²"]
    scale = stats.vectors[0]
    assert (scale.mean, scale.min, scale.max) == (3.0, 1.0, 6.0)
    assert scale.std == pytest.approx(norm.weight.std().item())
    content = json.loads((tmp_path / stats.file).read_text("utf-8"))
    assert content["features.1"] == {
        "γ": [1.0, 2.0, 3.0, 6.0],
        "β": [0.0] * 4,
        "μ": [0.1235, -1.0, 0.0, 1.0],
        "σ²": [1.0] * 4,
    }


@pytest.mark.parametrize(
    ("norm", "symbols"),
    [
        (nn.BatchNorm2d(3, affine=False), ["μ", "σ²"]),
        (nn.BatchNorm2d(3, track_running_stats=False), ["γ", "β"]),
        (nn.BatchNorm1d(3), ["γ", "β", "μ", "σ²"]),
    ],
)
def test_a_norm_has_the_vectors_it_has(norm: nn.Module, symbols: list[str], tmp_path: Path) -> None:
    """Without learnt scales or moving statistics there are two."""
    (stats,) = norm_stats(nn.Sequential(norm), tmp_path)

    assert [vector.symbol for vector in stats.vectors] == symbols


def test_other_norms_have_no_moving_statistics(tmp_path: Path) -> None:
    """Their scales stand among the parameters."""
    bare = nn.BatchNorm2d(3, affine=False, track_running_stats=False)

    assert norm_stats(nn.Sequential(nn.GroupNorm(1, 3), bare), tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_values_that_are_not_finite_are_null(tmp_path: Path) -> None:
    """A net that diverged has a record that can be read."""
    norm = nn.BatchNorm2d(2)
    nn.init.constant_(norm.weight, float("nan"))

    (stats,) = norm_stats(norm, tmp_path)

    scale = stats.vectors[0]
    assert (scale.mean, scale.std, scale.min, scale.max) == (None,) * 4
    assert json.loads((tmp_path / stats.file).read_text("utf-8"))[""]["γ"] == [None, None]


def test_many_layers_share_files_of_bounded_size(tmp_path: Path) -> None:
    """Each layer is in the file that its record names, and no file holds them all."""
    model = nn.Sequential(*(nn.BatchNorm2d(500) for _ in range(9)))

    found = norm_stats(model, tmp_path)

    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json"))
    assert len(files) == 2
    assert sorted({stats.file for stats in found}) == files
    for stats in found:
        assert stats.path in json.loads((tmp_path / stats.file).read_text("utf-8"))
