"""Decides how a layer's numbers are derived in writing, the real ones substituted."""

from dataclasses import dataclass
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.window import Window, spatial, window_of
from generator.records import Node, Shape


@dataclass(frozen=True)
class Step:
    """One line of arithmetic: what is computed, and how."""

    what: str
    how: str


def arithmetic(node: Node, input_shape: Shape, params: int) -> tuple[Step, ...]:
    """Derive output size, parameters and MACs of one operation."""
    steps: list[Step] = []
    window = window_of(node, input_shape)
    if window is not None:
        steps.extend(_sizes(window, input_shape, node))
    if kind_of(node) is Kind.RESHAPE and len(node.output_shape) == 2 < len(input_shape):  # noqa: PLR2004
        factors = "·".join(map(str, input_shape[1:]))
        steps.append(Step("features", f"{factors} = {grouped(prod(input_shape[1:]))}"))
    weight = node.arguments.get("weight_shape")
    if isinstance(weight, tuple):
        shape = tuple(int(size) for size in weight)
        steps.extend(_costs(node, shape, params))
    return tuple(steps)


def output_size(size: int, window: Window, axis: int) -> int:
    """Return how many positions a window takes along one axis, as torch computes it.

    Ceil mode adds a last incomplete step only if it starts inside the input or its left padding.
    """
    padded = size + 2 * window.padding[axis] - window.extent[axis]
    stride = window.stride[axis]
    if not window.ceil:
        return padded // stride + 1
    steps = -(-padded // stride) + 1
    starts_inside = (steps - 1) * stride < size + window.padding[axis]
    return steps if starts_inside else steps - 1


def grouped(number: int) -> str:
    """Write an integer with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def _sizes(window: Window, input_shape: Shape, node: Node) -> list[Step]:
    before, after = spatial(input_shape), spatial(node.output_shape) or (1,) * len(window.kernel)
    names = ("height", "width") if len(before) == 2 else tuple("length depth height width".split())  # noqa: PLR2004, SIM905
    steps = [
        Step(name, _size(before[axis], after[axis], window, axis))
        for axis, name in zip(range(len(before)), names, strict=False)
    ]
    halves = {step.how for step in steps}
    return [Step("height = width", steps[0].how)] if len(steps) > 1 and len(halves) == 1 else steps


def _size(before: int, after: int, window: Window, axis: int) -> str:
    left, right = ("⌈", "⌉") if window.ceil else ("⌊", "⌋")
    padding = f" + 2·{window.padding[axis]}" if window.padding[axis] else ""
    kernel = str(window.kernel[axis])
    if window.dilation[axis] > 1:
        kernel = f"({window.dilation[axis]}·({kernel} − 1) + 1)"
    inside = f"{before}{padding} − {kernel}"
    stride = window.stride[axis]
    steps = f"{left}({inside}) / {stride}{right}" if stride > 1 else f"{inside}"
    return f"{steps} + 1 = {after}"


def _costs(node: Node, weight: tuple[int, ...], params: int) -> list[Step]:
    has_bias = bool(node.arguments.get("bias"))
    factors = "·".join(map(str, weight))
    if kind_of(node) is Kind.NORM:
        return [Step("parameters", f"2·{weight[0]} = {grouped(params)}")] if params else []
    if kind_of(node) not in {Kind.CONV, Kind.LINEAR}:
        return []
    count = prod(weight) + (weight[0] if has_bias else 0)
    bias = f" + {weight[0]}" if has_bias else ""
    steps = [Step("parameters", f"{factors}{bias} = {grouped(count)}")]
    outputs = "·".join(map(str, node.output_shape[1:]))
    per_output = "·".join(map(str, weight[1:]))
    total = prod(node.output_shape) * prod(weight[1:])
    return [*steps, Step("MACs", f"({outputs}) · ({per_output}) = {grouped(total)}")]
