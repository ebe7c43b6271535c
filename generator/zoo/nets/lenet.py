"""LeNet three times: as published in 1998, and the two simplified ones that are taught.

After LeCun, Bottou, Bengio, Haffner: "Gradient-Based Learning Applied to Document Recognition",
Proc. IEEE 86(11), 1998, section II-B and appendix A.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

C3_SOURCES = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
"""The paper's Table I: for each of the 16 maps of C3, the maps of S2 that it reads."""

DIGITS = (
    "..###.. ...##.. .#####. ####### .....#. ####### ...###. ####### .#####. ..###..",
    ".#...#. ..###.. #.....# .....#. ....##. #...... ..#.... ####### #.....# .#...#.",
    "#.....# .####.. ......# ....#.. ...#.#. #...... .#..... .....## #.....# #.....#",
    "#.....# ...##.. ......# ...#... ..#..#. #...... #...... .....#. #.....# #.....#",
    "#.....# ...##.. .....#. ..####. .#...#. ######. #...... ....##. .#...#. #.....#",
    "#.....# ...##.. ....#.. ......# #....#. #.....# #.####. ....#.. ..###.. #....##",
    "#.....# ...##.. ...#... ......# #....#. ......# ##....# ...##.. .#...#. .####.#",
    "#.....# ...##.. ..#.... ......# ####### ......# #.....# ...#... #.....# ......#",
    "#.....# ...##.. .#..... ......# ####### ......# #.....# ..##... #.....# ......#",
    "#.....# ...##.. #...... ......# .....#. ......# #.....# ..#.... #.....# .....#.",
    ".#...#. .###### #...... #.....# .....#. #....#. .#...#. .##.... #.....# ....#..",
    "..###.. .###### ####### .#####. .....#. .####.. ..###.. .#..... .#####. .###...",
)
"""The ten digits as 7×12 bitmaps, side by side; shapes of our own, the size is the paper's."""


