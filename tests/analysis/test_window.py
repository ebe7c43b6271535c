"""Claims about sliding windows: read off an operation, they step as torch steps."""

from collections.abc import Callable

import pytest
import torch
from conftest import RecordOf
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from generator.analysis.arithmetic import output_size
from generator.analysis.window import (
    Window,
    changes_nothing,
    is_depthwise,
    is_global,
    spatial,
    window_of,
)
from generator.records import Argument, Node

_RANKS = st.sampled_from((1, 2, 3))
_CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_POOL: dict[str, Callable[..., Tensor]] = {
    "max_pool1d": F.max_pool1d,
    "max_pool2d": F.max_pool2d,
    "max_pool3d": F.max_pool3d,
    "avg_pool1d": F.avg_pool1d,
    "avg_pool2d": F.avg_pool2d,
    "avg_pool3d": F.avg_pool3d,
}
_ADAPTIVE: dict[str, Callable[..., Tensor]] = {
    "adaptive_avg_pool1d": F.adaptive_avg_pool1d,
    "adaptive_avg_pool2d": F.adaptive_avg_pool2d,
    "adaptive_avg_pool3d": F.adaptive_avg_pool3d,
    "adaptive_max_pool2d": F.adaptive_max_pool2d,
}


def _node(op: str, after: Tensor, **arguments: Argument) -> Node:
    return Node(id="n", op=op, path="m", output_shape=tuple(after.shape), arguments=arguments)


