"""DenseNet-121 with another dense layer: the four branches of an Inception module.

The layout is that of Huang, Liu, van der Maaten, Weinberger: "Densely Connected Convolutional
Networks", CVPR 2017, table 1 (DenseNet-BC, growth rate 32, compression 0.5). The branches and their
proportions are those of module 3a in Szegedy and others: "Going Deeper with Convolutions", CVPR
2015, table 1. No paper joins the two in this form: it is an exercise of study notes.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

GROWTH = 32
BLOCKS = (6, 12, 24, 16)
"""Dense layers in each block."""
BOTTLENECK = 4
"""Maps before a k×k convolution, in multiples of those after it, as in DenseNet-B."""
# Module 3a makes 64, 128, 32 and 32 of its 256 maps; an eighth of each adds up to the growth rate.
ONES, THREES, FIVES, POOLED = 8, 16, 4, 4


class InceptionDenseNet121(nn.Module):
    """Four dense blocks, whose 58 layers each add 8 + 16 + 4 + 4 maps; 5 327 784 parameters."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(3, 2 * GROWTH, kernel_size=7, stride=2, padding=3, bias=False),
                norm=nn.BatchNorm2d(2 * GROWTH),
                relu=nn.ReLU(inplace=True),  # (64, 112, 112)
                pool=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # (64, 56, 56)
            )
        )
        self.block1 = DenseBlock(64, BLOCKS[0])  # (64 + 6·32 = 256, 56, 56)
        self.transition1 = Transition(256)  # (128, 28, 28)
        self.block2 = DenseBlock(128, BLOCKS[1])  # (512, 28, 28)
        self.transition2 = Transition(512)  # (256, 14, 14)
        self.block3 = DenseBlock(256, BLOCKS[2])  # (1024, 14, 14)
        self.transition3 = Transition(1024)  # (512, 7, 7)
        self.block4 = DenseBlock(512, BLOCKS[3])  # (1024, 7, 7)
        self.norm = nn.BatchNorm2d(1024)
        self.relu = nn.ReLU(inplace=True)
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # (1024,)
        self.classifier = nn.Linear(1024, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, 3, 224, 224)."""
        maps = self.transition1(self.block1(self.stem(pictures)))
        maps = self.transition2(self.block2(maps))
        maps = self.transition3(self.block3(maps))
        maps = self.relu(self.norm(self.block4(maps)))
        scores: Tensor = self.classifier(self.average(maps))
        return scores


class DenseBlock(nn.Sequential):
    """Layers that each read all maps made so far, and add their own."""

    def __init__(self, inside: int, count: int) -> None:
        layers = (InceptionDenseLayer(inside + number * GROWTH) for number in range(count))
        super().__init__(*layers)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, inside + count·32, H, W) for (N, inside, H, W)."""
        for layer in self:
            maps = torch.cat((maps, layer(maps)), dim=1)
        return maps


class InceptionDenseLayer(nn.Module):
    """32 new maps from four branches: 1×1, 3×3, 5×5 and pooled.

    As in DenseNet, a norm and a ReLU come before each convolution; the branches share the first.
    """

    def __init__(self, inside: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(inside)
        self.relu = nn.ReLU(inplace=True)
        self.branch1 = nn.Conv2d(inside, ONES, kernel_size=1, bias=False)
        self.branch2 = reduced(inside, THREES, kernel_size=3)
        self.branch3 = reduced(inside, FIVES, kernel_size=5)
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1),
            nn.Conv2d(inside, POOLED, kernel_size=1, bias=False),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, 32, H, W) for (N, inside, H, W)."""
        ready = self.relu(self.norm(maps))
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(ready) for branch in branches], dim=1)


class Transition(nn.Sequential):
    """Halve the maps by a 1×1 convolution, and their size by averaging."""

    def __init__(self, inside: int) -> None:
        super().__init__(
            OrderedDict(
                norm=nn.BatchNorm2d(inside),
                relu=nn.ReLU(inplace=True),
                conv=nn.Conv2d(inside, inside // 2, kernel_size=1, bias=False),
                pool=nn.AvgPool2d(kernel_size=2, stride=2),
            )
        )


def reduced(inside: int, outside: int, kernel_size: int) -> nn.Sequential:
    """Return a k×k convolution behind a 1×1 bottleneck, as DenseNet-B has it."""
    few = BOTTLENECK * outside
    return nn.Sequential(
        nn.Conv2d(inside, few, kernel_size=1, bias=False),
        nn.BatchNorm2d(few),
        nn.ReLU(inplace=True),
        nn.Conv2d(few, outside, kernel_size, padding=kernel_size // 2, bias=False),
    )


def densenet121_inception(classes: int = 1000) -> InceptionDenseNet121:
    """Build DenseNet-121 with Inception modules for dense layers."""
    return InceptionDenseNet121(classes)
