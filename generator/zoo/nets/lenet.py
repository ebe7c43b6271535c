"""LeNet as it is taught today: two convolutions, two poolings, three dense layers.

After LeCun, Bottou, Bengio, Haffner: "Gradient-Based Learning Applied to Document Recognition",
Proc. IEEE 86(11), 1998, section II. Two simplifications make it the textbook's net: C3 is connected
to every map of S2, and pooling has no parameters.
"""

from collections.abc import Callable

from torch import Tensor, nn


class TaughtLeNet(nn.Module):
    """LeNet for 28×28 grey digits with a chosen nonlinearity and pooling; 61 706 parameters."""

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


def lenet_sigmoid(classes: int = 10) -> TaughtLeNet:
    """Build the LeNet with sigmoids and average pooling, close to the original's habits."""
    return TaughtLeNet(nn.Sigmoid, classes)
