"""Decides how windows over a map are drawn: where they stand, what they read, what is left."""

from generator.analysis.arithmetic import grouped, output_size
from generator.analysis.message import Message
from generator.analysis.window import Window
from generator.diagram.figures.shapes import (
    CONV,
    LINEAR,
    MAPS,
    POOL,
    SMALL,
    Box,
    Figure,
    Line,
    Shape,
    Words,
    arrow,
    blank,
    figure,
    grid,
    named,
    path,
)
from generator.diagram.palette import ACCENT


def window(kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Window:
    """Return a window along one side."""
    return Window((kernel,), (stride,), (2 * padding,), (dilation,))


def stride() -> Figure:
    """Move one window by one pixel and by two."""
    size, kernel, cell = 7, 3, 19
    shapes: list[Shape] = []
    left = []
    for x, step in ((8, 1), (199, 2)):
        places = output_size(size, window(kernel, step), 0)
        left.append(places)
        near = range(kernel)
        fills = [
            [CONV if i in near and j in near else "none" for j in range(size)] for i in range(size)
        ]
        shapes += grid(x, 4, blank(size), cell, fills)
        shapes.append(_framed(x + step * cell, 4, kernel * cell))
        centres = [cell * (kernel / 2 + step * place) for place in range(places)]
        shapes += [_dot(x + right, 4 + down) for down in centres for right in centres]
        text = Message("stride {stride}: {size}×{size} left", stride=step, size=places)
        shapes.append(Words(x + size * cell / 2, 156, text))
    title = Message("A 3×3 window on {size}×{size} pixels; dots: where its middle comes", size=size)
    said = Message(
        "With stride 1 it stands at {one}×{one} places, with stride 2 at {two}×{two}.",
        one=left[0],
        two=left[1],
    )
    return figure(162, title, said, shapes)


def padding() -> Figure:
    """Keep the size of a map by a frame of zeros."""
    size, kernel, cell = 5, 3, 19
    shapes: list[Shape] = []
    left = []
    for x, frame in ((27, 0), (199, 1)):
        places = output_size(size, window(kernel, padding=frame), 0)
        left.append(places)
        corner = 23 - frame * cell
        if frame:
            outer = range(size + 2)
            ends = {0, outer[-1]}
            ring = [["0" if ends & {row, column} else "" for column in outer] for row in outer]
            shapes += grid(x, corner, ring, cell, size=SMALL)
        inner = x + frame * cell
        shapes += grid(inner, 23, blank(size), cell, [[MAPS] * size] * size)
        at = kernel * cell
        shapes.append(_framed(x, corner, at))
        shapes.append(_dot(x + at / 2, corner + at / 2))
        text = Message("padding {padding}: {size}×{size}", padding=frame, size=places)
        shapes.append(Words(inner + size * cell / 2, 158, text))
    title = Message("A 3×3 window on {size}×{size} pixels, without and with a frame", size=size)
    said = Message(
        "Without padding {none}×{none} values come out, with one ring of zeros {ring}×{ring}.",
        none=left[0],
        ring=left[1],
    )
    return figure(164, title, said, shapes)


def dilation() -> Figure:
    """Spread the nine weights of a kernel."""
    size, kernel, cell = 7, 3, 14
    shapes: list[Shape] = []
    spans = []
    for place, spread in enumerate((1, 2, 3)):
        x = 2 + place * 119
        (span,) = window(kernel, dilation=spread).extent
        spans.append(span)
        first = (size - span) // 2
        taps = {first + spread * number for number in range(kernel)}
        fills = [
            [CONV if {row, column} <= taps else "none" for column in range(size)]
            for row in range(size)
        ]
        shapes += grid(x, 4, blank(size), cell, fills)
        at = first * cell
        frame = _framed(x + at, 4 + at, span * cell)
        shapes.append(frame)
        middle = x + size * cell / 2
        shapes.append(Words(middle, 121, Message("dilation {number}", number=spread)))
        shapes.append(Words(middle, 137, f"{span}×{span}", is_bold=True))
    title = Message("The nine weights of a 3×3 kernel, spread by dilation")
    said = Message("They span {spans} pixels a side.", spans=", ".join(map(str, spans)))
    return figure(142, title, said, shapes)


def receptive_field() -> Figure:
    """Follow one value back through three convolutions, in one direction of the picture."""
    layers, kernel, pixels, cell, step = 3, 3, 9, 23, 44
    shapes: list[Shape] = []
    seen = [1 + (kernel - 1) * layer for layer in range(layers + 1)]
    for layer in range(layers + 1):
        y, needed = 4 + layer * step, seen[layers - layer]
        first = (pixels - needed) / 2
        fills = ["none"] * pixels
        for place in range(int(first), int(first) + needed):
            fills[place] = CONV if layer else LINEAR
        shapes += grid(4, y, blank(1, pixels), cell, [fills])
        text = Message("sees {size}×{size}", size=seen[layer]) if layer else Message("input")
        shapes.append(Words(221, y + 16, text, anchor="start"))
        if layer < layers:
            shapes += _cone(4 + first * cell, y + cell, needed * cell, step - cell, cell)
    title = Message("What one value depends on, through three 3×3 convolutions")
    said = Message("One, two and three layers see {sizes} pixels a side.", sizes=_list(seen[1:]))
    return figure(4 + layers * step + cell + 4, title, said, shapes)


def output_stride() -> Figure:
    """Halve a picture five times, drawn to scale."""
    size, halvings, scale, gap = 224, 5, 0.5, 17.0
    shapes: list[Shape] = []
    x, between = 4.0, 1
    sizes: list[str] = []
    for _ in range(halvings + 1):
        side = size * scale
        shapes.append(Box(x, 120 - side, side, side, POOL if sizes else MAPS))
        centre = x + side / 2
        shapes += [
            Words(centre, 138, str(size), SMALL),
            Words(centre, 154, f"/{between}", is_bold=True),
        ]
        sizes.append(f"{size} /{between}")
        x += side + gap
        places = output_size(size, window(2, 2), 0)
        between, size = between * 2, places
    title = Message("A picture halved five times: pixels a side, and output stride")
    said = Message("Pixels a side and output stride: {sizes}.", sizes=", ".join(sizes))
    return figure(160, title, said, shapes)


def factorised() -> Figure:
    """Replace a large kernel by small ones that see as far."""
    cell = 13
    shapes: list[Shape] = []
    said = []
    rows = (((5, 5),), ((3, 3), (3, 3))), (((7, 7),), ((1, 7), (7, 1)))
    for row, sides in enumerate(rows):
        middle = 38 + row * 108
        for x, kernels in zip((6, 142), sides, strict=True):
            at = float(x)
            for height, width in kernels:
                fills = [[CONV] * width] * height
                top = middle - height * cell / 2
                shapes += grid(at, top, blank(height, width), cell, fills)
                at += width * cell + 9
            weights = sum(height * width for height, width in kernels)
            names = " + ".join(f"{height}×{width}" for height, width in kernels)
            said.append(f"{names} = {weights}")
            shapes.append(
                Words(
                    x,
                    middle + sides[0][0][0] * cell / 2 + 18,
                    f"{names}: {weights}",
                    anchor="start",
                )
            )
        shapes += arrow((112, middle), (134, middle))
    title = Message("Small kernels in the place of a large one; weights for a pair of channels")
    return figure(216, title, Message("Weights: {sums}.", sums="; ".join(said)), shapes)


def kernel() -> Figure:
    """Show how many weights a layer has: a window as deep as the input, once for every output."""
    side, inputs, outputs, cell = 3, 3, 4, 12
    shapes: list[Shape] = []
    for number in range(outputs):
        x, y = 96 + 62 * number, 20
        for depth in reversed(range(inputs)):
            fills = [[CONV] * side] * side
            shapes += grid(x + depth * 5, y - depth * 5 + 12, blank(side), cell, fills)
        shapes += arrow((x + 20, y + 54), (x + 20, y + 74))
        shapes += named(Box(x + 4, y + 76, 32, 22, POOL), str(number + 1))
    for depth in reversed(range(inputs)):
        shapes.append(Box(6 + depth * 7, 34 - depth * 7, 50, 50, MAPS))
    shapes += [
        Words(38, 112, Message("{count} channels", count=inputs), SMALL),
        Words(208, 136, Message("{count} channels", count=outputs), SMALL),
    ]
    weights = side * side * inputs * outputs
    sum_ = f"{side} · {side} · {inputs} · {outputs} = {grouped(weights)}"
    shapes.append(Words(208, 156, sum_, is_bold=True))
    title = Message("Every output channel has a kernel of its own, as deep as the input")
    said = Message("Weights of {outputs} kernels: {sum}.", outputs=outputs, sum=sum_)
    return figure(162, title, said, shapes)


def _framed(x: float, y: float, side: float) -> Box:
    """Draw where a window stands."""
    return Box(x, y, side, side, colour=ACCENT, thick=2, edge=1)


def _dot(x: float, y: float) -> Line:
    # A line without length and with round ends is a dot.
    return Line(f"M{x:.4g} {y:.4g}h.01", ACCENT, thick=5)


def _cone(x: float, y: float, width: float, height: float, narrower: float) -> list[Line]:
    """Join the ends of what is read with the ends of what comes out, a cell less on each side."""
    ends = ((x, x + narrower), (x + width, x + width - narrower))
    return [Line(path((a, y), (b, y + height)), ACCENT, dash="3 3") for a, b in ends]


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
