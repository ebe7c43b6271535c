"""Decides how blocks with several ways through them are drawn: side by side, then joined."""

from collections.abc import Sequence

from generator.analysis.arithmetic import grouped
from generator.analysis.message import Message
from generator.diagram.figures.channels import weights
from generator.diagram.figures.shapes import (
    CONV,
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


def inception() -> Figure:
    """Look in four ways at once."""
    inputs = 192
    branches: tuple[tuple[tuple[str | Message, int], ...], ...] = (
        (("1×1", 64),),
        (("1×1", 96), ("3×3", 128)),
        (("1×1", 16), ("5×5", 32)),
        ((Message("max pool"), inputs), ("1×1", 32)),
    )
    return _branched(
        inputs,
        branches,
        Message("The first module of GoogLeNet: four branches, concatenated"),
    )


def fire() -> Figure:
    """Squeeze, then expand in two ways."""
    inputs, squeezed, expanded = 96, 16, 64
    branches = ((("1×1", expanded),), (("3×3", expanded),))
    parts = [weights(k, a, b) + b for k, a, b in ((1, 96, 16), (1, 16, 64), (3, 16, 64))]
    whole = weights(3, inputs, 2 * expanded) + 2 * expanded
    title = Message(
        "The first Fire module of SqueezeNet: {ours} parameters, one 3×3 would have {whole}",
        ours=grouped(sum(parts)),
        whole=grouped(whole),
    )
    return _branched(inputs, branches, title, ("1×1", squeezed))


def cardinality() -> Figure:
    """Let many narrow paths work side by side."""
    channels, paths, width, shown = 256, 32, 4, 3
    shapes: list[Shape] = [*named(Box(4, 14, 34, 130, MAPS), str(channels))]
    rows = [28.0 + 33 * row for row in range(shown)]
    for y in (*rows, 134.0):
        for x, room, text in ((60, 74, f"1×1, {width}"), (146, 56, "3×3"), (214, 58, "1×1")):
            shapes += named(Box(x, y - 11, room, 22, CONV, corner=3), text, 10)
        for a, b in ((38, 60), (134, 146), (202, 214), (272, 298)):
            shapes += arrow((a, y), (b, y))
    dots = "".join(f"M{x} {y}h.01" for x in (97, 174, 243) for y in (110.5, 114.5, 118.5))
    shapes += [
        Line(dots, thick=2.4),
        *named(Box(298, 14, 34, 130, MERGE), "+", 16),
        Words(170, 164, Message("{paths} paths, {width} channels wide", paths=paths, width=width)),
    ]
    inner = weights(3, paths * width, paths * width, paths)
    title = Message("A block of ResNeXt-50 (32×4d): many narrow paths, added up")
    said = Message("The 3×3 of all paths together have {inner} weights.", inner=grouped(inner))
    return figure(170, title, said, shapes)


def dense() -> Figure:
    """Read everything that came before."""
    start, growth, layers = 64, 32, 4
    shapes: list[Shape] = []
    total = [start + growth * layer for layer in range(layers + 1)]
    at = [6 + 68 * place for place in range(layers + 1)]
    for place, x in enumerate(at):
        for later in at[place + 1 :]:
            high = 78 - 17 * ((later - x) / 68)
            curve = f"M{x + 40:.4g} 92C{x + 52:.4g} {high:.4g} {later + 2:.4g} {high:.4g}"
            shapes.append(Line(f"{curve} {later + 14:.4g} 92", strength=0.7))
    for place, x in enumerate(at):
        fill, text = (CONV, f"+{growth}") if place else (MAPS, str(start))
        shapes += named(Box(x, 92, 54, 28, fill, corner=4), text)
        text = Message("reads {count}", count=total[place - 1]) if place else Message("input")
        shapes.append(Words(x + 27, 138, text, SMALL))
    title = Message("In a dense block every layer reads all that came before it")
    said = Message(
        "The layers read {reads} channels; {last} come out.",
        reads=", ".join(map(str, total[:-1])),
        last=total[-1],
    )
    return figure(146, title, said, shapes)


def _branched(
    inputs: int,
    branches: Sequence[Sequence[tuple[str, int]]],
    title: Message,
    before: tuple[str, int] | None = None,
) -> Figure:
    """Draw branches below each other, and what they hand on as a column, heights by channels."""
    total = sum(branch[-1][1] for branch in branches)
    height = 36.0 * len(branches)
    scale = height / total
    shapes: list[Shape] = [*named(Box(4, 20, 32, height, MAPS), str(inputs))]
    left, middle = 36.0, 20 + height / 2
    if before:
        shapes += arrow((36, middle), (56, middle))
        shapes += _step(56, middle, *before)
        left = 126
    y = 20.0
    for row, branch in enumerate(branches):
        at, x = 38 + 36.0 * row, left + 22 if not before else left + 34
        if before:
            shapes += [Line(path((126, middle), (140, middle), (140, at)))]
            shapes += arrow((140, at), (x, at))
        else:
            shapes += arrow((36, at), (x, at))
        for place, (name, channels) in enumerate(branch):
            if place:
                shapes += arrow((x + 70 * place + 22 * (place - 1), at), (x + 92 * place, at))
            shapes += _step(x + 92 * place, at, name, channels)
        end = x + 92 * (len(branch) - 1) + 70
        part = branch[-1][1] * scale
        shapes += [Line(path((end, at), (262, at), (290, y + part / 2)))]
        shapes += named(Box(290, y, 40, part, MERGE), str(branch[-1][1]), SMALL)
        y += part
    shapes.append(Words(310, 13, str(total), is_bold=True))
    sums = " + ".join(str(branch[-1][1]) for branch in branches)
    said = Message(
        "{inputs} channels become {sums} = {total}.", inputs=inputs, sums=sums, total=total
    )
    return figure(height + 28, title, said, shapes)


def _step(x: float, y: float, name: str, channels: int) -> list[Shape]:
    fill = POOL if isinstance(name, Message) else CONV
    box = Box(x, y - 13, 70, 26, fill, corner=4)
    text = name if isinstance(name, Message) else f"{name}, {channels}"
    return [*named(box, text, SMALL)]
