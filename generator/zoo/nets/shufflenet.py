"""ShuffleNet v1: 1×1 convolutions in groups, and a shuffle so that the groups hear of each other.

After Zhang, Zhou, Lin, Sun: "ShuffleNet: An Extremely Efficient Convolutional Neural Network for
Mobile Devices", CVPR 2018, section 3, figure 2 and table 1.
"""

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn

STAGE2_MAPS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
"""Table 1: maps of stage 2 by number of groups, chosen so that the cost stays; then they double."""
STEM = 24
REPEATS = (3, 7, 3)
"""Units of stride 1 that follow the one of stride 2, in stages 2, 3 and 4."""


class ShuffleNetV1(nn.Module):
    """Sixteen shuffle units in three stages; 1 865 728 parameters with 3 groups at width 1.

    Args:
        groups: of the 1×1 convolutions: 1, 2, 3, 4 or 8.
        width: by which the maps of every stage are multiplied.
        classes: scores that come out.
    """

    def __init__(self, groups: int = 3, width: float = 1.0, classes: int = 1000) -> None:
        super().__init__()
        if groups not in STAGE2_MAPS:
            raise ValueError(f"groups is {groups}; the paper has maps for {sorted(STAGE2_MAPS)}")
        if width <= 0:
            raise ValueError(f"width is {width}; it multiplies maps, and must be positive")
        stem = round_up(stem_maps(width), groups)
        maps = round_up(STAGE2_MAPS[groups] * width, groups)
        self.stem = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(3, stem, kernel_size=3, stride=2, padding=1, bias=False),
                norm=nn.BatchNorm2d(stem),
                relu=nn.ReLU(inplace=True),  # (24, 112, 112)
                pool=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # (24, 56, 56)
            )
        )
        # The first 1×1 of stage 2 has few inputs, and is not grouped.
        self.stage2 = stage(stem, maps, REPEATS[0], groups, first_groups=1)  # (240, 28, 28)
        self.stage3 = stage(maps, 2 * maps, REPEATS[1], groups)  # (480, 14, 14)
        self.stage4 = stage(2 * maps, 4 * maps, REPEATS[2], groups)  # (960, 7, 7)
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # (960,)
        self.classifier = nn.Linear(4 * maps, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, 3, 224, 224)."""
        maps = self.stage4(self.stage3(self.stage2(self.stem(pictures))))
        scores: Tensor = self.classifier(self.average(maps))
        return scores


class ShuffleUnit(nn.Module):
    """A bottleneck of grouped 1×1, shuffle, depthwise 3×3, grouped 1×1, beside a shortcut.

    With stride 1 the shortcut is the input, and is added. With stride 2 it is the input's mean over
    3×3, and is concatenated, so that the bottleneck has only the missing maps to make.
    """

    def __init__(
        self, inside: int, outside: int, groups: int, *, stride: int, first_groups: int
    ) -> None:
        super().__init__()
        middle = round_up(outside // 4, groups)
        made = outside - inside if stride > 1 else outside
        self.groups = groups
        self.reduce = nn.Sequential(
            nn.Conv2d(inside, middle, kernel_size=1, groups=first_groups, bias=False),
            nn.BatchNorm2d(middle),
            nn.ReLU(inplace=True),
        )
        self.depthwise = nn.Sequential(  # no ReLU between depthwise and pointwise
            nn.Conv2d(middle, middle, 3, stride, padding=1, groups=middle, bias=False),
            nn.BatchNorm2d(middle),
        )
        self.expand = nn.Sequential(
            nn.Conv2d(middle, made, kernel_size=1, groups=groups, bias=False),
            nn.BatchNorm2d(made),
        )
        self.pool = nn.AvgPool2d(3, stride, padding=1) if stride > 1 else None
        self.relu = nn.ReLU(inplace=True)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (N, outside, H/stride, W/stride) for (N, inside, H, W)."""
        shuffled = channel_shuffle(self.reduce(maps), self.groups)  # (outside/4, H, W)
        made = self.expand(self.depthwise(shuffled))
        joined = maps + made if self.pool is None else torch.cat((self.pool(maps), made), dim=1)
        output: Tensor = self.relu(joined)
        return output


def channel_shuffle(maps: Tensor, groups: int) -> Tensor:
    """Deal the maps of each group out to all groups, like cards; (N, C, H, W) stays so.

    Written as a matrix of groups × maps in each, and transposed.
    """
    count, channels, height, width = maps.shape
    dealt = maps.view(count, groups, channels // groups, height, width).transpose(1, 2)
    return dealt.reshape(count, channels, height, width)


def stage(
    inside: int, outside: int, repeats: int, groups: int, first_groups: int | None = None
) -> nn.Sequential:
    """Return one unit of stride 2, and the repeats of stride 1 after it."""
    first = ShuffleUnit(inside, outside, groups, stride=2, first_groups=first_groups or groups)
    others = (
        ShuffleUnit(outside, outside, groups, stride=1, first_groups=groups) for _ in range(repeats)
    )
    return nn.Sequential(first, *others)


def stem_maps(width: float) -> float:
    """Return the maps of the first convolution, which follow the width in powers of two.

    The paper does not say so, but the costs it reports at 0.25×, 0.5×, 1.5× and 2× with 3 groups
    (13, 38, 292 and 524 M) come out with 12, 12, 24 and 48.
    """
    return max(STEM / 2, STEM * 2.0 ** math.floor(math.log2(width)))


def round_up(maps: float, groups: int) -> int:
    """Return the next number of maps that can be divided into groups."""
    return math.ceil(maps / groups) * groups


def shufflenet_v1(groups: int = 3, width: float = 1.0, classes: int = 1000) -> ShuffleNetV1:
    """Build ShuffleNet v1 for a number of groups and a width, "ShuffleNet 1× (g = 3)" by default.

    Raises:
        ValueError: the paper has no such number of groups, or the width is not positive.
    """
    return ShuffleNetV1(groups, width, classes)