def _maps(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


def _sizes(window: Window, before: Tensor) -> tuple[int, ...]:
    return tuple(output_size(n, window, axis) for axis, n in enumerate(before.shape[2:]))


def _each(data: st.DataObject, rank: int, low: int, high: int) -> tuple[int, ...]:
    return data.draw(st.tuples(*[st.integers(low, high)] * rank))


@given(rank=_RANKS, data=st.data())
def test_a_convolution_has_as_many_positions_as_torch_computes(
    rank: int, data: st.DataObject
) -> None:
    """Any kernel, stride, padding and dilation, a different one for each axis."""
    kernel, stride = _each(data, rank, 1, 5), _each(data, rank, 1, 4)
    padding, dilation = _each(data, rank, 0, 4), _each(data, rank, 1, 3)
    before = _maps(1, 2, *_each(data, rank, 13, 30))
    after = _CONV[rank](before, _maps(3, 2, *kernel), None, stride, padding, dilation)
    node = _node(
        f"conv{rank}d",
        after,
        weight_shape=(3, 2, *kernel),
        stride=stride,
        padding=padding,
        dilation=dilation,
    )
    window = window_of(node, tuple(before.shape))
    assert window is not None
    assert (window.kernel, window.stride) == (kernel, stride)
    assert _sizes(window, before) == tuple(after.shape[2:])


@given(
    kernel=st.integers(1, 6), dilation=st.integers(1, 3), padding=st.sampled_from(("same", "valid"))
)
def test_padding_by_name_has_as_many_positions_as_torch_computes(
    kernel: int, dilation: int, padding: str
) -> None:
    """'same' keeps the size, also under an even kernel, where one side gets one value more."""
    before = _maps(1, 1, 20)
    after = F.conv1d(before, _maps(1, 1, kernel), None, 1, padding, dilation)
    node = _node(
        "conv1d", after, weight_shape=(1, 1, kernel), padding=padding, dilation=(dilation,)
    )
    window = window_of(node, tuple(before.shape))
    assert window is not None
    assert _sizes(window, before) == tuple(after.shape[2:])


@given(op=st.sampled_from(sorted(_POOL)), ceil=st.booleans(), data=st.data())
def test_a_pooling_has_as_many_positions_as_torch_computes(
    op: str, data: st.DataObject, *, ceil: bool
) -> None:
    """Any hyper-parameters; ceil mode drops a last window that would start in the padding."""
    rank = int(op[-2])
    kernel, stride = _each(data, rank, 1, 5), _each(data, rank, 1, 5)
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    before = _maps(1, 2, *_each(data, rank, 5, 20))
    after = _POOL[op](before, kernel, stride, padding, ceil_mode=ceil)
    node = _node(op, after, kernel_size=kernel, stride=stride, padding=padding, ceil_mode=ceil)
    window = window_of(node, tuple(before.shape))
    assert window is not None
    assert _sizes(window, before) == tuple(after.shape[2:])


@given(op=st.sampled_from(sorted(_ADAPTIVE)), data=st.data())
def test_an_adaptive_pooling_has_as_many_positions_as_it_was_asked_for(
    op: str, data: st.DataObject
) -> None:
    """The window that the sizes imply takes exactly the steps that were asked for."""
    rank = int(op[-2])
    size = _each(data, rank, 1, 20)
    wanted = tuple(data.draw(st.integers(1, n)) for n in size)
    before = _maps(1, 2, *size)
    window = window_of(_node(op, _ADAPTIVE[op](before, wanted)), tuple(before.shape))
    assert window is not None
    assert _sizes(window, before) == wanted


@given(out=st.integers(1, 8), times=st.integers(1, 6))
def test_an_adaptive_pooling_that_divides_evenly_is_the_plain_pooling(out: int, times: int) -> None:
    """Where the sizes divide, the implied window gives the very values of adaptive pooling."""
    maps = torch.rand(1, 1, out * times)
    adaptive = F.adaptive_max_pool1d(maps, out)
    window = window_of(_node("adaptive_max_pool1d", adaptive), tuple(maps.shape))
    assert window is not None
    assert torch.equal(F.max_pool1d(maps, window.kernel, window.stride), adaptive)


@given(before=st.integers(1, 6), more=st.integers(1, 6))
def test_an_adaptive_pooling_that_enlarges_has_no_window(before: int, more: int) -> None:
    """VGG at 32×32 stretches 1×1 to 7×7: no window does that, so none is claimed."""
    maps = _maps(1, 1, before, before)
    after = F.adaptive_avg_pool2d(maps, before + more)
    assert window_of(_node("adaptive_avg_pool2d", after), tuple(maps.shape)) is None


def test_a_pooling_without_a_stride_steps_by_its_kernel() -> None:
    """torch.export leaves the stride out where it is the default."""
    before = _maps(1, 1, 9, 9)
    after = F.max_pool2d(before, 3)
    window = window_of(_node("max_pool2d", after, kernel_size=(3, 3)), tuple(before.shape))
    assert window is not None
    assert window.stride == (3, 3)


@pytest.mark.parametrize("dims", [(2, 3), (-2, -1), (-1, 2)])
def test_a_mean_over_all_places_is_a_global_pooling(dims: tuple[int, int]) -> None:
    """However the dimensions are counted, the window is the whole map."""
    node = _node("mean", _maps(1, 4), dim=dims)
    window = window_of(node, (1, 4, 5, 7))
    assert window is not None
    assert window.kernel == (5, 7)
    assert is_global(window, (1, 4, 5, 7), node.output_shape)


@pytest.mark.parametrize("dims", [(1,), (2,), (1, 2, 3)])
def test_a_mean_over_something_else_has_no_window(dims: tuple[int, ...]) -> None:
    """A mean over channels, or over one side, is no pooling of places."""
    assert window_of(_node("mean", _maps(1, 4), dim=dims), (1, 4, 5, 7)) is None


def test_a_padded_window_as_large_as_the_map_is_not_global() -> None:
    """A 3×3 pooling with padding on 3×3 maps still stops at nine places."""
    node = _node("max_pool2d", _maps(1, 1, 3, 3), kernel_size=3, stride=1, padding=1)
    window = window_of(node, (1, 1, 3, 3))
    assert window is not None
    assert not is_global(window, (1, 1, 3, 3), node.output_shape)


@pytest.mark.parametrize(("stride", "nothing"), [(1, True), (2, False)])
def test_only_a_window_of_one_that_stops_everywhere_changes_nothing(
    stride: int, *, nothing: bool
) -> None:
    """A window of one value with larger steps drops values."""
    node = _node("max_pool2d", _maps(1, 1, 2, 2), kernel_size=1, stride=stride)
    window = window_of(node, (1, 1, 4, 4))
    assert window is not None
    assert changes_nothing(window) is nothing


@given(groups=st.integers(1, 6), each=st.integers(1, 3))
def test_depthwise_means_one_channel_a_kernel(groups: int, each: int) -> None:
    """A single channel is no group: every net on grey pictures would begin depthwise."""
    assume(groups * each > 0)
    node = _node("conv2d", _maps(1, 6, 1, 1), groups=groups)
    assert is_depthwise(node, (1, groups * each, 1, 1)) is (groups > 1 and each == 1)


@pytest.mark.parametrize(
    ("name", "path", "kernel"),
    [("Plain", "features.0", (3, 3)), ("Plain", "features.3", (2, 2)), ("Padded", "even", (4, 4))],
)
def test_a_captured_operation_carries_its_window(
    record_of: RecordOf, name: str, path: str, kernel: tuple[int, int]
) -> None:
    """What torch.export writes down is enough to size the output of a real layer."""
    record = record_of(name)
    shapes = {node.id: node.output_shape for node in record.nodes}
    node = next(node for node in record.nodes if node.path == path)
    before = shapes[node.inputs[0]]
    window = window_of(node, before)
    assert window is not None
    assert window.kernel == kernel
    after = [output_size(size, window, axis) for axis, size in enumerate(spatial(before))]
    assert tuple(after) == spatial(node.output_shape)
