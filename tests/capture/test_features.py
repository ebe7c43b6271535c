"""Feature sheets: the strongest channels first, dead ones counted, each pixel where it belongs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from generator.capture.features import (
    MAX_CHANNELS,
    MAX_TILE,
    draw_grids,
    lay_out,
    rank_channels,
    worth_showing,
)

CONSTANT, DEAD, STRONGEST = 2, 5, 7


@pytest.fixture
def maps() -> Tensor:
    """Eight channels of 6×6: one constant, one dead, one much stronger than the rest."""
    planted = torch.rand(1, 8, 6, 6, generator=torch.Generator().manual_seed(1)) * 0.1
    planted[0, CONSTANT] = 0.5
    planted[0, DEAD] = 0.0
    planted[0, STRONGEST] *= 100
    return planted


def pixels(path: Path) -> np.ndarray:
    """Return the red channel of a sheet."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))[:, :, 0]


def tile(sheet: np.ndarray, number: int, size: int) -> np.ndarray:
    """Cut one tile out of a sheet of eight columns, tiles a pixel apart."""
    top, left = number // 8 * (size + 1), number % 8 * (size + 1)
    return sheet[top : top + size, left : left + size]


def kept(model: nn.Module) -> list[str]:
    """Return the paths a model's sheets would have, all outputs being 4×4."""
    keep = worth_showing(model)
    output = torch.zeros(1, 2, 4, 4)
    return [path for path, module in model.named_modules() if keep(path, module, output)]


def test_channels_are_ranked_by_mean_square(maps: Tensor) -> None:
    """The planted strong one leads, the constant follows, the dead one is last."""
    ranked = rank_channels(maps[0].numpy())

    assert (ranked[0], ranked[1], ranked[-1]) == (STRONGEST, CONSTANT, DEAD)
    assert sorted(ranked) == list(range(8))


def test_a_negative_channel_counts_by_its_size() -> None:
    """Strength is energy: a strongly negative channel is a strong one."""
    maps = np.stack([np.full((2, 2), 1.0), np.full((2, 2), -3.0)]).astype(np.float32)

    assert rank_channels(maps) == [1, 0]


def test_equal_channels_keep_their_order() -> None:
    """Ties are broken by number, so that bytes repeat."""
    assert rank_channels(np.ones((5, 2, 2), np.float32)) == [0, 1, 2, 3, 4]


def test_a_channel_with_nan_is_ranked_last() -> None:
    """It says nothing, and must not hide those that do."""
    maps = np.ones((3, 2, 2), np.float32)
    maps[0, 0, 0] = np.nan

    assert rank_channels(maps) == [1, 2, 0]


def test_dead_channels_are_counted(maps: Tensor, tmp_path: Path) -> None:
    """One of eight is zero everywhere; a constant one is not dead."""
    (grid,) = draw_grids({"cat": {"stage": maps}}, tmp_path)

    assert grid.dead_fraction == 1 / 8
    assert grid.shape == (8, 6, 6)


def test_a_sheet_shows_each_channel_at_its_own_scale(maps: Tensor, tmp_path: Path) -> None:
    """Lowest value black, highest white, per channel; what does not vary is black."""
    (grid,) = draw_grids({"cat": {"stage": maps}}, tmp_path)

    sheet = pixels(tmp_path / grid.file)
    strongest = maps[0, STRONGEST].numpy()
    expected = np.rint((strongest - strongest.min()) / np.ptp(strongest) * 255)
    np.testing.assert_array_equal(tile(sheet, 0, 6), expected)
    assert not tile(sheet, grid.shown_channels.index(CONSTANT), 6).any()
    assert not tile(sheet, grid.shown_channels.index(DEAD), 6).any()


def test_at_most_a_sheet_full_of_channels_is_shown(tmp_path: Path) -> None:
    """Four rows of eight are enough; the strongest are among them."""
    maps = torch.rand(1, 100, 3, 3, generator=torch.Generator().manual_seed(0))
    maps[0, 99] += 9

    (grid,) = draw_grids({"cat": {"stage": maps}}, tmp_path)

    assert len(grid.shown_channels) == MAX_CHANNELS
    assert grid.shown_channels[0] == 99
    assert grid.columns == 8
    assert pixels(tmp_path / grid.file).shape == (4 * 4 - 1, 8 * 4 - 1)


def test_the_record_knows_the_size_of_the_sheet(maps: Tensor, tmp_path: Path) -> None:
    """Pages reserve the space before the picture arrives."""
    (grid,) = draw_grids({"cat": {"stage": maps}}, tmp_path)

    assert (grid.height, grid.width) == pixels(tmp_path / grid.file).shape


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 3e38])
def test_values_beyond_all_scales_do_not_stop_the_drawing(value: float, tmp_path: Path) -> None:
    """The other values of the channel stay visible."""
    maps = torch.tensor([[[[0.0, 1.0], [-3e38 if value == 3e38 else 0.5, value]]]])

    (grid,) = draw_grids({"cat": {"stage": maps}}, tmp_path)

    sheet = pixels(tmp_path / grid.file)
    assert grid.dead_fraction == 0
    assert sheet.max() == 255
    assert sheet.min() == 0


