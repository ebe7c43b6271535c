"""Decides how training rescales values is shown: normalised in a batch, dropped and made up for."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from generator.analysis.message import Message
from generator.diagram.figures.shapes import (
    DROPOUT,
    SMALL,
    Figure,
    Line,
    Shape,
    Words,
    arrow,
    figure,
    grid,
)
from generator.diagram.figures.values import Table, short, texts
from generator.diagram.palette import ACCENT, FAMILY_COLOURS

_BATCH = (11.0, 13.0, 14.0, 15.0, 17.0, 20.0)
_KEPT = ((1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 0))
_VALUES = ((4, 2, 7, 1), (3, 6, 2, 5), (8, 1, 4, 3))


def normalised(values: Sequence[float]) -> list[float]:
    """Bring values to mean 0 and variance 1."""
    mean = fmean(values)
    deviation = sqrt(fmean((value - mean) ** 2 for value in values))
    return [(value - mean) / deviation for value in values]


def kept(values: Table, mask: Table, chance: float) -> list[list[float]]:
    """Set what a mask drops to nought, and make the rest larger by as much as is missed."""
    return [
        [value / (1 - chance) if keeps else 0 for value, keeps in zip(row, marks, strict=True)]
        for row, marks in zip(values, mask, strict=True)
    ]


def batchnorm() -> Figure:
    """Show the values of a channel before and after."""
    after = normalised(_BATCH)
    shapes: list[Shape] = []
    rows = ((_BATCH, 38, 8.0, 22.0, Message("before")), (after, 112, -2.5, 2.5, Message("after")))
    spots = []
    for values, y, low, high, text in rows:
        scale = 240 / (high - low)
        places = [84 + (value - low) * scale for value in values]
        spots.append(places)
        shapes.append(Line(f"M84 {y}h240", strength=0.5))
        shapes.append(Words(8, y + 4, text, anchor="start"))
        for value in (10, 15, 20) if low > 0 else (-2, -1, 0, 1, 2):
            x = 84 + (value - low) * scale
            shapes.append(Line(f"M{x:.4g} {y - 4}v8", strength=0.5))
            shapes.append(Words(x, y + 18, short(value), SMALL))
        middle = 84 + (fmean(values) - low) * scale
        shapes.append(Line(f"M{middle:.4g} {y - 22}v30", ACCENT, thick=2))
        centre = Message("mean {mean}", mean=short(round(fmean(values), 6) + 0.0))
        shapes.append(Words(middle, y - 26 if low > 0 else y + 36, centre, SMALL))
    shapes += [Line(f"M{a:.4g} 62L{b:.4g} 96", strength=0.35) for a, b in zip(*spots, strict=True)]
    for (_, y, *_), places in zip(rows, spots, strict=True):
        shapes += [_bead(x, y) for x in places]
    mean, deviation = fmean(_BATCH), sqrt(fmean((v - fmean(_BATCH)) ** 2 for v in _BATCH))
    title = Message("Six values of a channel are shifted and scaled; their order stays")
    said = Message(
        "Mean {mean} and standard deviation {deviation} become 0 and 1: {values}.",
        mean=short(mean),
        deviation=f"{deviation:.2f}",
        values=", ".join(f"{value:.2f}".replace("-", "−") for value in after),
    )
    return figure(154, title, said, shapes)


def dropout() -> Figure:
    """Drop half of the values, and make up for them."""
    chance = 1 - fmean(mark for row in _KEPT for mark in row)
    out = kept(_VALUES, _KEPT, chance)
    drop, cell = DROPOUT, 28
    fills = [["none" if mark else drop for mark in row] for row in _KEPT]
    shapes: list[Shape] = [*grid(20, 6, texts(_VALUES), cell, fills)]
    shapes += arrow((142, 48), (198, 48))
    shapes.append(Words(170, 40, f"p = {chance:g}", SMALL))
    shapes += grid(208, 6, texts(out), cell, fills)
    for i, row in enumerate(_KEPT):
        for j, mark in enumerate(row):
            x, y = 20 + j * cell, 6 + i * cell
            if not mark:
                shapes.append(Line(f"M{x + 5} {y + 5}l18 18m0 -18l-18 18", ACCENT, strength=0.8))
    factor = short(1 / (1 - chance))
    shapes.append(Words(264, 108, Message("kept × {factor}", factor=factor), SMALL))
    title = Message("One pass in training: half of the values are dropped")
    said = Message("The values left are multiplied by {factor}.", factor=factor)
    return figure(114, title, said, shapes)


def _bead(x: float, y: float) -> Line:
    return Line(f"M{x:.4g} {y}h.01", FAMILY_COLOURS[0], thick=9)
