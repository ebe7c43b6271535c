"""Decides how blocks are drawn: boxes in the order of the data, coloured by kind of work."""

from collections.abc import Sequence

from generator.analysis.arithmetic import grouped
from generator.analysis.message import Message
from generator.diagram.figures.channels import weights
from generator.diagram.figures.shapes import (
    ACTIVATION,
    BLOCK,
    CONV,
    LINEAR,
    MAPS,
    MERGE,
    POOL,
    SMALL,
    Box,
    Figure,
    Line,
    Shape,
    Words,
    arrow,
    figure,
    named,
    path,
)
from generator.diagram.palette import ACCENT, INK


def residual() -> Figure:
    """Carry the input past two convolutions."""
    title = Message("A residual block: the input passes by and is added")
    said = Message("Two 3×3 convolutions with ReLU between; y = x + f(x), then ReLU.")
    return figure(112, title, said, _two_convs(Message("identity"), "3×3", "x", "x + f(x)", []))


def projection() -> Figure:
    """Carry it through a 1×1 where shapes differ."""
    before, after, stride = 256, 512, 2
    passing = named(Box(122, 8, 84, 24, CONV, corner=4), f"1×1 /{stride}", 11)
    shapes = _two_convs("", f"3×3 /{stride}", str(before), str(after), list(passing))
    count = weights(1, before, after)
    title = Message("A projection shortcut brings the input to the shape of the output")
    said = Message(
        "From {before} to {after} channels its 1×1 has {count} weights.",
        before=before,
        after=after,
        count=grouped(count),
    )
    return figure(112, title, said, shapes)


def bottleneck() -> Figure:
    """Narrow, work, widen."""
    widths, kernels = (256, 64, 64, 256), (1, 3, 1)
    counts = [weights(k, a, b) for k, a, b in zip(kernels, widths, widths[1:], strict=False)]
    plain = 2 * weights(3, widths[0], widths[0])
    title = Message("A bottleneck: heights by channels, and the weights of each convolution")
    said = Message(
        "Together {sum} weights; two 3×3 on {channels} channels have {plain}.",
        sum=grouped(sum(counts)),
        channels=widths[0],
        plain=grouped(plain),
    )
    return figure(170, title, said, _funnel(widths, ("1×1", "3×3", "1×1"), counts))


def inverted_residual() -> Figure:
    """Widen, filter each channel, narrow."""
    narrow, times = 24, 6
    wide = narrow * times
    widths = (narrow, wide, wide, narrow)
    counts = [weights(1, narrow, wide), weights(3, wide, wide, wide), weights(1, wide, narrow)]
    names = ("1×1", Message("3×3 depthwise"), "1×1")
    title = Message("An inverted residual: narrow at its ends, wide in the middle")
    said = Message(
        "From {narrow} to {wide} channels and back, together {sum} weights.",
        narrow=narrow,
        wide=wide,
        sum=grouped(sum(counts)),
    )
    return figure(170, title, said, _funnel(widths, names, counts))


def squeeze_and_excitation() -> Figure:
    """Weigh channels by what the whole picture shows."""
    channels, squeezed = 960, 240
    count = 2 * channels * squeezed + channels + squeezed
    steps = (
        (Message("mean"), POOL),
        (f"{channels}→{squeezed}", LINEAR),
        ("ReLU", ACTIVATION),
        (f"{squeezed}→{channels}", LINEAR),
        ("sigmoid", ACTIVATION),
    )
    widths = (40, 60, 36, 60, 50)
    shapes: list[Shape] = list(named(Box(4, 14, 60, 26, MAPS, corner=4), Message("maps")))
    shapes += [*arrow((64, 27), (284, 27)), *arrow((308, 27), (336, 27))]
    shapes += named(Box(284, 15, 24, 24, MERGE, corner=12), "×", 15)
    x = 20.0
    shapes += [*arrow((34, 40), (34, 74))]
    for (name, fill), width in zip(steps, widths, strict=True):
        shapes += named(Box(x, 76, width, 26, fill, corner=4), name, SMALL)
        if x > 20:  # noqa: PLR2004 - the first is reached from above
            shapes += arrow((x - 10, 89), (x, 89))
        x += width + 10
    shapes += arrow((296, 76), (296, 39))
    shapes.append(Words(274, 60, Message("a factor per channel"), SMALL, anchor="end"))
    title = Message("A side path finds a factor between 0 and 1 for every channel")
    said = Message(
        "Narrowed from {channels} to {squeezed}, it has {count} parameters.",
        channels=channels,
        squeezed=squeezed,
        count=grouped(count),
    )
    return figure(110, title, said, shapes)


