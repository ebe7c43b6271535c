"""Decides how size and cost are drawn: networks grown in one way, and choices between them."""

from math import log, log10

from generator.analysis.arithmetic import grouped
from generator.analysis.message import Message
from generator.analysis.pareto import Candidate, front
from generator.diagram.figures.channels import weights
from generator.diagram.figures.shapes import (
    CONV,
    MAPS,
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
from generator.diagram.palette import ACCENT, FAMILY_COLOURS

_NETS = {
    "A": (1.0, 58),
    "B": (2.0, 66),
    "C": (3.5, 64),
    "D": (4.5, 73),
    "E": (7.0, 71),
    "F": (9.0, 76),
}
"""Made-up nets: MACs and accuracy."""


def multiple_of(width: float, divisor: int = 8) -> int:
    """Round a width to a multiple, up where a tenth of it would be lost (MobileNet's rule)."""
    rounded = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * width else rounded + divisor


def regnet_widths(
    depth: int, start: float, slope: float, base: float, group: int
) -> list[tuple[float, int]]:
    """Return the width of each block on the line, and rounded to a step (RegNet, section 3.3)."""
    widths = []
    for block in range(depth):
        line = start + slope * block
        power = round(log(line / start) / log(base))
        step = round(start * base**power / 8) * 8
        widths.append((line, multiple_of(step, group)))
    return widths


def depth() -> Figure:
    """Grow a small network in three ways."""
    kinds: tuple[tuple[Message, int, int, int], ...] = (
        (Message("a network"), 3, 34, 10),
        (Message("deeper"), 6, 34, 10),
        (Message("wider"), 3, 64, 10),
        (Message("larger maps"), 3, 34, 18),
    )
    shapes: list[Shape] = []
    for place, (text, layers, width, height) in enumerate(kinds):
        middle = 42 + place * 85
        for layer in range(layers):
            y = 112 - (layer + 1) * (height + 6)
            shapes.append(Box(middle - width / 2, y, width, height, CONV, corner=2))
        shapes.append(Words(middle, 130, text, SMALL))
    title = Message("More layers, more channels or more pixels: three ways to grow")
    said = Message("Layers are bars; they are as wide as they have channels.")
    return figure(136, title, said, shapes)


def wide() -> Figure:
    """Double the channels of the 3×3 in a bottleneck."""
    ends, scale = 256, 116 / 256
    shapes: list[Shape] = []
    counts = []
    for place, inner in enumerate((64, 128)):
        x = 8 + place * 174
        counts.append(weights(3, inner, inner))
        for step, channels in enumerate((ends, inner, inner, ends)):
            half = channels * scale / 2
            fill = CONV if channels == inner else MAPS
            at = x + step * 42
            shapes.append(Box(at, 78 - half, 24, 2 * half, fill))
            shapes.append(Words(at + 12, 72 - half, str(channels), SMALL))
            if step:
                shapes += arrow((at - 18, 78), (at, 78))
        shapes.append(Words(x + 75, 156, f"3×3: {grouped(counts[-1])}", is_bold=True))
    title = Message("The bottleneck of ResNet-50, and of Wide ResNet-50-2; weights of its 3×3")
    said = Message("{one} and {two} weights.", one=grouped(counts[0]), two=grouped(counts[1]))
    return figure(162, title, said, shapes)


def resolution() -> Figure:
    """Shrink the picture, and the work with it."""
    sizes, scale, x = (224, 192, 160, 128), 0.42, 6.0
    shapes: list[Shape] = []
    said = []
    for size in sizes:
        side, share = size * scale, (size / sizes[0]) ** 2
        shapes += named(Box(x, 110 - side, side, side, POOL), f"{share:.0%}", is_bold=True)
        shapes.append(Words(x + side / 2, 127, str(size)))
        said.append(f"{size}: {share:.0%}")
        x += side + 9
    title = Message("Pixels a side, and the share of MACs that convolutions keep")
    return figure(134, title, Message("Shares: {shares}.", shares=", ".join(said)), shapes)


def eights() -> Figure:
    """Round widths to multiples of eight."""
    scale = 9.6
    shapes: list[Shape] = [Line("M10 84h320", strength=0.6)]
    said = []
    for number in range(0, 33, 8):
        x = 16 + number * scale
        shapes += [Line(f"M{x:.4g} 78v12", thick=2), Words(x, 108, str(number))]
    for width in (11.2, 14.4, 22.4, 28.8):
        right = multiple_of(width)
        a, b = 16 + width * scale, 16 + right * scale
        said.append(f"{width:g} → {right}")
        shapes += [
            Line(f"M{a:.4g} 84h.01", ACCENT, thick=7),
            Line(f"M{a:.4g} 80Q{(a + b) / 2:.4g} 44 {b:.4g} 72", ACCENT, thick=1.6),
            Line(path((b - 4, 68), (b, 76), (b + 3, 67), is_closed=True), ACCENT, 0.1, fill=ACCENT),
            Words(a - 4, 46, f"{width:g}", SMALL),
        ]
    title = Message("Widths are rounded to multiples of 8, but never lose a tenth")
    return figure(116, title, Message("Rounded: {pairs}.", pairs=", ".join(said)), shapes)


def design_space() -> Figure:
    """Draw the widths of RegNetX-400MF: the line, and its steps."""
    widths = regnet_widths(22, 24, 24.48, 2.54, 16)  # d, w0, wa, wm and g of the paper's model
    most = 640
    shapes: list[Shape] = []
    for block, (_, width) in enumerate(widths):
        high = width / most * 128
        shapes.append(Box(40 + block * 13, 136 - high, 10, high, CONV, edge=0.35))
    ends = [
        (45 + 13 * block, 136 - widths[block][0] / most * 128) for block in (0, len(widths) - 1)
    ]
    shapes += [
        Line(path(*ends), ACCENT, thick=2, dash="5 3"),
        Line("M36 136h294", strength=0.6),
        Words(183, 154, Message("blocks"), SMALL),
    ]
    steps = sorted({width for _, width in widths})
    low = 149.0
    for width in steps:
        low = min(low - 11, 140 - width / most * 128)  # small ones would stand over each other
        shapes.append(Words(34, low, str(width), SMALL, anchor="end"))
    title = Message("Channels of RegNetX-400MF: a straight line, rounded to a few widths")
    said = Message("The widths are {widths}.", widths=", ".join(map(str, steps)))
    return figure(160, title, said, shapes)


def pareto() -> Figure:
    """Tell the nets that no other beats from the rest."""
    nets = [Candidate(name, worth, {"macs": cost}) for name, (cost, worth) in _NETS.items()]
    best = front(nets)
    at = {name: (36 + cost * 30, 138 - (worth - 52) * 5) for name, (cost, worth) in _NETS.items()}
    shapes: list[Shape] = [
        Line("M30 8V142H332", strength=0.6),
        Words(181, 158, Message("MACs"), SMALL),
        Words(36, 14, Message("accuracy"), SMALL, anchor="start"),
        Line(path(*(at[name] for name in best)), strength=0.6, dash="2 3"),
    ]
    for name, (x, y) in at.items():
        colour = FAMILY_COLOURS[2] if name in best else FAMILY_COLOURS[-1]
        shapes += [
            Line(f"M{x:.4g} {y:.4g}h.01", colour, thick=11),
            Words(x + 10, y + 12, name, is_bold=name in best, anchor="start"),
        ]
    title = Message("Six made-up nets: the line joins those that no other beats")
    said = Message("On the front: {names}.", names=", ".join(best))
    return figure(164, title, said, shapes)


def log_axis() -> Figure:
    """Put the same numbers on two axes."""
    numbers, most = (1, 2, 5, 10, 20, 50, 100, 1000), 1000
    shapes: list[Shape] = []
    for y, text, is_log in ((40, Message("linear"), False), (104, Message("log"), True)):
        shapes += [
            Words(4, y - 18, text, SMALL, anchor="start", is_bold=True),
            Line(f"M14 {y}h310", strength=0.6),
        ]
        for number in numbers:
            share = log10(number) / log10(most) if is_log else number / most
            x = 14 + share * 310
            shapes.append(Line(f"M{x:.4g} {y}h.01", FAMILY_COLOURS[0], thick=8))
            if is_log or number >= 100:  # noqa: PLR2004 - below that they would overlap
                shapes.append(Words(min(x, 324), y + 19, str(number), SMALL))
    title = Message("The same eight numbers on a linear axis and on a log axis")
    said = Message("On the log axis every factor of ten takes equal room.")
    return figure(130, title, said, shapes)


def centre_crop() -> Figure:
    """Resize a picture, and cut its middle out."""
    before, shorter, crop, scale = (500, 375), 256, 224, 0.3
    resized = tuple(round(side * shorter / min(before)) for side in before)
    places = ((6, before), (180, resized))
    shapes: list[Shape] = []
    for x, (width, height) in places:
        top = 62 - height * scale / 2
        shapes.append(Box(x, top, width * scale, height * scale, MAPS))
        shapes.append(Words(x + width * scale / 2, 138, f"{width}×{height}", SMALL))
    side = crop * scale
    left, top = 180 + (resized[0] * scale - side) / 2, 62 - side / 2
    cut = Box(left, top, side, side, POOL, colour=ACCENT, edge=1, thick=2)
    shapes += [*arrow((158, 62), (178, 62)), *named(cut, f"{crop}²")]
    title = Message(
        "The shorter side becomes {shorter} pixels, the middle is cut out", shorter=shorter
    )
    said = Message(
        "{size} pixels become {resized}, of which {crop}×{crop} are kept.",
        size=f"{before[0]}×{before[1]}",
        resized=f"{resized[0]}×{resized[1]}",
        crop=crop,
    )
    return figure(144, title, said, shapes)
