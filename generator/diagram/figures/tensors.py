"""Decides how what flows through a network is drawn: sheets, vectors, and operations as boxes."""

from math import prod

from generator.analysis.arithmetic import grouped
from generator.analysis.message import Message
from generator.diagram.figures.channels import reads
from generator.diagram.figures.shapes import (
    ACTIVATION,
    CONV,
    LINEAR,
    MAPS,
    MERGE,
    SMALL,
    Box,
    Figure,
    Line,
    Shape,
    Words,
    arrow,
    figure,
    named,
)
from generator.diagram.figures.threads import BAR, PITCH, joined


def tensor() -> Figure:
    """Lay the colours of a picture over each other."""
    shape = (3, 224, 224)
    shapes: list[Shape] = []
    for place, fill in enumerate(("#9db9ee", "#a5d8b4", "#f0a8a8")):
        shapes.append(Box(116 - place * 22, 6 + place * 20, 90, 90, fill))
    shapes += [
        Words(62, 96, str(shape[1]), is_bold=True, anchor="end"),
        Words(117, 152, str(shape[2]), is_bold=True),
        Words(186, 124, Message("{count} channels", count=shape[0]), anchor="start"),
        Words(60, 111, Message("height"), SMALL, anchor="end"),
        Words(117, 166, Message("width"), SMALL),
    ]
    sum_ = " · ".join(map(str, shape)) + f" = {grouped(prod(shape))}"
    shapes.append(Words(338, 60, sum_, SMALL, anchor="end"))
    title = Message("A colour picture as a tensor")
    return figure(172, title, Message("{sum} numbers.", sum=sum_), shapes)


def fully_connected() -> Figure:
    """Let every output read every input."""
    inputs, outputs = 6, 4
    fill = [LINEAR]
    shapes = joined((60, 6), fill * inputs, fill * outputs, reads(inputs, outputs), 110)
    count = inputs * outputs
    sum_ = f"{inputs} · {outputs} + {outputs} = {count + outputs}"
    shapes += [
        Words(52, 6 + inputs * PITCH / 2 + BAR / 4, str(inputs), anchor="end"),
        Words(222, 6 + inputs * PITCH / 2 + BAR / 4, str(outputs), anchor="start"),
        Words(300, 48, Message("parameters"), SMALL),
        Words(300, 64, str(count + outputs), is_bold=True),
    ]
    title = Message("Every thread is a weight, and every output has a bias")
    return figure(104, title, Message("Parameters: {sum}.", sum=sum_), shapes)


def graph() -> Figure:
    """Draw the few operations of a residual block."""
    shapes: list[Shape] = [
        *named(Box(4, 56, 46, 26, MAPS, corner=13), Message("input"), SMALL),
        *arrow((50, 69), (74, 69)),
        *named(Box(74, 56, 56, 26, CONV, corner=4), "conv2d", 11),
        *arrow((130, 69), (150, 69)),
        *named(Box(150, 56, 40, 26, ACTIVATION, corner=4), "relu", 11),
        *arrow((190, 69), (214, 69)),
        *named(Box(214, 56, 40, 26, MERGE, corner=4), "+", 14),
        *arrow((254, 69), (276, 69)),
        *named(Box(276, 56, 58, 26, MAPS, corner=13), Message("output"), SMALL),
        *arrow((62, 69), (62, 22), (234, 22), (234, 56)),
        Words(148, 16, "64×56×56", SMALL),
        Line("M62 69h.01", thick=5),
    ]
    title = Message("Operations as boxes; what flows along an arrow is a tensor")
    said = Message("input, conv2d, relu, +, output; the sum also reads the input.")
    return figure(88, title, said, shapes)
