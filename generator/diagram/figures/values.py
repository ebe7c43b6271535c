"""Decides how layers are shown at work on a few numbers, each computed as the layer does it."""

from collections.abc import Callable, Sequence
from statistics import fmean

from generator.analysis.message import Message
from generator.diagram.figures.shapes import (
    CONV,
    POOL,
    SMALL,
    Figure,
    Shape,
    Words,
    arrow,
    figure,
    grid,
)
from generator.diagram.palette import FAMILY_COLOURS, tint

Table = Sequence[Sequence[float]]

_EDGE = ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))
_STEP = tuple((0, 0, 5, 5, 5) for _ in range(5))
_MAP = ((1, 3, 0, 2), (5, 3, 2, 4), (0, 6, 1, 1), (2, 4, 7, 3))
_SEVEN = (
    "........",
    ".######.",
    ".....##.",
    "....##..",
    "...##...",
    "..##....",
    "..##....",
    "........",
)
_ACROSS = ((1, 1, 1), (0, 0, 0), (-1, -1, -1))
_MAPS = (
    ((2, 4, 0), (6, 9, 3), (1, 2, 0)),
    ((0, 0, 1), (0, 0, 0), (2, 0, 0)),
    ((5, 5, 4), (5, 6, 5), (5, 5, 5)),
)


def convolved(values: Table, weights: Table) -> list[list[float]]:
    """Slide a kernel over a map, with stride 1 and without padding."""
    size = len(weights)
    return [
        [
            sum(
                values[row + i][column + j] * weights[i][j]
                for i in range(size)
                for j in range(size)
            )
            for column in range(len(values[0]) - size + 1)
        ]
        for row in range(len(values) - size + 1)
    ]


def pooled(
    values: Table, size: int, summary: Callable[[Sequence[float]], float]
) -> list[list[float]]:
    """Replace each window of a map, side by side, by one number."""
    return [
        [
            summary([value for row in values[i : i + size] for value in row[j : j + size]])
            for j in range(0, len(values[0]), size)
        ]
        for i in range(0, len(values), size)
    ]


def convolution() -> Figure:
    """Compute one place of a convolution, and show all others."""
    out = convolved(_STEP, _EDGE)
    cell, place = 22, 1
    conv = CONV
    seen = range(place, place + len(_EDGE))
    fills = [[conv if i < len(_EDGE) and j in seen else "none" for j in range(5)] for i in range(5)]
    result = [["none"] * len(out) for _ in out]
    result[0][place] = POOL
    shapes: list[Shape] = [
        *grid(4, 6, texts(_STEP), cell, fills),
        Words(130, 65, "∗", 18),
        *grid(144, 28, texts(_EDGE), cell, [[conv] * len(_EDGE)] * len(_EDGE)),
        Words(226, 66, "=", 16),
        *grid(244, 28, texts(out), cell, result),
        Words(59, 134, Message("map"), SMALL),
        Words(177, 134, Message("kernel"), SMALL),
        Words(277, 134, Message("result"), SMALL),
    ]
    cells = [_STEP[i][place + j] * w for i, row in enumerate(_EDGE) for j, w in enumerate(row)]
    sum_ = " + ".join(short(value) for value in cells if value) + f" = {short(sum(cells))}"
    shapes.append(Words(170, 156, sum_, is_bold=True))
    title = Message("A kernel that answers where the map becomes brighter to the right")
    said = Message(
        "At the marked place: {sum}; the whole result: {values}.", sum=sum_, values=_row(out)
    )
    return figure(162, title, said, shapes)


def feature_map() -> Figure:
    """Run two kernels over a drawn seven."""
    seven = [[float(sign == "#") for sign in row] for row in _SEVEN]
    shapes: list[Shape] = [*_greys(4, 40, seven, 12)]
    shapes.append(Words(52, 154, Message("picture"), SMALL))
    sums = []
    for y, weights in ((4, _ACROSS), (88, _EDGE)):
        answers = [[max(0.0, value) for value in row] for row in convolved(seven, weights)]
        sums.append(short(max(map(max, answers))))
        shapes += arrow((106, 88), (128, 88), (128, y + 35), (142, y + 35))
        shapes += grid(146, y + 9, texts(weights), 17, [[CONV] * 3] * 3, size=10)
        shapes += arrow((203, y + 35), (232, y + 35))
        shapes += _greys(242, y - 1 + 2, answers, 12)
    title = Message("Two kernels, and the feature map that each makes of one picture")
    said = Message(
        "The one answers to lower edges, the other to left ones; where they fit best they give "
        "{most}.",
        most=", ".join(sums),
    )
    return figure(166, title, said, shapes)


def pooling() -> Figure:
    """Pool one map in both ways."""
    colours = [tint(colour) for colour in FAMILY_COLOURS[:4]]
    fills = [[colours[i // 2 * 2 + j // 2] for j in range(4)] for i in range(4)]
    shapes: list[Shape] = [*grid(4, 22, texts(_MAP), 26, fills)]
    results = []
    for y, name, summary in ((8, "max", max), (86, "average", fmean)):
        out = pooled(_MAP, 2, summary)
        results.append(out)
        shapes += arrow((114, 74), (140, 74), (140, y + 26), (232, y + 26))
        text = Message("largest") if name == "max" else Message("mean")
        shapes.append(Words(186, y + 20, text))
        shapes += grid(240, y, texts(out), 26, [colours[:2], colours[2:]])
    title = Message("Max and average pooling, 2×2 windows with stride 2")
    said = Message(
        "The largest values are {largest}, the means {means}.",
        largest=_row(results[0]),
        means=_row(results[1]),
    )
    return figure(146, title, said, shapes)


def global_average() -> Figure:
    """Replace three maps by three numbers."""
    shapes: list[Shape] = []
    means = []
    for number, values in enumerate(_MAPS):
        fill = tint(FAMILY_COLOURS[number])
        ((mean,),) = pooled(values, 3, fmean)
        means.append(short(mean))
        y = 4 + number * 62
        shapes += grid(90, y, texts(values), 18, [[fill] * 3] * 3)
        shapes += arrow((154, y + 27), (206, y + 27))
        shapes += grid(214, y + 14, [[short(mean)]], 27, [[fill]])
    title = Message("Three maps become three numbers")
    said = Message("The means of the maps are {means}.", means=", ".join(means))
    return figure(190, title, said, shapes)


def _greys(x: float, y: float, values: Table, cell: float) -> list[Shape]:
    """Draw a map as a picture, its largest value white."""
    most = max(map(max, values)) or 1
    shades = [[_grey(value / most) for value in row] for row in values]
    return grid(x, y, [[""] * len(row) for row in values], cell, shades)


def _grey(share: float) -> str:
    return "#" + f"{round(30 + share * 220):02x}" * 3


def texts(values: Table) -> list[list[str]]:
    """Write every number of a table."""
    return [[short(value) for value in row] for row in values]


def _row(values: Table) -> str:
    return ", ".join(short(value) for row in values for value in row)


def short(value: float) -> str:
    """Write a number with three digits at most."""
    return f"{value:.3g}".replace("-", "−")
