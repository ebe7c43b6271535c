"""Sheets of tiles: each pixel where it belongs, equal pixels in equal bytes."""

import numpy as np
from PIL import Image

from generator.capture.sprites import lay_out, stack, webp

SHEETS = (((4, 5), "red"), ((7, 3), "blue"))


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


def test_sheets_that_share_a_file_keep_apart() -> None:
    """Each begins where the record says, and none covers another."""
    first, second = (Image.new("RGBA", size, colour) for size, colour in SHEETS)

    sheet, tops = stack([first, second])

    assert tops == [0, 9]
    assert sheet.size == (7, 12)
    pixels = np.asarray(sheet)
    np.testing.assert_array_equal(pixels[tops[1] : tops[1] + 3, :7], np.asarray(second))
    assert not pixels[5:9].any()


def test_equal_pixels_give_equal_bytes() -> None:
    """Nothing of time or place gets into a file, exact or not."""
    sheet = Image.effect_noise((40, 40), 50).convert("RGBA")

    assert webp(sheet) == webp(sheet.copy())
    assert webp(sheet, lossless=True) == webp(sheet.copy(), lossless=True)
