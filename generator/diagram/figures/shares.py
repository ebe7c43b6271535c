"""Decides how scores become shares is drawn: bars, for one temperature and for several."""

from collections.abc import Sequence
from math import exp

from generator.analysis.message import Message
from generator.diagram.figures.shapes import (
    ACTIVATION,
    SMALL,
    Box,
    Figure,
    Line,
    Shape,
    Words,
    figure,
)

_SCORES = (2.0, 1.0, 0.0)


def softmax_of(scores: Sequence[float], temperature: float = 1) -> list[float]:
    """Turn scores into shares that add up to 1."""
    powers = [exp(score / temperature) for score in scores]
    return [power / sum(powers) for power in powers]


def softmax() -> Figure:
    """Turn three scores into shares."""
    shapes: list[Shape] = []
    shares = softmax_of(_SCORES)
    for place, (score, share) in enumerate(zip(_SCORES, shares, strict=True)):
        y = 30 + place * 34
        powers = exp(score)
        shapes += [
            Words(24, y + 15, f"{score:g}"),
            Words(88, y + 15, f"{powers:.2f}"),
            Box(136, y, share * 150, 22, ACTIVATION),
            Words(142 + share * 150, y + 15, f"{share:.3f}", anchor="start", is_bold=True),
        ]
    shapes += [
        Words(24, 16, Message("score"), SMALL),
        Words(88, 16, Message("e to the score"), SMALL),
        Words(136, 16, Message("share"), SMALL, anchor="start"),
    ]
    title = Message("Softmax of three scores")
    said = Message("The shares are {shares}.", shares=_shares(shares))
    return figure(132, title, said, shapes)


def temperature() -> Figure:
    """Turn the same scores into shares at three temperatures."""
    shapes: list[Shape] = []
    said = []
    for place, degree in enumerate((0.5, 1.0, 2.0)):
        x = 12 + place * 112
        shares = softmax_of(_SCORES, degree)
        said.append(f"T = {degree:g}: {_shares(shares)}")
        for number, share in enumerate(shares):
            high = share * 100
            left = x + number * 32
            shapes += [
                Box(left, 124 - high, 26, high, ACTIVATION),
                Words(left + 13, 119 - high, f"{share:.2f}", 9.5),
            ]
        shapes.append(Line(f"M{x - 4} 124h98", strength=0.5))
        shapes.append(Words(x + 45, 142, f"T = {degree:g}", is_bold=degree == 1))
    title = Message("The scores 2, 1 and 0 at three temperatures")
    return figure(148, title, Message("Shares: {shares}.", shares="; ".join(said)), shapes)


def _shares(shares: Sequence[float]) -> str:
    return ", ".join(f"{share:.3f}" for share in shares)
