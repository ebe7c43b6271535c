"""Claims about the LeNets: LeNet-5 is the paper's to the last parameter and connection."""

from itertools import combinations

import pytest
import torch
from counting import macs, output_shape, params
from torch import nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from generator.zoo.nets.lenet import (
    C3_SOURCES,
    DIGITS,
    EuclideanRBF,
    PartialConvolution,
    ScaledTanh,
    Subsampling,
    bitmaps,
    lenet5,
    lenet_relu,
    lenet_sigmoid,
)

DIGIT = (1, 32, 32)
SMALL_DIGIT = (1, 28, 28)


def test_lenet5_has_the_trainable_parameters_of_the_paper() -> None:
    """Layer by layer, and none besides; the output has nothing to learn."""
    net = lenet5()
    names = ("c1", "s2", "c3", "s4", "c5", "f6", "output")
    counts = [params(net.get_submodule(name)) for name in names]
    assert counts == [156, 12, 1516, 32, 48120, 10164, 0]
    assert params(net) == sum(counts) == 60_000


def test_lenet5_has_the_connections_of_the_paper() -> None:
    """An output is connected to what it reads and to its bias; 340 908 with the RBF units."""
    net = lenet5()
    connections = {
        "c1": 6 * 28 * 28 * (25 + 1),
        "s2": 6 * 14 * 14 * (4 + 1),
        "c3": 10 * 10 * sum(25 * len(row) + 1 for row in C3_SOURCES),
        "s4": 16 * 5 * 5 * (4 + 1),
        "c5": 120 * (16 * 25 + 1),
        "f6": 84 * (120 + 1),
        "output": net.output.codes.numel(),
    }
    assert list(connections.values()) == [122304, 5880, 151600, 2000, 48120, 10164, 840]
    assert sum(connections.values()) == 340_908
    # torch counts the products of those with a weight, and no bias.
    assert macs(net, DIGIT) == 117_600 + 150_000 + 48_000 + 10_080


def test_table_of_c3_is_the_papers() -> None:
    """Six maps read 3 neighbours, six read 4 neighbours, three read 4 others, one reads all."""
    circular = [{(first + step) % 6 for step in range(4)} for first in range(6)]
    assert [len(row) for row in C3_SOURCES] == [3] * 6 + [4] * 9 + [6]
    assert [set(row) for row in C3_SOURCES[:6]] == [{i, (i + 1) % 6, (i + 2) % 6} for i in range(6)]
    assert [set(row) for row in C3_SOURCES[6:12]] == circular
    assert all(set(row) not in circular for row in C3_SOURCES[12:15])
    assert sum(map(len, C3_SOURCES)) == 60
    assert all(sum(source in row for row in C3_SOURCES) == 10 for source in range(6))


def test_partial_convolution_is_a_full_one_with_gaps() -> None:
    """What the table does not connect is zero in the full kernel, and the result is the same."""
    partial = PartialConvolution()
    groups = (partial.threes, partial.fours, partial.six)
    kernels = [kernel for group in groups for kernel in group.weight]
    full = torch.zeros(16, 6, 5, 5)
    for into, (row, kernel) in enumerate(zip(C3_SOURCES, kernels, strict=True)):
        full[into, list(row)] = kernel
    maps = torch.randn(2, 6, 14, 14)
    bias = torch.cat([group.bias for group in groups])
    torch.testing.assert_close(partial(maps), F.conv2d(maps, full, bias))


def test_subsampling_scales_the_sum_of_four() -> None:
    """One coefficient and one bias for each map."""
    layer = Subsampling(2)
    with torch.no_grad():
        layer.coefficient[:, 0, 0] = torch.tensor([0.5, 2.0])
        layer.bias[:, 0, 0] = torch.tensor([1.0, -1.0])
    maps = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]] * 2])
    assert layer(maps).flatten().tolist() == [6.0, 19.0]


def test_squashing_keeps_plus_and_minus_one() -> None:
    """The constants were chosen for that, as targets of the codes are ±1."""
    ones = torch.tensor([1.0, -1.0])
    torch.testing.assert_close(ScaledTanh()(ones), ones, atol=1e-4, rtol=0)


def test_the_digit_whose_code_it_is_wins() -> None:
    """A distance of zero is the highest score; the codes are constants, far from each other."""
    codes = bitmaps(DIGITS)
    scores = EuclideanRBF(codes)(codes)
    assert codes.shape == (10, 84)
    assert scores.argmax(dim=1).tolist() == list(range(10))
    assert scores.diagonal().tolist() == [0.0] * 10
    assert min(int((a != b).sum()) for a, b in combinations(codes, 2)) >= 10


def test_drawings_side_by_side_become_vectors() -> None:
    """Row by row, ink is +1."""
    drawn = bitmaps(("#. ..", ".# ##"))
    assert drawn.tolist() == [[1.0, -1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]]


def test_lenet5_starts_within_the_papers_bounds() -> None:
    """±2.4 / fan-in, where C3's maps have different fan-ins."""
    net = lenet5()
    bounds = {"c1": 25, "s2": 4, "c3.threes": 75, "c3.fours": 100, "c3.six": 150, "f6": 120}
    for name, fan_in in bounds.items():
        drawn = torch.cat([p.flatten() for p in net.get_submodule(name).parameters()])
        assert 0 < float(drawn.abs().max().detach()) <= 2.4 / fan_in


@pytest.mark.parametrize(
    ("factory", "shape"), [(lenet5, DIGIT), (lenet_sigmoid, SMALL_DIGIT), (lenet_relu, SMALL_DIGIT)]
)
def test_a_lenet_learns(factory: type[nn.Module], shape: tuple[int, ...]) -> None:
    """A gradient reaches every parameter, and a few steps lower the loss."""
    torch.manual_seed(0)
    net, digits, classes = factory(), torch.randn(4, *shape), torch.arange(4)
    optimiser = torch.optim.Adam(net.parameters(), 1e-3)
    losses = []
    for _ in range(20):
        loss = F.cross_entropy(net(digits), classes)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert all(p.grad is not None and bool(p.grad.any()) for p in net.parameters())
    assert losses[-1] < losses[0]


def test_taught_lenets_have_their_numbers() -> None:
    """61 706 parameters with full C3; 431 080 with 20 and 50 kernels, 800 features behind them."""
    assert params(lenet_sigmoid()) == 61_706
    assert macs(lenet_sigmoid(), DIGIT[:1] + SMALL_DIGIT[1:]) == 416_520
    wide = lenet_relu()
    assert params(wide) == 520 + 25_050 + 400_500 + 5_010
    assert macs(wide, SMALL_DIGIT) == 288_000 + 1_600_000 + 400_000 + 5_000
    assert [m.in_features for m in wide.modules() if isinstance(m, nn.Linear)] == [800, 500]
    assert output_shape(lenet5(), DIGIT) == output_shape(wide, SMALL_DIGIT) == (2, 10)