def test_large_maps_are_averaged_down(tmp_path: Path) -> None:
    """A checkerboard of single pixels becomes even grey; halves stay halves."""
    maps = torch.zeros(1, 1, 128, 256)
    maps[..., 128:] = 1

    (grid,) = draw_grids({"cat": {"stage": maps}}, tmp_path)

    assert (grid.height, grid.width) == (MAX_TILE // 2, MAX_TILE)
    sheet = pixels(tmp_path / grid.file)
    assert (sheet[:, :31] < 8).all()
    assert (sheet[:, 33:] > 247).all()


def test_every_picture_gets_its_own_sheet(maps: Tensor, tmp_path: Path) -> None:
    """Sheets are ordered by module, then by picture, and each shows its own picture's maps."""
    seen = {"cat": {"a": maps, "b": maps}, "dog": {"a": -maps, "b": maps}}

    grids = draw_grids(seen, tmp_path)

    assert [(g.path, g.image) for g in grids] == [
        *(("a", "cat"), ("a", "dog"), ("b", "cat"), ("b", "dog")),
    ]
    cat, dog = (pixels(tmp_path / grid.file) for grid in grids[:2])
    np.testing.assert_array_equal(tile(cat, 0, 6), 255 - tile(dog, 0, 6))


def test_a_module_that_ran_for_one_picture_only_is_shown_for_that_one(
    maps: Tensor, tmp_path: Path
) -> None:
    """A net may take another way for another picture."""
    grids = draw_grids({"cat": {"a": maps}, "dog": {"b": maps}}, tmp_path)

    assert [(grid.path, grid.image) for grid in grids] == [("a", "cat"), ("b", "dog")]


def test_no_picture_gives_no_sheet(tmp_path: Path) -> None:
    """A net that takes no pictures has nothing to show, and no folder for it."""
    assert draw_grids({}, tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_equal_maps_give_equal_bytes(maps: Tensor, tmp_path: Path) -> None:
    """Nothing of time, order or place gets into a file."""
    first = draw_grids({"cat": {"stage": maps}}, tmp_path / "one")
    second = draw_grids({"cat": {"stage": maps.clone()}}, tmp_path / "two")

    assert first == second
    one, two = (tmp_path / place / first[0].file for place in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    "path", ["../x", "../../../etc/passwd", "a/b", "/etc", "x" * 5000, "", "名前", "a\0b", "con.."]
)
def test_files_of_hostile_names_stay_in_the_folder(path: str, maps: Tensor, tmp_path: Path) -> None:
    """Module names are anybody's; file names are made of harmless characters only."""
    folder = tmp_path / "inside"

    (grid,) = draw_grids({"cat": {path: maps}}, folder)

    assert grid.path == path
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [folder / grid.file]
    assert (folder / grid.file).parent == folder / "features"
    assert len(Path(grid.file).name) < 120


def test_names_that_look_alike_after_cleaning_do_not_collide(maps: Tensor, tmp_path: Path) -> None:
    """Files are numbered, so that a/b and a_b are two."""
    grids = draw_grids({"cat": {"a/b": maps, "a_b": maps}}, tmp_path)

    assert len({grid.file for grid in grids}) == 2


def test_tiles_are_laid_out_to_the_pixel() -> None:
    """Rows of two, a transparent gap of one pixel, an empty place at the end."""
    tiles = np.array([[[10, 20]], [[30, 40]], [[50, 60]]], dtype=np.uint8)  # three of 1×2

    sheet = np.asarray(lay_out(tiles, columns=2))

    grey, alpha = sheet[:, :, 0], sheet[:, :, 3]
    assert grey.tolist() == [[10, 20, 0, 30, 40], [0] * 5, [50, 60, 0, 0, 0]]
    assert alpha.tolist() == [[255, 255, 0, 255, 255], [0] * 5, [255, 255, 0, 0, 0]]


def test_fewer_tiles_than_columns_make_a_narrow_sheet() -> None:
    """A single tile is as wide as itself."""
    sheet = lay_out(np.zeros((1, 4, 6), np.uint8), columns=8)

    assert sheet.size == (6, 4)


@pytest.mark.parametrize(
    "output",
    [
        torch.zeros(1, 4, 1, 1),
        torch.zeros(1, 4),
        torch.zeros(1, 4, 8),
        torch.zeros(1, 4, 2, 2, dtype=torch.int64),
    ],
    ids=["1×1", "vector", "sequence", "integers"],
)
def test_only_maps_are_worth_showing(output: Tensor) -> None:
    """A single pixel, a vector or indices make no picture."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1))

    assert not worth_showing(model)("0", model[0], output)


def test_convolutions_outside_of_blocks_are_shown() -> None:
    """In a chain every convolution counts, but no activation of its own."""
    chain = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 2, 1))
    model = nn.Sequential(chain, nn.Conv2d(2, 2, 1))

    assert kept(model) == ["0", "0.0", "0.2", "1"]


def test_a_convolution_alone_in_its_container_is_shown_as_the_container() -> None:
    """Convolution, norm and activation are one step, shown when it is complete."""
    step = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2), nn.ReLU())

    assert kept(nn.Sequential(step, nn.ReLU())) == ["0"]


def test_convolutions_inside_of_blocks_are_not_shown() -> None:
    """A block of its own class is shown as what it returns."""

    class Block(nn.Module):
        """Two convolutions that belong together."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 1))

    assert kept(nn.Sequential(Block())) == ["0", "0.inner"]


def test_a_model_that_is_one_convolution_is_shown() -> None:
    """The smallest net has a sheet too."""
    assert kept(nn.Conv2d(3, 2, 1)) == [""]


def test_a_name_with_dots_is_no_obstacle() -> None:
    """Nothing looks modules up by their dotted path, which such a name makes ambiguous."""
    model = nn.Sequential()
    setattr(model, "../x", nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(2, 2, 1)))

    assert kept(model) == ["../x", "../x.0", "../x.1"]


def test_a_reparametrised_weight_is_no_feature_map() -> None:
    """The module that computes a kernel returns four dimensions, and yet no map."""
    model = nn.Sequential(weight_norm(nn.Conv2d(3, 2, 3)))

    assert "0" in kept(model)
    assert "0.parametrizations.weight" not in kept(model)
