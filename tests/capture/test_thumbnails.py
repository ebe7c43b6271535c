"""Forty pixels an operation: its strongest channel, or a barcode; every tile at its place."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from generator.capture.thumbnails import COLUMNS, TILE, draw_sheet, thumbnail


def test_the_strongest_channel_is_drawn() -> None:
    """Others would hide what it shows."""
    maps = torch.rand(1, 5, TILE, TILE) * 0.1
    maps[0, 3] = torch.linspace(0, 9, TILE).expand(TILE, TILE)

    tile = thumbnail(maps)

    assert tile is not None
    assert tile[0, 0] == 0
    assert tile[-1, -1] == 255
    assert (np.diff(tile[7].astype(int)) > 0).all()


def test_small_maps_become_plain_pixels_and_large_ones_means() -> None:
    """Two by two positions are four squares; of a checkerboard of halves the halves remain."""
    small = thumbnail(torch.tensor([[[[0.0, 1.0], [1.0, 0.0]]]]))
    large = torch.zeros(1, 1, 4 * TILE, 2 * TILE)
    large[..., TILE:] = 1

    assert small is not None
    np.testing.assert_array_equal(small, np.kron([[0, 255], [255, 0]], np.ones((20, 20))))
    halves = thumbnail(large)
    assert halves is not None
    np.testing.assert_array_equal(halves, np.repeat([[0] * 20 + [255] * 20], TILE, axis=0))


@pytest.mark.parametrize("shape", [(1, 4), (1, 4, 1, 1), (1, 4, 1)])
def test_a_vector_is_a_barcode(shape: tuple[int, ...]) -> None:
    """Each value a bar, also where it comes as maps of one position."""
    tile = thumbnail(torch.tensor([0.0, 1.0, 2.0, 4.0]).view(shape))

    assert tile is not None
    np.testing.assert_array_equal(tile, np.repeat([np.repeat([0, 64, 128, 255], 10)], TILE, axis=0))


def test_a_long_vector_keeps_its_peaks() -> None:
    """Of the values that share a bar the greatest is shown: a likely class is not averaged away."""
    scores = torch.zeros(1, 1000)
    scores[0, 500] = 7

    tile = thumbnail(scores)

    assert tile is not None
    assert tile.shape == (TILE, TILE)
    assert np.flatnonzero(tile[0]).tolist() == [20]


def test_parts_of_a_split_are_one_tile() -> None:
    """The strongest channel of all parts stands for them."""
    weak, strong = torch.rand(1, 2, 8, 8), torch.rand(1, 3, 8, 8) * 9

    np.testing.assert_array_equal(
        thumbnail([weak, strong]), thumbnail(torch.cat([weak, strong], 1))
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        torch.tensor(1.0),
        torch.zeros(1, 0),
        torch.zeros(1, 5, 7),
        torch.zeros(1, 2, 3, 4, 5),
        torch.zeros(2, 3, 4, 4),
        torch.zeros(1, 3, 4, 4, dtype=torch.int64),
        [torch.zeros(1, 2, 4, 4), torch.zeros(1, 2, 5, 5)],
    ],
    ids=["none", "number", "0-d", "empty", "3-d", "5-d", "batch", "integers", "unlike parts"],
)
def test_what_is_neither_maps_nor_a_vector_has_no_tile(value: object) -> None:
    """The page draws such an operation without a picture."""
    assert thumbnail(value) is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 3e38])
def test_odd_values_do_not_stop_a_tile(odd: float) -> None:
    """The rest of the channel stays visible, and so does a vector."""
    maps = torch.rand(1, 1, 50, 50)
    maps[0, 0, 0, 0] = odd

    assert thumbnail(maps) is not None
    assert thumbnail(maps.flatten(1)) is not None


def test_tiles_lie_row_by_row() -> None:
    """Tile number n is at column n mod COLUMNS of row n div COLUMNS."""
    tiles = {f"n{n}": np.full((TILE, TILE), 6 * n, np.uint8) for n in range(COLUMNS + 3)}

    with Image.open(io.BytesIO(draw_sheet(tiles))) as image:
        sheet = np.asarray(image.convert("L")).astype(int)

    assert sheet.shape == (2 * TILE, COLUMNS * TILE)
    for number in range(len(tiles)):
        row, column = divmod(number, COLUMNS)
        middle = sheet[row * TILE + 20, column * TILE + 20]
        assert abs(middle - 6 * number) < 8
