"""Files of grids: one a block, many inner steps in one, all within the limit."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.capture.budget import Ledger
from generator.capture.channels import Measured, measure
from generator.capture.features import INNER_CHANNELS, LEVELS, Drawn, draw_grids
from generator.capture.wanted import Wanted
from generator.records import FeatureGrid, Step

PLENTY = 10**9


def measured(seed: int, channels: int = 40, side: int = 20) -> Measured:
    """Measure noise."""
    maps = torch.rand(channels, side, side, generator=torch.Generator().manual_seed(seed))
    found = measure(maps)
    assert isinstance(found, Measured)
    return found


def outer(name: str) -> Wanted:
    """Ask for a block of that name."""
    return Wanted(f"node_{name}", name, is_output=True)


def inner(name: str) -> Wanted:
    """Ask for a step inside of a block."""
    return Wanted(f"node_{name}", name, Step.CONVOLUTION, is_inner=True)


def drawn(
    seen: Mapping[Wanted, Mapping[str, Measured]], folder: Path, limit: int = PLENTY
) -> tuple[Drawn, Ledger]:
    """Draw grids into a folder with a limit."""
    ledger = Ledger(folder, limit)
    return draw_grids(seen, ledger), ledger


def crop(folder: Path, grid: FeatureGrid) -> np.ndarray:
    """Return the grey pixels of one grid, cut out of its file."""
    with Image.open(folder / grid.file) as image:
        pixels = np.asarray(image.convert("RGBA"))
    return pixels[grid.top : grid.top + grid.height, : grid.width, 0]


def test_a_grid_shows_the_tiles_in_order(tmp_path: Path) -> None:
    """Eight a row, strongest first, exact where maps are small."""
    maps = measured(0, channels=10, side=6)

    result, _ = drawn({outer("stage"): {"cat": maps}}, tmp_path)

    (grid,) = result.outer
    sheet = crop(tmp_path, grid)
    assert sheet.shape == (2 * 6 + 1, 8 * 6 + 7)
    np.testing.assert_array_equal(sheet[:6, :6], maps.tiles[0])
    np.testing.assert_array_equal(sheet[7:13, 7:13], maps.tiles[9])
    assert (grid.shown_channels, grid.lows, grid.highs) == (maps.shown, maps.lows, maps.highs)
    assert (grid.columns, grid.node, grid.shape) == (8, "node_stage", (10, 6, 6))


def test_every_picture_has_its_own_file_of_a_block(tmp_path: Path) -> None:
    """Grids are ordered by tensor, then by picture; one picture may lack one."""
    seen = {
        outer("a"): {"cat": measured(0), "dog": measured(1)},
        outer("b"): {"dog": measured(2)},
    }

    result, _ = drawn(seen, tmp_path)

    found = [(grid.path, grid.image) for grid in result.outer]
    assert found == [("a", "cat"), ("a", "dog"), ("b", "dog")]
    assert len({grid.file for grid in result.outer}) == 3


def test_inner_steps_share_files(tmp_path: Path) -> None:
    """One sheet a picture; each grid is found where its record says."""
    small = {inner(f"s{number}"): {"cat": measured(number, side=7)} for number in range(3)}

    result, _ = drawn(small, tmp_path)

    assert len({grid.file for grid in result.inner}) == 1
    for number, grid in enumerate(result.inner):
        tiles = measured(number, side=7).tiles
        assert len(grid.shown_channels) == INNER_CHANNELS
        np.testing.assert_array_equal(crop(tmp_path, grid)[:7, :7], tiles[0])


def test_sheets_of_many_steps_stay_within_what_webp_can_hold(tmp_path: Path) -> None:
    """No side beyond 16383 pixels, however many and large the steps are."""
    large = {inner(f"l{number}"): {"cat": measured(number, 16, 64)} for number in range(40)}

    result, _ = drawn(large, tmp_path)

    assert len(result.inner) == 40
    for file in {grid.file for grid in result.inner}:
        with Image.open(tmp_path / file) as image:
            assert max(image.size) < 16384


@pytest.mark.parametrize("limit", [60_000, 30_000, 15_000, 5_000, 500, 0])
def test_the_limit_is_kept_and_what_is_missing_is_named(limit: int, tmp_path: Path) -> None:
    """Less room, less quality; in the end the last grids go, and inner steps before blocks."""
    seen = {outer(f"b{n}"): {"cat": measured(n)} for n in range(4)}
    seen |= {inner(f"i{n}"): {"cat": measured(n)} for n in range(4)}

    result, ledger = drawn(seen, tmp_path, limit)

    written = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert written == ledger.used_bytes <= limit
    shown = [grid.name for grid in (*result.outer, *result.inner)]
    assert sorted([*shown, *ledger.left_out]) == sorted(
        [*(f"b{n}" for n in range(4)), *(f"i{n} / convolution" for n in range(4))]
    )
    assert shown == [f"b{n}" for n in range(len(result.outer))] + [g.name for g in result.inner]
    assert not result.inner or len(result.outer) == 4


def test_quality_falls_before_a_block_is_left_out(tmp_path: Path) -> None:
    """All blocks are drawn alike, at the best level that fits."""
    seen = {outer(f"b{n}"): {"cat": measured(n)} for n in range(4)}
    _, all_of_it = drawn(seen, tmp_path / "best")

    result, ledger = drawn(seen, tmp_path / "less", all_of_it.used_bytes // 3)

    assert len(result.outer) == 4
    assert not ledger.left_out
    assert result.level in LEVELS[2:]
    assert {len(grid.shown_channels) for grid in result.outer} == {result.level.channels}
    assert {len(grid.lows) for grid in result.outer} == {result.level.channels}


def test_no_picture_gives_no_file(tmp_path: Path) -> None:
    """A net that takes no pictures has nothing to show, and no folder for it."""
    result, _ = drawn({}, tmp_path)

    assert (result.outer, result.inner) == ((), ())
    assert not list(tmp_path.iterdir())


def test_equal_maps_give_equal_bytes(tmp_path: Path) -> None:
    """Nothing of time, order or place gets into a file."""
    seen = {outer("a"): {"cat": measured(0)}, inner("b"): {"cat": measured(1)}}

    one, _ = drawn(seen, tmp_path / "one")
    two, _ = drawn(seen, tmp_path / "two")

    assert one == two
    for grid in (*one.outer, *one.inner):
        contents = [(tmp_path / place / grid.file).read_bytes() for place in ("one", "two")]
        assert contents[0] == contents[1]


@pytest.mark.parametrize(
    "path", ["../x", "../../../etc/passwd", "a/b", "/etc", "x" * 5000, "", "名前", "a\0b", "con.."]
)
def test_files_of_hostile_names_stay_in_the_folder(path: str, tmp_path: Path) -> None:
    """Module names are anybody's; file names are made of harmless characters only."""
    folder = tmp_path / "inside"

    result, _ = drawn({outer(path): {"cat": measured(0)}}, folder)

    (grid,) = result.outer
    assert grid.path == path
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [folder / grid.file]
    assert (folder / grid.file).parent == folder / "features"
    assert len(Path(grid.file).name) < 120


def test_names_that_look_alike_after_cleaning_do_not_collide(tmp_path: Path) -> None:
    """Files are numbered, so that a/b and a_b are two."""
    seen = {outer("a/b"): {"cat": measured(0)}, outer("a_b"): {"cat": measured(1)}}

    result, _ = drawn(seen, tmp_path)

    assert len({grid.file for grid in result.outer}) == 2


def test_a_step_is_named_for_readers(tmp_path: Path) -> None:
    """A module by its path; what is no module by its module and what it does."""
    split = Wanted("chunk", "stage2.1", Step.SPLIT, part=2)
    root = Wanted("cat", "", Step.CONCATENATION)
    seen = {w: {"cat": measured(0)} for w in (outer("stage2"), split, root)}

    result, _ = drawn(seen, tmp_path)

    names = [grid.name for grid in result.outer]
    assert names == ["stage2", "stage2.1 / split 2", "cat / concatenation"]
