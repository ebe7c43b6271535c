"""Decides what window an operation slides over its input: kernel, stride, padding, dilation."""

from dataclasses import dataclass
from math import prod

from generator.analysis.kinds import Kind, kind_of
from generator.records import Node, Shape

_BATCH_AND_CHANNELS = 2


@dataclass(frozen=True)
class Window:
    """A sliding window, one number a spatial dimension (height, width)."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padded: tuple[int, ...]
    """Values added before and after the input, together; odd only where 'same' cannot be even."""
    dilation: tuple[int, ...]
    ceil: bool = False
    """Whether a last, incomplete step counts."""

    @property
    def extent(self) -> tuple[int, ...]:
        """Pixels from the first to the last tap, dilation included."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))


def spatial(shape: Shape) -> tuple[int, ...]:
    """Return the spatial part of (N, C, H, W); nothing for (N, features)."""
    return tuple(shape[_BATCH_AND_CHANNELS:])


def window_of(node: Node, input_shape: Shape) -> Window | None:
    """Return the window of a convolution or pooling; none for anything else.

    Adaptive pooling has the window that its sizes imply: stride ⌊in / out⌋, and a kernel that
    covers the rest; none where it makes maps larger, for then it repeats values. A mean over the
    spatial dimensions is a pooling over all of them.
    """
    size = spatial(input_shape)
    if not size:
        return None
    if kind_of(node) is Kind.CONV and "transpose" not in node.op:
        return _convolution(node, len(size))
    if node.op.startswith("adaptive_"):
        return _adaptive(size, spatial(node.output_shape))
    if node.op == "mean":
        return _mean(node, input_shape)
    if kind_of(node) is Kind.POOL and "kernel_size" in node.arguments:
        return _pooling(node, len(size))
    return None


def is_global(window: Window, before: Shape, after: Shape) -> bool:
    """Say whether the one position of a window is the whole input."""
    return window.kernel == spatial(before) and prod(spatial(after)) == 1


def changes_nothing(window: Window) -> bool:
    """Say whether a window is one value wide and stops at every one."""
    return {*window.kernel, *window.stride} == {1}


def is_depthwise(node: Node, input_shape: Shape) -> bool:
    """Say whether every kernel of a convolution reads one channel only, and there are several."""
    groups = numbers(node, "groups", 1, 1)[0]
    return groups > 1 and groups == input_shape[1]


def numbers(node: Node, name: str, rank: int, default: int) -> tuple[int, ...]:
    """Return an argument as one integer a dimension, however short it was written."""
    value = node.arguments.get(name, default)
    values = value if isinstance(value, tuple) else (value,)
    whole = tuple(int(v) for v in values if not isinstance(v, str))
    return whole * rank if len(whole) == 1 else whole


def _convolution(node: Node, rank: int) -> Window | None:
    weight = node.arguments.get("weight_shape")
    if not isinstance(weight, tuple):
        return None
    kernel = tuple(int(size) for size in weight[_BATCH_AND_CHANNELS:])
    dilation = numbers(node, "dilation", rank, 1)
    if node.arguments.get("padding") == "same":
        padded = tuple(d * (k - 1) for k, d in zip(kernel, dilation, strict=True))
    else:
        padded = _both_sides(node, rank)
    return Window(kernel, numbers(node, "stride", rank, 1), padded, dilation)


def _pooling(node: Node, rank: int) -> Window:
    kernel = numbers(node, "kernel_size", rank, 1)
    stride = numbers(node, "stride", rank, 1) if "stride" in node.arguments else kernel
    return Window(
        kernel,
        stride,
        _both_sides(node, rank),
        numbers(node, "dilation", rank, 1),
        ceil=bool(node.arguments.get("ceil_mode", False)),
    )


def _both_sides(node: Node, rank: int) -> tuple[int, ...]:
    """Double the padding of one side; 'valid' is none."""
    if node.arguments.get("padding") == "valid":
        return (0,) * rank
    return tuple(2 * side for side in numbers(node, "padding", rank, 0))


def _adaptive(size: tuple[int, ...], out: tuple[int, ...]) -> Window | None:
    if len(size) != len(out) or any(not 0 < a <= b for b, a in zip(size, out, strict=True)):
        return None
    stride = tuple(before // after for before, after in zip(size, out, strict=True))
    kernel = tuple(
        before - (after - 1) * step for before, after, step in zip(size, out, stride, strict=True)
    )
    return Window(kernel, stride, (0,) * len(size), (1,) * len(size))


def _mean(node: Node, input_shape: Shape) -> Window | None:
    rank = len(input_shape)
    dims = {dim % rank for dim in numbers(node, "dim", 1, 1)} if "dim" in node.arguments else set()
    size = spatial(input_shape)
    if dims != set(range(_BATCH_AND_CHANNELS, rank)):
        return None
    return Window(size, size, (0,) * len(size), (1,) * len(size))
