"""VGG's configuration C: the sixteen-layer net in which three convolutions are 1×1.

After Simonyan, Zisserman: "Very Deep Convolutional Networks for Large-Scale Image Recognition",
ICLR 2015, table 1, column C. The other columns are torchvision's.
"""

from collections.abc import Iterator

from torch import Tensor, nn

STAGES = (
    (64, (3, 3)),  # 224²
    (128, (3, 3)),  # 112²
    (256, (3, 3, 1)),  # 56²
    (512, (3, 3, 1)),  # 28²
    (512, (3, 3, 1)),  # 14²
)
"""Maps, and the kernel size of each convolution; a pooling that halves the size ends a stage."""


class VGG16C(nn.Module):
    """Thirteen convolutions, three of them 1×1, and three dense layers; 133 638 952 parameters.

    A 1×1 adds a nonlinearity and no neighbourhood: D, with 3×3 in its place, was more accurate.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(*convolutions())  # (512, 7, 7)
        self.classifier = nn.Sequential(
            nn.Flatten(),  # 512·7·7 = 25088
            nn.Linear(512 * 7 * 7, 4096),
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


def convolutions() -> Iterator[nn.Module]:
    """Yield the five stages layer by layer; padding keeps the size within a stage."""
    inside = 3
    for maps, kernels in STAGES:
        for kernel in kernels:
            yield nn.Conv2d(inside, maps, kernel_size=kernel, padding=kernel // 2)
            yield nn.ReLU(inplace=True)
            inside = maps
        yield nn.MaxPool2d(kernel_size=2, stride=2)


def vgg16_c(classes: int = 1000) -> VGG16C:
    """Build configuration C."""
    return VGG16C(classes)
