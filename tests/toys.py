"""Toy networks of at most a thousand parameters, one for each way of wiring."""

import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import get_proxy_mode
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


class Deep(nn.Module):
    """More operations than can be read at once: a long row of residual blocks."""

    blocks_in_row = 12

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 2, 3, padding=1)
        self.blocks = nn.Sequential(*(Residual(2, 2) for _ in range(self.blocks_in_row)))
        self.classify = nn.Linear(2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classify(self.blocks(self.stem(pictures)).mean((2, 3)))


class Long(Deep):
    """More layers than its page shows at once."""

    blocks_in_row = 25


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


class FunctionalResidual(nn.Module):
    """Residual blocks of plain functions: two that keep the shape, one with a projection."""

    def __init__(self) -> None:
        super().__init__()
        same, wider = (2, 2, 3, 3), (4, 2, 3, 3)
        shapes = ((2, 3, 3, 3), same, same, same, same, wider, (4, 4, 3, 3), (4, 2, 1, 1))
        for number, shape in enumerate(shapes):
            self.register_parameter(f"kernel{number}", nn.Parameter(torch.randn(shape) / 4))
        self.matrix = nn.Parameter(torch.randn(3, 4))

    def forward(self, pictures: Tensor) -> Tensor:
        maps = F.conv2d(pictures, self.kernel0, padding=1)
        for first, second in ((self.kernel1, self.kernel2), (self.kernel3, self.kernel4)):
            inside = F.conv2d(F.relu(F.conv2d(maps, first, padding=1)), second, padding=1)
            maps = F.relu(inside + maps)
        inside = F.relu(F.conv2d(maps, self.kernel5, padding=1, stride=2))
        inside = F.conv2d(inside, self.kernel6, padding=1)
        maps = F.relu(inside + F.conv2d(maps, self.kernel7, stride=2))
        return F.linear(maps.mean((2, 3)), self.matrix)


class FunctionalBranches(nn.Module):
    """Three times three branches, concatenated, of plain functions; one of the times with 5×5."""

    def __init__(self) -> None:
        super().__init__()
        for number, size in enumerate((3, 3, 5)):
            shapes = ((1, 4, 1, 1), (2, 4, size, size), (1, 4, 1, 1))
            for branch, shape in zip("abc", shapes, strict=True):
                kernel = nn.Parameter(torch.randn(shape) / 4)
                self.register_parameter(f"kernel{number}{branch}", kernel)
        self.stem = nn.Parameter(torch.randn(4, 3, 3, 3))
        self.matrix = nn.Parameter(torch.randn(3, 4))

    def forward(self, pictures: Tensor) -> Tensor:
        maps = F.relu(F.conv2d(pictures, self.stem))
        maps = self.branched(maps, self.kernel0a, self.kernel0b, self.kernel0c)
        maps = self.branched(maps, self.kernel1a, self.kernel1b, self.kernel1c)
        maps = self.branched(maps, self.kernel2a, self.kernel2b, self.kernel2c)
        return F.linear(maps.mean((2, 3)), self.matrix)

    @staticmethod
    def branched(maps: Tensor, ones: Tensor, wide: Tensor, pooled: Tensor) -> Tensor:
        narrow = F.conv2d(maps, ones)
        around = F.conv2d(maps, wide, padding=wide.shape[-1] // 2)
        highest = F.conv2d(F.max_pool2d(maps, 3, stride=1, padding=1), pooled)
        return F.relu(torch.cat((narrow, around, highest), dim=1))


class FunctionalLadder(nn.Module):
    """Three dense layers of plain functions: each reads the stem and all layers before it."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Parameter(torch.randn(4, 3, 3, 3))
        for number in range(3):
            kernel = nn.Parameter(torch.randn(2, 4 + 2 * number, 3, 3) / 6)
            self.register_parameter(f"kernel{number}", kernel)
        self.matrix = nn.Parameter(torch.randn(3, 10))

    def forward(self, pictures: Tensor) -> Tensor:
        found = [F.relu(F.conv2d(pictures, self.stem))]
        for kernel in (self.kernel0, self.kernel1, self.kernel2):
            found.append(F.relu(F.conv2d(torch.cat(found, dim=1), kernel, padding=1)))
        return F.linear(torch.cat(found, dim=1).mean((2, 3)), self.matrix)


class Shared(nn.Module):
    """One convolution used twice, and a layer that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.twice = nn.Conv2d(3, 3, 3, padding=1)
        self.never = nn.Linear(7, 7)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.twice(self.twice(pictures)).flatten(1)


class OneSize(Plain):
    """Takes pictures of one size, and says so itself."""

    def forward(self, pictures: Tensor) -> Tensor:
        if pictures.shape[2:] != (17, 17):
            raise ValueError("17 by 17, please")
        return super().forward(pictures)


class Refuses(nn.Module):
    """Control flow that depends on values: torch.export refuses it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.convolve(pictures)
        return maps.mean((2, 3)) if float(maps.sum()) > 0 else maps.amax((2, 3))


class Unseen(nn.Module):
    """Does not run where somebody traces it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, pictures: Tensor) -> Tensor:
        if torch.compiler.is_exporting() or get_proxy_mode() is not None:
            raise RuntimeError("not while I am watched")
        return self.norm(self.convolve(pictures)).mean((2, 3))


class Raises(nn.Module):
    """Breaks in its forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 2, 3)

    def forward(self, _pictures: Tensor) -> Tensor:
        raise ValueError("this net always breaks <b>here</b>")


class Chain(nn.Module):
    """Four convolutions alike in a row, then two alike side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.row = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(4)))
        self.left = nn.Conv2d(3, 3, 3, padding=1)
        self.right = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.row(pictures)
        return (self.left(maps) + self.right(maps)).mean((2, 3))


