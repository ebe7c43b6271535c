"""A network of your own; archatlas.toml names it."""

from torch import Tensor, nn


class Residual(nn.Module):
    """Two 3×3 convolutions, and the input added to what they make."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )
        self.activation = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        """Keep the shape (N, width, H, W)."""
        return self.activation(self.body(maps) + maps)


class TinyNet(nn.Module):
    """Classify pictures (N, 3, 64, 64) into ten classes."""

    def __init__(self, width: int = 16, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, kernel_size=5, stride=2, padding=2)  # (width, 32, 32)
        self.blocks = nn.Sequential(Residual(width), Residual(width))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classify = nn.Linear(width, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return class scores (N, classes)."""
        return self.classify(self.pool(self.blocks(self.stem(pictures))).flatten(1))