def auxiliary() -> Figure:
    """Branch a second classifier off, for training only."""
    shapes: list[Shape] = []
    fills = (CONV, BLOCK, BLOCK, BLOCK, LINEAR)
    for place, fill in enumerate(fills):
        x = 6 + place * 68
        shapes.append(Box(x, 74, 50, 30, fill, corner=4))
        if place:
            shapes += arrow((x - 18, 89), (x, 89))
    shapes += [
        Words(303, 122, Message("classifier"), SMALL),
        *arrow((133, 89), (133, 27), (172, 27), colour=ACCENT, dash="4 3"),
        *named(Box(174, 12, 66, 30, LINEAR, dash="4 3", corner=4), Message("classifier"), SMALL),
        Words(246, 31, Message("in training only"), SMALL, anchor="start"),
    ]
    title = Message("An auxiliary head brings a gradient to the layers in the middle")
    said = Message("A second classifier branches off half-way, and is thrown away later.")
    return figure(128, title, said, shapes)


def _two_convs(passing: str, first: str, start: str, end: str, beside: list[Shape]) -> list[Shape]:
    """Draw two convolutions, and the way around them."""
    shapes: list[Shape] = [
        *named(Box(4, 66, 40, 28, MAPS, corner=4), start),
        *arrow((44, 80), (66, 80)),
        *named(Box(66, 66, 52, 28, CONV, corner=4), first),
        *arrow((118, 80), (134, 80)),
        *named(Box(134, 66, 44, 28, ACTIVATION, corner=4), "ReLU", 11),
        *arrow((178, 80), (194, 80)),
        *named(Box(194, 66, 46, 28, CONV, corner=4), "3×3"),
        *arrow((240, 80), (256, 80)),
        *named(Box(256, 69, 22, 22, MERGE, corner=11), "+", 14),
        *arrow((278, 80), (336, 80)),
        Words(308, 72, end, SMALL),
        *arrow((54, 80), (54, 20), (267, 20), (267, 69), colour=ACCENT),
    ]
    if passing:
        shapes.append(Words(160, 14, passing))
    return shapes + beside


def _funnel(widths: Sequence[int], names: Sequence[str], counts: Sequence[int]) -> list[Shape]:
    """Draw channels as heights, and what leads from one to the next as what joins them."""
    scale, middle, room = 116 / max(widths), 84, 84
    shapes: list[Shape] = []
    for place, (name, count) in enumerate(zip(names, counts, strict=True)):
        x = 34 + place * 96
        a, b = widths[place] * scale / 2, widths[place + 1] * scale / 2
        corners = ((x + 6, middle - a), (x + room, middle - b))
        lower = ((x + room, middle + b), (x + 6, middle + a))
        shapes.append(Line(path(*corners, *lower, is_closed=True), thick=0.1, fill=CONV))
        centre = x + 45
        shapes += [
            Words(centre, middle + 4, name, SMALL, colour=INK),
            Words(centre, 163, grouped(count), SMALL),
        ]
    for place, channels in enumerate(widths):
        x, half = 28 + place * 96, channels * scale / 2
        shapes.append(Box(x - 2, middle - half, 10, 2 * half, MAPS))
        shapes.append(Words(x + 3, middle - half - 7, str(channels), is_bold=True))
    return shapes