class Padded(nn.Module):
    """Padding of every sort, local response normalisation, a kernel made by arithmetic."""

    def __init__(self) -> None:
        super().__init__()
        self.around = nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular", stride=2)
        self.even = nn.Conv2d(4, 4, 4, padding="same", groups=2)
        self.normalise = nn.LocalResponseNorm(2)
        self.last = nn.Conv2d(4, 2, 3, padding="valid")
        self.kernel = nn.Parameter(torch.ones(2, 2, 3, 3))

    def forward(self, pictures: Tensor) -> Tensor:
        maps = F.pad(self.normalise(self.even(self.around(pictures))), (1, 2, 1, 2))
        return F.conv2d(self.last(maps), self.kernel / 9).mean((2, 3))


class Gated(nn.Module):
    """Squeeze and excitation: one number a channel, found by two layers, scales its map."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2)
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(4, 2, 1)
        self.restore = nn.Conv2d(2, 4, 1)
        self.classify = nn.Linear(4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.stem(pictures)
        gate = torch.sigmoid(self.restore(torch.relu(self.reduce(self.squeeze(maps)))))
        return self.classify((maps * gate).mean((2, 3)))


class Recurrent(nn.Module):
    """One residual block applied three times, without an operation of its own at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 2, 3)
        self.again = Residual(2, 2)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.stem(pictures)
        for _ in range(3):
            maps = self.again(maps)
        return maps.mean((2, 3))


class Unusual(nn.Module):
    """Upsampling, a transposed convolution, keyword arguments, norms without a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1)
        self.grow = nn.ConvTranspose2d(4, 2, 3, stride=2, groups=2)
        self.norm = nn.LayerNorm([2, 5, 5], bias=False)
        self.plain = nn.BatchNorm2d(2, affine=False)
        self.odd = nn.Sequential(nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 1), nn.Flatten())

    def forward(self, pictures: Tensor) -> Tensor:
        small = F.adaptive_max_pool2d(self.stem(input=pictures), 2)
        return self.odd(self.plain(input=self.norm(self.grow(small))))


TRACED = (
    *("Plain", "ResidualNet", "Branches", "Functional", "Shared", "Chain", "Padded"),
    *("Gated", "Recurrent", "Unusual"),
    *("FunctionalResidual", "FunctionalBranches", "FunctionalLadder"),
)
"""Toys that torch.export can trace."""

RUNNING = (*TRACED, "Refuses")
"""Toys that run, traced or not."""

ALL = (*RUNNING, "Raises")
