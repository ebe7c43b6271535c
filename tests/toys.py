"""Toy networks of at most a thousand parameters, one for each way of wiring."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention


class Plain(nn.Module):
    """Convolution, norm, activation, pooling, classifier: a chain."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, kernel_size=3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(4, 6, kernel_size=3),
            nn.ReLU(),
        )
        self.classify = nn.Linear(6, 5)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classify(self.features(pictures).mean((2, 3)))


class Residual(nn.Module):
    """A shortcut around two convolutions, projected where the shape changes."""

    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, stride=stride, padding=1)
        self.second = nn.Conv2d(outside, outside, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.project = nn.Conv2d(inside, outside, 1, stride=stride) if stride > 1 else None

    def forward(self, maps: Tensor) -> Tensor:
        shortcut = maps if self.project is None else self.project(maps)
        return self.relu(self.second(self.relu(self.first(maps))) + shortcut)


class ResidualNet(nn.Module):
    """Three residual blocks; the activation inside each is one module called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 2, 3, padding=1)
        self.blocks = nn.Sequential(Residual(2, 2), Residual(2, 2), Residual(2, 4, stride=2))
        self.classify = nn.Linear(4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classify(self.blocks(self.stem(pictures)).mean((2, 3)))


class Branches(nn.Module):
    """Split, a branch that is left alone, concatenation, channel shuffle."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2)
        self.branch = nn.Sequential(
            nn.Conv2d(2, 2, 3, padding=1, groups=2, bias=False), nn.BatchNorm2d(2), nn.ReLU()
        )
        self.classify = nn.Linear(4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        kept, worked = self.stem(pictures).chunk(2, dim=1)
        maps = torch.cat((kept, self.branch(worked)), dim=1)
        count, channels, height, width = maps.shape
        shuffled = maps.view(count, 2, channels // 2, height, width).transpose(1, 2)
        maps = shuffled.reshape(count, channels, height, width)
        return self.classify(maps.mean((2, 3)))


class Functional(nn.Module):
    """No leaf modules at all: parameters of its own and plain functions."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(4, 3, 3, 3))
        self.matrix = nn.Parameter(torch.randn(3, 4))

    def forward(self, pictures: Tensor) -> Tensor:
        maps = F.max_pool2d(F.relu(F.conv2d(pictures, self.kernel, padding=1)), 2)
        return F.linear(maps.mean((2, 3)), self.matrix)


class Shared(nn.Module):
    """One convolution used twice, and a layer that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.twice = nn.Conv2d(3, 3, 3, padding=1)
        self.never = nn.Linear(7, 7)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.twice(self.twice(pictures)).flatten(1)


class Refuses(nn.Module):
    """Control flow that depends on values: torch.export refuses it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.convolve(pictures)
        return maps.mean((2, 3)) if float(maps.sum()) > 0 else maps.amax((2, 3))


class Raises(nn.Module):
    """Breaks in its forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        raise ValueError("this net always breaks <b>here</b>")
