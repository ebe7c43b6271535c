"""Claims about plain chains of convolutions: where one stage ends and the next begins."""

import pytest
from light import light_record
from torch import Tensor, nn

from generator.analysis.graph import Graph
from generator.analysis.operations import operations
from generator.analysis.runs import conv_runs, is_separable


def _conv(kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(4, 4, kernel, stride=stride, padding=kernel // 2, groups=groups)


def _lengths(*layers: nn.Module) -> list[int]:
    """Return how many convolutions each run of a chain has."""
    graph = Graph(operations(light_record(nn.Sequential(*layers), 4, 32, 32)))
    return [sum(node.op == "conv2d" for node in run) for run in conv_runs(graph)]


@pytest.mark.parametrize(
    "between",
    [nn.ReLU(), nn.BatchNorm2d(4), nn.Dropout(), nn.Sequential(nn.BatchNorm2d(4), nn.ReLU())],
    ids=["activation", "norm", "dropout", "both"],
)
def test_what_follows_a_convolution_does_not_end_a_run(between: nn.Module) -> None:
    """Two convolutions are a run, whatever finishes the first."""
    assert _lengths(_conv(), between, _conv()) == [2]


def test_a_pooling_ends_a_run() -> None:
    """As in VGG: two, then three."""
    pool = nn.MaxPool2d(2)
    assert _lengths(_conv(), _conv(), pool, _conv(), _conv(), _conv(), pool) == [2, 3]


def test_a_convolution_that_skips_positions_begins_a_run() -> None:
    """In a net without pooling, stages begin with a stride."""
    assert _lengths(_conv(), _conv(), _conv(stride=2), _conv()) == [2, 2]


def test_single_convolutions_are_runs_beside_longer_ones_only() -> None:
    """VGG-11 has five stages, the first two of one convolution; AlexNet has one run of three."""
    pool = nn.MaxPool2d(2)
    assert _lengths(_conv(), pool, _conv(), _conv(), pool, _conv(), _conv()) == [1, 2, 2]
    assert _lengths(_conv(), pool, _conv(), pool, _conv(), _conv(), _conv()) == [3]


def test_a_depthwise_convolution_begins_a_pair() -> None:
    """It and the convolution that mixes its channels are separable."""
    layers = [_conv(stride=2), *(_conv(groups=4), _conv(kernel=1)) * 2]
    graph = Graph(operations(light_record(nn.Sequential(*layers), 4, 32, 32)))
    assert [is_separable(run, graph) for run in conv_runs(graph)] == [False, True, True]


class Towers(nn.Module):
    """Two chains side by side, whose convolutions run in turns."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(_conv() for _ in range(4))

    def forward(self, maps: Tensor) -> Tensor:
        left, right = self.convs[0](maps), self.convs[1](maps)
        return self.convs[2](left) * self.convs[3](right)


def test_a_run_follows_the_data_and_not_the_clock() -> None:
    """What another tower does in between is no part of it."""
    graph = Graph(operations(light_record(Towers(), 4, 8, 8)))
    assert [[node.path for node in run] for run in conv_runs(graph)] == [
        ["convs.0", "convs.2"],
        ["convs.1", "convs.3"],
    ]
