"""GoogLeNet as of 2014: nine Inception modules with 5×5 branches, no batch normalisation.

After Szegedy and others: "Going Deeper with Convolutions", CVPR 2015, sections 4 and 5, table 1 and
figure 3.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

HEADS = ("aux1.", "aux2.")


class Scores(NamedTuple):
    """What comes out in training when the auxiliary heads are on; each (N, classes)."""

    main: Tensor
    aux1: Tensor
    aux2: Tensor


class GoogLeNet2014(nn.Module):
    """The net that won ILSVRC 2014; 6 998 552 parameters, 13 378 280 with the auxiliary heads.

    The heads score halfway, so that in training a gradient reaches the lower layers; their losses
    count 0.3 each. They have no part in the answer: in evaluation they are not even computed.

    Args:
        auxiliary: whether the two heads are there.
        classes: scores that come out.
    """

    def __init__(self, *, auxiliary: bool = False, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3),  # (64, 112, 112)
                relu1=nn.ReLU(inplace=True),
                pool1=halve(),  # (64, 56, 56)
                norm1=response_norm(),
                conv2_reduce=nn.Conv2d(64, 64, kernel_size=1),
                relu2_reduce=nn.ReLU(inplace=True),
                conv2=nn.Conv2d(64, 192, kernel_size=3, padding=1),  # (192, 56, 56)
                relu2=nn.ReLU(inplace=True),
                norm2=response_norm(),
                pool2=halve(),  # (192, 28, 28)
            )
        )
        self.inception3a = Inception(192, 64, (96, 128), (16, 32), 32)  # (256, 28, 28)
        self.inception3b = Inception(256, 128, (128, 192), (32, 96), 64)  # (480, 28, 28)
        self.pool3 = halve()  # (480, 14, 14)
        self.inception4a = Inception(480, 192, (96, 208), (16, 48), 64)  # (512, 14, 14)
        self.aux1 = AuxiliaryHead(512, classes) if auxiliary else None
        self.inception4b = Inception(512, 160, (112, 224), (24, 64), 64)  # (512, 14, 14)
        self.inception4c = Inception(512, 128, (128, 256), (24, 64), 64)  # (512, 14, 14)
        self.inception4d = Inception(512, 112, (144, 288), (32, 64), 64)  # (528, 14, 14)
        self.aux2 = AuxiliaryHead(528, classes) if auxiliary else None
        self.inception4e = Inception(528, 256, (160, 320), (32, 128), 128)  # (832, 14, 14)
        self.pool4 = halve()  # (832, 7, 7)
        self.inception5a = Inception(832, 256, (160, 320), (32, 128), 128)  # (832, 7, 7)
        self.inception5b = Inception(832, 384, (192, 384), (48, 128), 128)  # (1024, 7, 7)
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # (1024,)
        self.dropout = nn.Dropout(0.4)
        self.classifier = nn.Linear(1024, classes)

    def forward(self, pictures: Tensor) -> Tensor | Scores:
        """Return class scores (N, classes) for pictures (N, 3, 224, 224).

        While training with the heads on, return theirs too.
        """
        maps = self.pool3(self.inception3b(self.inception3a(self.stem(pictures))))
        early = self.inception4a(maps)
        late = self.inception4d(self.inception4c(self.inception4b(early)))
        maps = self.pool4(self.inception4e(late))
        maps = self.inception5b(self.inception5a(maps))
        main: Tensor = self.classifier(self.dropout(self.average(maps)))
        if self.training and self.aux1 is not None and self.aux2 is not None:
            return Scores(main, self.aux1(early), self.aux2(late))
        return main

    def load_main(self, state: Mapping[str, Tensor]) -> None:
        """Load weights that were saved with the heads on or off, whichever this net has.

        Heads that only the saved net had are left out; heads that only this net has stay as they
        are.

        Raises:
            RuntimeError: anything else is missing, surplus, or of another shape.
        """
        own = self.state_dict()
        heads = {name: value for name, value in own.items() if name.startswith(HEADS)}
        wanted = {n: value for n, value in state.items() if n in own or not n.startswith(HEADS)}
        self.load_state_dict(heads | wanted)


class Inception(nn.Module):
    """Four views of the same maps, concatenated: 1×1, 3×3, 5×5 and pooled.

    The wide kernels look at few maps, which a 1×1 convolution has made of all.

    Args:
        inside: maps that go in.
        ones: maps of the 1×1 branch.
        threes: maps before and after the 3×3.
        fives: maps before and after the 5×5.
        pooled: maps that the pooling branch is brought down to.
    """

    def __init__(
        self, inside: int, ones: int, threes: tuple[int, int], fives: tuple[int, int], pooled: int
    ) -> None:
        super().__init__()
        self.branch1 = nn.Sequential(nn.Conv2d(inside, ones, kernel_size=1), nn.ReLU(inplace=True))
        self.branch2 = reduced(inside, threes, kernel_size=3)
        self.branch3 = reduced(inside, fives, kernel_size=5)
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1),
            nn.Conv2d(inside, pooled, kernel_size=1),
            nn.ReLU(inplace=True),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, sum of the branches' maps, H, W) for (N, inside, H, W)."""
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(maps) for branch in branches], dim=1)


class AuxiliaryHead(nn.Sequential):
    """A small classifier halfway up: (inside, 14, 14) → (classes,)."""

    def __init__(self, inside: int, classes: int) -> None:
        super().__init__(
            nn.AvgPool2d(kernel_size=5, stride=3),  # (inside, 4, 4)
            nn.Conv2d(inside, 128, kernel_size=1),  # (128, 4, 4)
            nn.ReLU(inplace=True),
            nn.Flatten(),  # 128·4·4 = 2048
            nn.Linear(128 * 4 * 4, 1024),
            nn.ReLU(inplace=True),
            nn.Dropout(0.7),
            nn.Linear(1024, classes),
        )


def reduced(inside: int, maps: tuple[int, int], kernel_size: int) -> nn.Sequential:
    """Return a k×k convolution behind a 1×1 that leaves it few maps to read."""
    few, outside = maps
    return nn.Sequential(
        nn.Conv2d(inside, few, kernel_size=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(few, outside, kernel_size, padding=kernel_size // 2),
        nn.ReLU(inplace=True),
    )


def halve() -> nn.MaxPool2d:
    """Return the pooling between stages; rounding up makes 56 of 112, as table 1 has it."""
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


def response_norm() -> nn.LocalResponseNorm:
    """Normalise across neighbouring maps; the paper gives no constants, these are AlexNet's."""
    # torch takes the mean of the n squares where AlexNet's paper takes their sum, hence n·α.
    return nn.LocalResponseNorm(size=5, alpha=5 * 1e-4, beta=0.75, k=2)


def googlenet_2014(*, auxiliary: bool = False, classes: int = 1000) -> GoogLeNet2014:
    """Build the GoogLeNet of the paper, with its auxiliary heads on or off."""
    return GoogLeNet2014(auxiliary=auxiliary, classes=classes)
