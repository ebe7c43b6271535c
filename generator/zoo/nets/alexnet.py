"""AlexNet twice: two towers that meet after layers 2 and 5, as of 2012, and the textbook's one.

After Krizhevsky, Sutskever, Hinton: "ImageNet Classification with Deep Convolutional Neural
Networks", NIPS 2012, section 3 and figure 2.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn


class TwoTowerAlexNet(nn.Module):
    """AlexNet on two graphics cards; 60 965 224 parameters.

    A card keeps half of the maps. Layers 2, 4 and 5 read those of their own card alone, which is
    what `groups=2` computes in one convolution; layer 3 and the dense layers read both cards'.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.lower1 = LowerTower()
        self.lower2 = LowerTower()
        self.upper1 = UpperTower()
        self.upper2 = UpperTower()
        self.classifier = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),  # 256·6·6 = 9216
                fc6=nn.Linear(256 * 6 * 6, 4096),  # 2048 were computed on each card
                relu6=nn.ReLU(inplace=True),
                drop6=nn.Dropout(0.5),
                fc7=nn.Linear(4096, 4096),
                relu7=nn.ReLU(inplace=True),
                drop7=nn.Dropout(0.5),
                fc8=nn.Linear(4096, classes),
            )
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, 3, 224, 224)."""
        lower = torch.cat((self.lower1(pictures), self.lower2(pictures)), dim=1)  # (256, 13, 13)
        upper = torch.cat((self.upper1(lower), self.upper2(lower)), dim=1)  # (256, 6, 6)
        scores: Tensor = self.classifier(upper)
        return scores


class LowerTower(nn.Sequential):
    """Layers 1 and 2 of one card: (3, 224, 224) → (128, 13, 13)."""

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                # With 224 pixels, 55 positions need a padding that the paper does not mention.
                conv1=nn.Conv2d(3, 48, kernel_size=11, stride=4, padding=2),  # (48, 55, 55)
                relu1=nn.ReLU(inplace=True),
                norm1=response_norm(),
                pool1=nn.MaxPool2d(kernel_size=3, stride=2),  # overlapping: (48, 27, 27)
                conv2=nn.Conv2d(48, 128, kernel_size=5, padding=2),  # (128, 27, 27)
                relu2=nn.ReLU(inplace=True),
                norm2=response_norm(),
                pool2=nn.MaxPool2d(kernel_size=3, stride=2),  # (128, 13, 13)
            )
        )


class UpperTower(nn.Sequential):
    """Layers 3, 4 and 5 of one card, the first reading both: (256, 13, 13) → (128, 6, 6)."""

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                conv3=nn.Conv2d(2 * 128, 192, kernel_size=3, padding=1),  # (192, 13, 13)
                relu3=nn.ReLU(inplace=True),
                conv4=nn.Conv2d(192, 192, kernel_size=3, padding=1),
                relu4=nn.ReLU(inplace=True),
                conv5=nn.Conv2d(192, 128, kernel_size=3, padding=1),  # (128, 13, 13)
                relu5=nn.ReLU(inplace=True),
                pool5=nn.MaxPool2d(kernel_size=3, stride=2),  # (128, 6, 6)
            )
        )


def response_norm() -> nn.LocalResponseNorm:
    """Make neighbouring maps compete: k = 2, n = 5, α = 10⁻⁴, β = 0.75 (section 3.3)."""
    # torch takes the mean of the n squares where the paper takes their sum, hence n·α.
    return nn.LocalResponseNorm(size=5, alpha=5 * 1e-4, beta=0.75, k=2)


class SingleTowerAlexNet(nn.Module):
    """AlexNet with one tower, no response normalisation; 46 787 978 parameters for 10 classes.

    The form that textbooks teach: all 96, 256, 384, 384, 256 maps together, padding 1 at first.
    """

    def __init__(self, classes: int = 10, channels: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 96, kernel_size=11, stride=4, padding=1),  # (96, 54, 54)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (96, 26, 26)
            nn.Conv2d(96, 256, kernel_size=5, padding=2),  # (256, 26, 26)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (256, 12, 12)
            nn.Conv2d(256, 384, kernel_size=3, padding=1),  # (384, 12, 12)
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),  # (256, 12, 12)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (256, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # 256·5·5 = 6400
            nn.Linear(256 * 5 * 5, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, classes),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, channels, 224, 224)."""
        scores: Tensor = self.classifier(self.features(pictures))
        return scores


def alexnet_2012(classes: int = 1000) -> TwoTowerAlexNet:
    """Build the network that won ILSVRC 2012, one tower for each graphics card."""
    return TwoTowerAlexNet(classes)


def alexnet_single(classes: int = 10, channels: int = 3) -> SingleTowerAlexNet:
    """Build the textbook's AlexNet; its pictures have three channels unless told otherwise."""
    return SingleTowerAlexNet(classes, channels)
