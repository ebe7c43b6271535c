"""Claims about the arithmetic shown for a layer: every line is true when it is worked out."""

import re

import pytest
import torch
from conftest import RecordOf
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from toys import TRACED

from generator.analysis.arithmetic import Step, arithmetic, grouped
from generator.analysis.cost import macs_by_formula
from generator.analysis.layers import layers
from generator.records import Node


def _is_true(line: str) -> bool:
    """Work out both sides of a line such as ⌈(9 − 2) / 2⌉ + 1 = 5."""
    text = line.replace("\u202f", "").replace("·", "*").replace("−", "-")
    text = re.sub(r"⌊(.+) / (\d+)⌋", r"(\1 // \2)", text)
    text = re.sub(r"⌈(.+) / (\d+)⌉", r"(-(-\1 // \2))", text)
    left, _, right = text.partition("=")
    return int(eval(left)) == int(right)  # noqa: S307 - our own arithmetic


def _line(steps: tuple[Step, ...], what: str) -> int:
    (how,) = (step.how for step in steps if step.what == what)
    return int(how.rpartition("= ")[2].replace("\u202f", ""))


def _node(op: str, module: nn.Module, after: Tensor) -> Node:
    arguments = {
        name: getattr(module, name)
        for name in ("kernel_size", "stride", "padding", "dilation", "groups", "ceil_mode")
        if hasattr(module, name)
    }
    if hasattr(module, "weight"):
        arguments["weight_shape"] = tuple(module.get_parameter("weight").shape)
        arguments |= {"bias": True} if module.bias is not None else {}
    return Node(id="n", op=op, path="m", output_shape=tuple(after.shape), arguments=arguments)


def _numel(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _macs(module: nn.Module, before: Tensor) -> tuple[Tensor, int]:
    with FlopCounterMode(display=False) as counter:
        after = module(before)
    return after, counter.get_total_flops() // 2


_MAKERS = {
    "conv1d": nn.Conv1d,
    "conv2d": nn.Conv2d,
    "conv3d": nn.Conv3d,
    "conv_transpose1d": nn.ConvTranspose1d,
    "conv_transpose2d": nn.ConvTranspose2d,
}


@given(op=st.sampled_from(sorted(_MAKERS)), data=st.data())
def test_the_costs_of_a_convolution_are_those_that_torch_counts(
    op: str, data: st.DataObject
) -> None:
    """Groups, biases and transposition included: Σ numel, and half of FlopCounterMode's total."""
    rank, groups = int(op[-2]), data.draw(st.sampled_from((1, 2, 3)))
    size = data.draw(st.integers(3, 7))
    module = _MAKERS[op](
        groups * data.draw(st.integers(1, 3)),
        groups * data.draw(st.integers(1, 3)),
        data.draw(st.integers(1, 3)),
        stride=data.draw(st.integers(1, 3)),
        padding=data.draw(st.integers(0, 1)),
        groups=groups,
        bias=data.draw(st.booleans()),
        device="meta",
    )
    before = torch.empty(1, module.in_channels, *(size,) * rank, device="meta")
    assume("transpose" not in op or (size - 1) * module.stride[0] > 2)
    after, macs = _macs(module, before)
    node = _node(op, module, after)
    steps = arithmetic(node, tuple(before.shape), params=1)
    assert _line(steps, "parameters") == _numel(module)
    assert _line(steps, "MACs") == macs_by_formula(node, tuple(before.shape)) == macs
    assert all(_is_true(step.how) for step in steps)


@given(
    features=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    bias=st.booleans(),
    inner=st.sampled_from(((), (4,), (2, 3))),
)
def test_the_costs_of_a_linear_layer_are_those_that_torch_counts(
    features: tuple[int, int],
    inner: tuple[int, ...],
    *,
    bias: bool,
) -> None:
    """Also when it runs over a sequence: (N, T, features)."""
    module = nn.Linear(*features, bias=bias, device="meta")
    before = torch.empty(1, *inner, features[0], device="meta")
    after, macs = _macs(module, before)
    node = _node("linear", module, after)
    steps = arithmetic(node, tuple(before.shape), params=1)
    assert _line(steps, "parameters") == _numel(module)
    assert _line(steps, "MACs") == macs_by_formula(node, tuple(before.shape)) == macs
    assert all(_is_true(step.how) for step in steps)


@pytest.mark.parametrize(
    ("op", "module"),
    [
        ("batch_norm", nn.BatchNorm2d(6)),
        ("group_norm", nn.GroupNorm(3, 6)),
        ("layer_norm", nn.LayerNorm([6, 4, 4])),
        ("layer_norm", nn.LayerNorm([6, 4, 4], bias=False)),
    ],
)
def test_the_parameters_of_a_norm_are_its_numel(op: str, module: nn.Module) -> None:
    """Also over several dimensions, and without a bias."""
    maps = torch.rand(1, 6, 4, 4)
    steps = arithmetic(_node(op, module, maps), tuple(maps.shape), params=_numel(module))
    assert _line(steps, "parameters") == _numel(module)
    assert all(_is_true(step.how) for step in steps)


@given(
    size=st.integers(4, 20),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 5),
    padding=st.integers(0, 2),
)
def test_the_size_of_a_pooling_in_ceil_mode_is_worked_out_truly(
    size: int, kernel: int, stride: int, padding: int
) -> None:
    """A last window that torch drops is dropped in writing, too."""
    assume(2 * padding <= kernel)
    module = nn.MaxPool2d(kernel, stride, padding, ceil_mode=True)
    after = module(torch.rand(1, 1, size, size))
    (step,) = arithmetic(_node("max_pool2d", module, after), (1, 1, size, size), params=0)
    assert step.what == "height = width"
    assert _is_true(step.how), step.how


@pytest.mark.parametrize(
    ("sizes", "names"),
    [
        ((5,), ["length"]),
        ((5, 5), ["height = width"]),
        ((5, 6), ["height", "width"]),
        ((4, 5, 6), ["depth", "height", "width"]),
        ((4, 4, 4), ["depth = height = width"]),
    ],
)
def test_sides_are_called_by_their_names(sizes: tuple[int, ...], names: list[str]) -> None:
    """One line where all sides are alike, else one a side."""
    op = f"avg_pool{len(sizes)}d"
    after = (1, 1, *(size // 2 for size in sizes))
    node = Node(id="n", op=op, path="m", output_shape=after, arguments={"kernel_size": 2})
    assert [step.what for step in arithmetic(node, (1, 1, *sizes), params=0)] == names


@pytest.mark.parametrize("name", TRACED)
def test_every_line_of_every_layer_is_true(record_of: RecordOf, name: str) -> None:
    """Whatever a page works out in writing holds when it is worked out again."""
    lines = [step.how for row in layers(record_of(name)) for step in row.steps]
    assert lines
    assert [line for line in lines if not _is_true(line)] == []


def test_thousands_stand_apart() -> None:
    """Thin spaces, no commas, which half of the world reads as decimal signs."""
    assert grouped(61100840) == "61\u202f100\u202f840"