class LeNet5(nn.Module):
    """LeNet-5 as of 1998, layers named as in the paper; 60 000 parameters, all trainable."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5)
        self.s2 = Subsampling(6)
        self.c3 = PartialConvolution()
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, kernel_size=5)
        self.f6 = nn.Linear(120, 84)
        self.squash = ScaledTanh()
        self.output = EuclideanRBF(bitmaps(DIGITS))
        self.apply(_initialise)

    def forward(self, digits: Tensor) -> Tensor:
        """Return scores (N, 10), the largest wins, for digits (N, 1, 32, 32)."""
        maps = self.squash(self.c1(digits))  # (6, 28, 28)
        maps = self.squash(self.s2(maps))  # (6, 14, 14)
        maps = self.squash(self.c3(maps))  # (16, 10, 10)
        maps = self.squash(self.s4(maps))  # (16, 5, 5)
        maps = self.squash(self.c5(maps))  # (120, 1, 1): a convolution, as the kernel just fits
        features = self.squash(self.f6(maps.flatten(1)))  # (84,)
        scores: Tensor = self.output(features)
        return scores


class Subsampling(nn.Module):
    """Halve height and width: the sum of 2×2, times one coefficient, plus one bias a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.empty(maps, 1, 1))
        self.bias = nn.Parameter(torch.empty(maps, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, C, H/2, W/2) for (N, C, H, W)."""
        sums = 4 * F.avg_pool2d(maps, kernel_size=2)
        return self.coefficient * sums + self.bias


class PartialConvolution(nn.Module):
    """Connect 16 maps to 6 as the table says: 60 kernels where a full connection has 96.

    A kernel that the table does not name does not exist: no weight is masked, and nothing is
    computed in vain.
    """

    def __init__(self) -> None:
        super().__init__()
        self.threes = SelectiveConv2d(C3_SOURCES[:6], kernel_size=5)
        self.fours = SelectiveConv2d(C3_SOURCES[6:15], kernel_size=5)
        self.six = SelectiveConv2d(C3_SOURCES[15:], kernel_size=5)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, 16, 10, 10) for (N, 6, 14, 14)."""
        return torch.cat((self.threes(maps), self.fours(maps), self.six(maps)), dim=1)  # 6 + 9 + 1


class SelectiveConv2d(nn.Conv2d):
    """Let each output map read its own choice of inputs, all choices being of one size.

    Every input is copied once for each output that reads it; a group is what one output reads.
    """

    sources: Tensor

    def __init__(self, choices: Sequence[Sequence[int]], kernel_size: int) -> None:
        order = [source for choice in choices for source in choice]
        super().__init__(len(order), len(choices), kernel_size, groups=len(choices))
        self.register_buffer("sources", torch.tensor(order), persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, choices, H', W') for (N, C, H, W)."""
        return super().forward(maps.index_select(1, self.sources))


class ScaledTanh(nn.Module):
    """Squash so that ±1 stays ±1, where the curve bends most (appendix A)."""

    def forward(self, values: Tensor) -> Tensor:
        """Return 1.7159·tanh(2/3·x), in any shape."""
        return 1.7159 * torch.tanh(2 / 3 * values)


class EuclideanRBF(nn.Module):
    """Compare with fixed codes of ±1, one a class: the nearest one wins; nothing is learned."""

    codes: Tensor

    def __init__(self, codes: Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes, persistent=False)  # (classes, 84)

    def forward(self, features: Tensor) -> Tensor:
        """Return minus the squared distances (N, classes) for features (N, 84).

        The paper's units give the distance itself, and the smallest wins.
        """
        return -(features.unsqueeze(1) - self.codes).square().sum(dim=2)


class TaughtLeNet(nn.Module):
    """LeNet for 28×28 grey digits with a chosen nonlinearity and pooling; 61 706 parameters.

    Two simplifications make it the textbook's net: C3 is connected to every map of S2, and pooling
    has no parameters.
    """

    def __init__(self, activation: Callable[[], nn.Module] = nn.Sigmoid, classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),  # (6, 28, 28)
            activation(),
            nn.AvgPool2d(kernel_size=2, stride=2),  # (6, 14, 14)
            nn.Conv2d(6, 16, kernel_size=5),  # (16, 10, 10)
            activation(),
            nn.AvgPool2d(kernel_size=2, stride=2),  # (16, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # 16·5·5 = 400
            nn.Linear(16 * 5 * 5, 120),
            activation(),
            nn.Linear(120, 84),
            activation(),
            nn.Linear(84, classes),
        )

    def forward(self, digits: Tensor) -> Tensor:
        """Return class scores (N, classes) for digits (N, 1, 28, 28)."""
        scores: Tensor = self.classifier(self.features(digits))
        return scores


class WideLeNet(nn.Module):
    """LeNet with ReLU, max-pooling and more kernels, fewer layers; 431 080 parameters."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 20, kernel_size=5),  # (20, 24, 24)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=2, stride=2),  # (20, 12, 12)
            nn.Conv2d(20, 50, kernel_size=5),  # (50, 8, 8)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=2, stride=2),  # (50, 4, 4)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # 50·4·4 = 800
            nn.Linear(50 * 4 * 4, 500),
            nn.ReLU(inplace=True),
            nn.Linear(500, classes),
        )

    def forward(self, digits: Tensor) -> Tensor:
        """Return class scores (N, classes) for digits (N, 1, 28, 28)."""
        scores: Tensor = self.classifier(self.features(digits))
        return scores


def lenet5() -> LeNet5:
    """Build LeNet-5 as it was in 1998, radial basis functions included."""
    return LeNet5()


def lenet_sigmoid(classes: int = 10) -> TaughtLeNet:
    """Build the LeNet with sigmoids and average pooling, close to the original's habits."""
    return TaughtLeNet(nn.Sigmoid, classes)


def lenet_relu(classes: int = 10) -> WideLeNet:
    """Build the LeNet of 20 and 50 kernels with ReLU and max-pooling, today's habits."""
    return WideLeNet(classes)


def bitmaps(drawing: Sequence[str]) -> Tensor:
    """Return drawings that stand side by side as vectors (drawings, rows·columns), ink is +1."""
    rows = [row.split() for row in drawing]
    pictures = ["".join(parts) for parts in zip(*rows, strict=True)]
    return torch.tensor([[1.0 if dot == "#" else -1.0 for dot in one] for one in pictures])


def _initialise(module: nn.Module) -> None:
    """Draw from ±2.4 / fan-in, so that sums start where the squashing function is steep."""
    if isinstance(module, Subsampling):
        fan_in = 4
    elif isinstance(module, nn.Conv2d | nn.Linear):
        fan_in = module.weight[0].numel()
    else:
        return
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -2.4 / fan_in, 2.4 / fan_in)
