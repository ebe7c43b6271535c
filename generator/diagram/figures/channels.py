"""Decides how channels are drawn: a bar each, and a thread wherever one is read for another."""

from collections.abc import Sequence

from generator.analysis.arithmetic import grouped
from generator.analysis.message import Message
from generator.diagram.figures.shapes import (
    CONV,
    SMALL,
    Box,
    Figure,
    Shape,
    Words,
    arrow,
    figure,
    named,
)
from generator.diagram.figures.threads import PITCH, bars, joined, threads
from generator.diagram.palette import FAMILY_COLOURS, tint


def weights(kernel: int, inputs: int, outputs: int, groups: int = 1) -> int:
    """Count the weights of a convolution with a square kernel."""
    return kernel * kernel * inputs * outputs // groups


def group_colours(channels: int, groups: int) -> list[str]:
    """Return the colour of each channel: one a group, plain if there is but one group."""
    if groups == 1:
        return [CONV] * channels
    return [
        tint(FAMILY_COLOURS[number * groups // channels % len(FAMILY_COLOURS)])
        for number in range(channels)
    ]


def reads(inputs: int, outputs: int, groups: int = 1) -> list[tuple[int, int]]:
    """Return which input each output reads, as pairs of their numbers."""
    return [
        (i, o)
        for o in range(outputs)
        for i in range(inputs)
        if i * groups // inputs == o * groups // outputs
    ]


def shuffled(channels: int, groups: int) -> list[int]:
    """Return the order after reshape, transpose, reshape."""
    share = channels // groups
    return [group * share + place for place in range(share) for group in range(groups)]


def pointwise() -> Figure:
    """Mix eight channels into four at one pixel."""
    inputs, outputs = 8, 4
    shapes = [
        *joined((70, 8), [CONV] * inputs, [CONV] * outputs, reads(inputs, outputs), 92),
        Words(40, 71, Message("one pixel"), SMALL),
    ]
    one, three = (weights(kernel, inputs, outputs) for kernel in (1, 3))
    shapes += [
        Words(238, 52, f"1×1: {one}", anchor="start", is_bold=True),
        Words(238, 72, f"3×3: {three}", anchor="start"),
        Words(238, 34, Message("weights"), SMALL, anchor="start"),
    ]
    title = Message("A 1×1 convolution: {i} channels become {o}", i=inputs, o=outputs)
    said = Message("It has {one} weights, a 3×3 would have {three}.", one=one, three=three)
    return figure(134, title, said, shapes)


def grouped_convolution() -> Figure:
    """Cut the threads between groups."""
    return _kinds_of_groups(
        (1, 2, 4), Message("Eight channels read by eight others, in 1, 2 and 4 groups")
    )


def depthwise() -> Figure:
    """Let every channel be read by one alone."""
    title = Message("An ordinary 3×3 reads every channel, a depthwise one only its own")
    return _kinds_of_groups((1, 8), title)


def separable() -> Figure:
    """Filter each channel, then mix them."""
    channels = 6
    colours = group_colours(channels, channels)
    shapes = [
        threads((150, 24), reads(channels, channels), 44),
        *joined((46, 24), colours, colours, reads(channels, channels, channels), 60),
        *bars((194, 24), [CONV] * channels),
        Words(98, 14, Message("depthwise"), SMALL),
    ]
    first, second = weights(3, channels, channels, channels), weights(1, channels, channels)
    full = weights(3, channels, channels)
    shapes += [
        Words(172, 14, "1×1", SMALL),
        Words(98, 132, str(first), is_bold=True),
        Words(136, 132, "+"),
        Words(172, 132, str(second), is_bold=True),
        Words(222, 62, Message("3×3 depthwise + 1×1:"), SMALL, anchor="start"),
        Words(222, 78, f"{first + second}", anchor="start", is_bold=True),
        Words(222, 98, Message("one 3×3:"), SMALL, anchor="start"),
        Words(222, 114, f"{full}", anchor="start", is_bold=True),
    ]
    title = Message("First each channel by itself, then all of them at each pixel")
    said = Message(
        "Weights for {channels} channels: {first} + {second} = {sum}, an ordinary 3×3 has {full}.",
        channels=channels,
        first=first,
        second=second,
        sum=first + second,
        full=full,
    )
    return figure(140, title, said, shapes)


def shuffle() -> Figure:
    """Deal twelve channels of three groups out anew."""
    channels, groups = 12, 3
    order = shuffled(channels, groups)
    before = group_colours(channels, groups)
    after = [before[number] for number in order]
    pairs = [(number, place) for place, number in enumerate(order)]
    shapes = joined((96, 6), before, after, pairs, 96)
    for place, number in enumerate(order):
        y = 6 + place * PITCH + 9.5
        shapes += [
            Words(88, y, str(place), SMALL, anchor="end"),
            Words(244, y, str(number), SMALL, anchor="start"),
        ]
    shapes += [
        Words(4, 98, Message("{count} groups", count=groups), SMALL, anchor="start"),
        Words(272, 98, Message("mixed"), SMALL, anchor="start"),
    ]
    title = Message("Channels dealt out like cards: every new group holds some of each")
    said = Message("The new order is {order}.", order=" ".join(map(str, order)))
    return figure(190, title, said, shapes)


def split() -> Figure:
    """Hand one half on, convolve the other, and mix them."""
    channels = 8
    half = channels // 2
    colours = group_colours(channels, 2)
    order = shuffled(channels, 2)
    shapes: list[Shape] = [*bars((8, 8), colours)]
    low, high = 8 + half * PITCH / 2 - 2, 8 + half * PITCH * 1.5 - 2
    shapes += arrow((36, low), (150, low))
    shapes += arrow((36, high), (62, high))
    box = Box(64, high - 14, 62, 28, CONV, corner=4)
    shapes += [*named(box, Message("convolutions"), 10), *arrow((126, high), (150, high))]
    shapes.append(Words(92, low - 8, Message("as they are"), SMALL))
    pairs = [(number, place) for place, number in enumerate(order)]
    shapes += joined((156, 8), colours, [colours[number] for number in order], pairs, 86)
    shapes.append(Words(221, 142, Message("channel shuffle"), SMALL))
    title = Message("A unit of ShuffleNet v2: split, work on one half, concatenate, shuffle")
    said = Message("Of {channels} channels {half} pass untouched.", channels=channels, half=half)
    return figure(148, title, said, shapes)


def width_multiplier() -> Figure:
    """Thin a layer out, and what it costs with it."""
    channels = 16
    shapes: list[Shape] = []
    said = []
    for number, factor in enumerate((1.0, 0.75, 0.5, 0.25)):
        x, left = 8 + number * 84, round(channels * factor)
        for place in range(channels):
            fill = CONV if place < left else "none"
            dash = "" if place < left else "2 2"
            shapes.append(Box(x, 6 + place * 7, 62, 5, fill, dash=dash, edge=0.35))
        share = weights(1, left, left) / weights(1, channels, channels)
        said.append(f"α = {factor:g}: {share:.0%}")
        shapes += [
            Words(x + 31, 134, f"α = {factor:g}"),
            Words(x + 31, 151, f"{share:.0%}", is_bold=True),
        ]
    title = Message("Channels of a layer under a width multiplier, and the share of MACs left")
    return figure(157, title, Message("Shares: {shares}.", shares="; ".join(said)), shapes)


def _kinds_of_groups(kinds: Sequence[int], title: Message) -> Figure:
    """Draw eight channels and their readers once for every number of groups, with the weights."""
    channels, kernel = 8, 3
    shapes: list[Shape] = []
    said = []
    room = 340 / len(kinds)
    for number, groups in enumerate(kinds):
        x = room * number + (room - 96) / 2
        colours = group_colours(channels, groups)
        shapes += joined((x, 6), colours, colours, reads(channels, channels, groups), 52)
        count = weights(kernel, channels, channels, groups)
        said.append(str(count))
        shapes += [
            Words(x + 48, 142, Message("{count} weights", count=grouped(count)), is_bold=True)
        ]
    told = Message("Weights of the 3×3: {counts}.", counts=", ".join(said))
    return figure(150, title, told, shapes)
