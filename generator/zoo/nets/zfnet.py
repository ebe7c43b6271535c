"""ZFNet: AlexNet with a finer first layer, found by looking at what the first layers had learned.

After Zeiler, Fergus: "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.1
and figure 3.
"""

from torch import Tensor, nn


class ZFNet(nn.Module):
    """One dense tower, 7×7 kernels of stride 2 instead of 11×11 of stride 4; 62 357 608 parameters.

    Pooling rounds up, which gives the sizes of the figure: 110, 55, 26, 13, 6.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, kernel_size=7, stride=2, padding=1),  # (96, 110, 110)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),  # (96, 55, 55)
            response_norm(),
            nn.Conv2d(96, 256, kernel_size=5, stride=2),  # (256, 26, 26)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),  # (256, 13, 13)
            response_norm(),
            nn.Conv2d(256, 384, kernel_size=3, padding=1),  # (384, 13, 13)
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),  # (256, 13, 13)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (256, 6, 6)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # 256·6·6 = 9216
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, classes),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes) for pictures (N, 3, 224, 224)."""
        scores: Tensor = self.classifier(self.features(pictures))
        return scores


def response_norm() -> nn.LocalResponseNorm:
    """Normalise across neighbouring maps, after pooling; the constants are AlexNet's."""
    # torch takes the mean of the n squares where AlexNet's paper takes their sum, hence n·α.
    return nn.LocalResponseNorm(size=5, alpha=5 * 1e-4, beta=0.75, k=2)


def zfnet(classes: int = 1000) -> ZFNet:
    """Build the single network of the paper, not the larger one that was entered in 2013."""
    return ZFNet(classes)
