"""Pictures of kernels: the first in colour, of others the strongest, all within the limit."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from generator.capture.budget import Ledger
from generator.capture.kernels import draw_kernels
from generator.capture.weights import parameter_stats


def sheet(model: nn.Module, folder: Path) -> np.ndarray:
    """Return the picture of a model's first kernels, (H, W, RGBA)."""
    (file,) = [stats.file for stats in parameter_stats(model, folder) if stats.file]
    with Image.open(folder / file) as image:
        return np.asarray(image.convert("RGBA"))


def test_colour_kernels_are_drawn_in_colour(tmp_path: Path) -> None:
    """Red, green and blue of a pixel are a kernel's three input channels, scaled together."""
    model = nn.Conv2d(3, 2, 2, bias=False)
    kernel = torch.tensor([[[0.0, 1.0], [2.0, 3.0]], [[4.0, 5.0], [0.0, 0.0]], [[0.0] * 2] * 2])
    model.weight.data = torch.stack([kernel, -kernel])

    picture = sheet(model, tmp_path)

    assert picture.shape == (2, 5, 4)  # two of 2×2, a gap between
    assert picture[0, 0, :3].tolist() == [0, 204, 0]
    assert picture[1, 1, :3].tolist() == [153, 0, 0]
    assert picture[0, 3, :3].tolist() == [255, 51, 255]
    assert picture[0, 2, 3] == 0


def test_grey_kernels_are_drawn_in_grey(tmp_path: Path) -> None:
    """A net for digits has kernels of one channel."""
    model = nn.Conv2d(1, 1, 2, bias=False)
    model.weight.data = torch.tensor([[[[-1.0, 0.0], [0.5, 1.0]]]])

    assert sheet(model, tmp_path)[:, :, 0].tolist() == [[0, 128], [191, 255]]


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 3e38])
@pytest.mark.filterwarnings("error")
def test_kernels_that_are_not_finite_are_drawn_all_the_same(odd: float, tmp_path: Path) -> None:
    """A net that diverged in training still has a page."""
    model = nn.Conv2d(1, 1, 2, bias=False)
    model.weight.data = torch.tensor([[[[-3e38 if odd == 3e38 else -1.0, 0.0], [1.0, odd]]]])

    picture = sheet(model, tmp_path)[:, :, 0]

    assert (picture.min(), picture.max()) == (0, 255)


@pytest.mark.parametrize(
    "model",
    [
        nn.Conv2d(3, 4, 1),
        nn.Sequential(nn.Conv2d(4, 4, 3), nn.Conv2d(3, 4, 3)),
        nn.Linear(3, 3),
    ],
    ids=["1×1", "not of a picture", "no convolution"],
)
def test_kernels_that_make_no_picture_are_not_drawn(model: nn.Module, tmp_path: Path) -> None:
    """Single pixels, and kernels on feature maps, show nothing to an eye."""
    stats = parameter_stats(model, tmp_path)

    assert [s.file for s in stats if s.file] == []
    assert not list(tmp_path.iterdir())


def test_the_strongest_filters_and_inputs_are_drawn(tmp_path: Path) -> None:
    """A filter a row, largest norm first; in it, its strongest inputs; one scale a filter."""
    further = nn.Conv2d(16, 12, 3)
    nn.init.uniform_(further.weight, -0.1, 0.1)
    with torch.no_grad():
        further.weight[7] *= 10
        further.weight[7, 3] *= 10
    model = nn.Sequential(nn.Conv2d(3, 16, 3), further)

    (grid,) = draw_kernels(model, Ledger(tmp_path, 10**6))

    assert (grid.name, grid.filters[0], grid.inputs[0][0]) == ("1.weight", 7, 3)
    assert (len(grid.filters), len(grid.inputs[0]), grid.columns) == (8, 8, 8)
    with Image.open(tmp_path / grid.file) as image:
        pixels = np.asarray(image.convert("RGBA"))[:, :, 0]
    assert pixels.shape == (grid.height, grid.width) == (8 * 3 + 7, 8 * 3 + 7)
    kernel = further.weight[7].detach()
    low, high = float(kernel[list(grid.inputs[0])].min()), float(kernel.max())
    expected = np.rint((kernel[3].double().numpy() - low) / (high - low) * 255)
    np.testing.assert_allclose(pixels[:3, :3], expected, atol=1)


def test_a_depthwise_convolution_fills_the_rows_with_filters(tmp_path: Path) -> None:
    """Each filter has one input; eight of them make a row."""
    model = nn.Sequential(nn.Conv2d(3, 20, 1), nn.Conv2d(20, 20, 5, groups=20))

    (grid,) = draw_kernels(model, Ledger(tmp_path, 10**6))

    assert (len(grid.filters), set(grid.inputs), grid.columns) == (20, {(0,)}, 8)
    assert (grid.width, grid.height) == (8 * 5 + 7, 3 * 5 + 2)


def test_kernels_share_files_and_keep_apart(tmp_path: Path) -> None:
    """Every grid lies below the one before, in the same file."""
    model = nn.Sequential(*(nn.Conv2d(4, 4, 3) for _ in range(5)))

    grids = draw_kernels(model, Ledger(tmp_path, 10**6))

    assert len({grid.file for grid in grids}) == 1
    assert all(a.top + a.height <= b.top for a, b in pairwise(grids))


def test_kernels_without_room_are_named(tmp_path: Path) -> None:
    """Nothing is written beyond the limit."""
    ledger = Ledger(tmp_path, 10)

    assert draw_kernels(nn.Conv2d(4, 4, 3), ledger) == ()
    assert ledger.left_out == ["kernels of weight"]
    assert not list(tmp_path.iterdir())
