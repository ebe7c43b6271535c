"""Network in Network: a small dense net slides over the picture, and no dense layer follows.

After Lin, Chen, Yan: "Network In Network", ICLR 2014, section 3. The widths are those of the
authors' ImageNet model; the 10-class net is the one that textbooks derive from it.
"""

from collections import OrderedDict

from torch import Tensor, nn


class NiN(nn.Module):
    """Four blocks, the last with one map a class, whose mean is the score.

    2 015 398 parameters for 10 classes (384 maps before them), 7 595 176 for ImageNet.

    Args:
        last: maps after the three convolutions of the last block; the final number is of classes.
        rounds_up: whether pooling keeps a last incomplete window, as the authors' framework did.
    """

    def __init__(self, last: tuple[int, int, int], *, channels: int = 3, rounds_up: bool) -> None:
        super().__init__()
        # Sizes: 54, 26, 12, 5 rounding down; 54, 27, 13, 6 rounding up.
        self.features = nn.Sequential(
            NiNBlock(channels, (96, 96, 96), kernel_size=11, stride=4),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=rounds_up),
            NiNBlock(96, (256, 256, 256), kernel_size=5, padding=2),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=rounds_up),
            NiNBlock(256, (384, 384, 384), kernel_size=3, padding=1),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=rounds_up),
            nn.Dropout(0.5),
            NiNBlock(384, last, kernel_size=3, padding=1),  # (classes, 5, 5) or (classes, 6, 6)
        )
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # (classes,)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, channels, 224, 224)."""
        scores: Tensor = self.average(self.features(pictures))
        return scores


class NiNBlock(nn.Sequential):
    """One k×k convolution and two of 1×1: at each place, a dense net of three layers."""

    def __init__(
        self,
        inside: int,
        maps: tuple[int, int, int],
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        first, second, third = maps
        super().__init__(
            OrderedDict(
                spatial=nn.Conv2d(inside, first, kernel_size, stride, padding),
                relu1=nn.ReLU(inplace=True),
                mix1=nn.Conv2d(first, second, kernel_size=1),
                relu2=nn.ReLU(inplace=True),
                mix2=nn.Conv2d(second, third, kernel_size=1),
                relu3=nn.ReLU(inplace=True),
            )
        )


def nin(classes: int = 10, channels: int = 3) -> NiN:
    """Build the textbook's net; its pictures have three channels unless told otherwise."""
    return NiN((classes, classes, classes), channels=channels, rounds_up=False)


def nin_imagenet(classes: int = 1000) -> NiN:
    """Build the net that the authors trained on ImageNet."""
    return NiN((1024, 1024, classes), rounds_up=True)
