"""MobileNet v1: every convolution but the first is a depthwise one and a 1×1.

After Howard and others: "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications", arXiv 1704.04861, 2017, section 3 and table 1.
"""

from collections import OrderedDict
from collections.abc import Iterator

from torch import Tensor, nn

STEM = 32
STAGES = (
    (64, 1),  # 112²
    (128, 2),  # 56²
    (128, 1),
    (256, 2),  # 28²
    (256, 1),
    (512, 2),  # 14²
    *((512, 1),) * 5,
    (1024, 2),  # 7²
    (1024, 1),  # table 1 prints stride 2 here, yet 7² goes in and comes out
)
"""Maps and stride of the thirteen units."""


class MobileNetV1(nn.Module):
    """Thirteen separable units behind one convolution; 4 231 976 parameters at width 1.

    Args:
        width: the paper's α, by which the maps of every layer are multiplied.
        classes: scores that come out.
    """

    def __init__(self, width: float = 1.0, classes: int = 1000) -> None:
        super().__init__()
        stem, last = scaled(STEM, width), scaled(STAGES[-1][0], width)
        self.stem = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(3, stem, kernel_size=3, stride=2, padding=1, bias=False),
                norm=nn.BatchNorm2d(stem),
                relu=nn.ReLU(inplace=True),
            )
        )  # (32, 112, 112)
        self.features = nn.Sequential(*separable_units(stem, width))  # (1024, 7, 7)
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # (1024,)
        self.classifier = nn.Linear(last, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, 3, 224, 224)."""
        maps = self.features(self.stem(pictures))
        scores: Tensor = self.classifier(self.average(maps))
        return scores


class DepthwiseSeparable(nn.Sequential):
    """Look around within each map (depthwise 3×3), then mix the maps at each place (1×1)."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__(
            OrderedDict(
                depthwise=nn.Conv2d(inside, inside, 3, stride, 1, groups=inside, bias=False),
                norm1=nn.BatchNorm2d(inside),
                relu1=nn.ReLU(inplace=True),
                pointwise=nn.Conv2d(inside, outside, kernel_size=1, bias=False),
                norm2=nn.BatchNorm2d(outside),
                relu2=nn.ReLU(inplace=True),
            )
        )


def separable_units(inside: int, width: float) -> Iterator[DepthwiseSeparable]:
    """Yield the units of all stages, each as wide as the width multiplier says."""
    for maps, stride in STAGES:
        outside = scaled(maps, width)
        yield DepthwiseSeparable(inside, outside, stride)
        inside = outside


def scaled(maps: int, width: float) -> int:
    """Return α·M maps, at least one."""
    return max(1, int(maps * width))


def mobilenet_v1(width: float = 1.0, classes: int = 1000) -> MobileNetV1:
    """Build MobileNet v1 for a width multiplier; the paper names 1, 0.75, 0.5 and 0.25."""
    return MobileNetV1(width, classes)
