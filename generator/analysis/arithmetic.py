"""Decides how a layer's numbers are derived in writing, the real ones substituted."""

from dataclasses import dataclass
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.message import Message
from generator.analysis.window import Window, spatial, window_of
from generator.records import Node, Shape

_SIDES = (Message("depth"), Message("height"), Message("width"))
_ALL_SIDES = {
    1: Message("length"),
    2: Message("height = width"),
    3: Message("depth = height = width"),
}
"""What one line is about that holds for every side, by their number."""


@dataclass(frozen=True)
class Step:
    """One line of arithmetic: what is computed, and how."""

    what: Message
    how: str


def arithmetic(node: Node, input_shape: Shape, params: int) -> tuple[Step, ...]:
    """Derive output size, parameters (none: counted elsewhere) and MACs of one operation."""
    steps: list[Step] = []
    window = window_of(node, input_shape)
    if window is not None:
        steps.extend(_sizes(window, input_shape, node))
    if kind_of(node) is Kind.RESHAPE and len(node.output_shape) == 2 < len(input_shape):  # noqa: PLR2004
        factors = "·".join(map(str, input_shape[1:]))
        steps.append(Step(Message("features"), f"{factors} = {grouped(prod(input_shape[1:]))}"))
    weight = node.arguments.get("weight_shape")
    if isinstance(weight, tuple):
        shape = tuple(int(size) for size in weight)
        steps.extend(_costs(node, input_shape, shape, is_counted_here=params > 0))
    return tuple(steps)


def output_size(size: int, window: Window, axis: int) -> int:
    """Return how many positions a window takes along one axis, as torch computes it.

    Ceil mode adds a last incomplete step only if it starts inside the input or its left padding.
    """
    way = size + window.padded[axis] - window.extent[axis]
    stride = window.stride[axis]
    if not window.ceil:
        return way // stride + 1
    return -(-way // stride) + (0 if _starts_outside(size, window, axis) else 1)


def grouped(number: int) -> str:
    """Write an integer with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def _sizes(window: Window, input_shape: Shape, node: Node) -> list[Step]:
    before, after = spatial(input_shape), spatial(node.output_shape) or (1,) * len(window.kernel)
    lines = [_size(before[axis], after[axis], window, axis) for axis in range(len(before))]
    if len(set(lines)) == 1:
        return [Step(_ALL_SIDES[len(before)], lines[0])]
    return [Step(name, line) for name, line in zip(_SIDES[-len(before) :], lines, strict=True)]


def _starts_outside(size: int, window: Window, axis: int) -> bool:
    """Say whether the last window of ceil mode would start behind the input."""
    stride = window.stride[axis]
    steps = -(-(size + window.padded[axis] - window.extent[axis]) // stride)
    return steps * stride >= size + window.padded[axis] // 2


def _size(before: int, after: int, window: Window, axis: int) -> str:
    left, right = ("⌈", "⌉") if window.ceil else ("⌊", "⌋")
    side, is_odd = divmod(window.padded[axis], 2)
    padding = f" + {window.padded[axis]}" if is_odd else f" + 2·{side}" if side else ""
    kernel = str(window.kernel[axis])
    if window.dilation[axis] > 1:
        kernel = f"({window.dilation[axis]}·({kernel} − 1) + 1)"
    inside = f"{before}{padding} − {kernel}"
    stride = window.stride[axis]
    steps = f"{left}({inside}) / {stride}{right}" if stride > 1 else f"{inside}"
    # In ceil mode a last window that would start in the padding is dropped.
    dropped = " − 1" if window.ceil and _starts_outside(before, window, axis) else ""
    return f"{steps} + 1{dropped} = {after}"


def _costs(
    node: Node, input_shape: Shape, weight: tuple[int, ...], *, is_counted_here: bool
) -> list[Step]:
    kind = kind_of(node)
    if kind not in {Kind.CONV, Kind.LINEAR, Kind.NORM}:
        return []
    steps = [_parameters(node, weight)] if is_counted_here else []
    if kind is Kind.NORM:
        return steps
    # A transposed convolution spreads every input value; the others gather for every output value.
    places = input_shape if "transpose" in node.op else node.output_shape
    per_place = "·".join(map(str, weight[1:]))
    total = grouped(prod(places) * prod(weight[1:]))
    return [
        *steps,
        Step(Message("MACs"), f"({'·'.join(map(str, places[1:]))}) · ({per_place}) = {total}"),
    ]


def _parameters(node: Node, weight: tuple[int, ...]) -> Step:
    factors, count = "·".join(map(str, weight)), prod(weight)
    if not node.arguments.get("bias"):
        return Step(Message("parameters"), f"{factors} = {grouped(count)}")
    if kind_of(node) is Kind.NORM:
        return Step(Message("parameters"), f"2·{factors} = {grouped(2 * count)}")
    biases = node.output_shape[-1] if kind_of(node) is Kind.LINEAR else node.output_shape[1]
    return Step(Message("parameters"), f"{factors} + {biases} = {grouped(count + biases)}")
