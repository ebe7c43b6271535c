"""Blocks of a few parameters, one for each motif that block diagrams know by name."""

import torch
from torch import Tensor, nn


class Dense(nn.Module):
    """Three layers, each reading what entered and what all before it made; norm comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, 2, 3, padding=1, bias=False))
            for c in (3, 5, 7)
        )
        self.last = nn.Conv2d(9, 1, 1)

    def forward(self, maps: Tensor) -> Tensor:
        made = [maps]
        for layer in self.layers:
            made.append(layer(torch.cat(made, 1)))
        return self.last(torch.cat(made, 1))


class Excited(nn.Module):
    """An inverted residual whose middle is squeezed and excited."""

    def __init__(self) -> None:
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(3, 6, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU6())
        self.deep = nn.Sequential(
            nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False), nn.BatchNorm2d(6), nn.Hardswish()
        )
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.less = nn.Sequential(nn.Conv2d(6, 2, 1), nn.ReLU())
        self.more = nn.Sequential(nn.Conv2d(2, 6, 1), nn.Hardsigmoid())
        self.project = nn.Sequential(nn.Conv2d(6, 3, 1, bias=False), nn.BatchNorm2d(3))

    def forward(self, maps: Tensor) -> Tensor:
        wide = self.deep(self.expand(maps))
        return maps + self.project(wide * self.more(self.less(self.squeeze(wide))))


class Bottleneck(nn.Module):
    """Narrow, 3×3 in two groups with stride 2, wide; the shortcut is projected."""

    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Sequential(
            *(nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True)),
            *(nn.Conv2d(4, 4, 3, 2, 1, groups=2, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
            *(nn.Conv2d(4, 8, 1, bias=False), nn.BatchNorm2d(8)),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(3, 8, 1, 2, bias=False), nn.BatchNorm2d(8))

    def forward(self, maps: Tensor) -> Tensor:
        return torch.relu(self.main(maps) + self.shortcut(maps))


class Towers(nn.Module):
    """Two ways of equal length that meet at the end, and a dropout that is off."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2))
        self.right = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2))
        self.drop = nn.Dropout()

    def forward(self, maps: Tensor) -> Tensor:
        return self.drop(torch.cat((self.left(maps), self.right(maps)), 1).clone())


class Encoder(nn.Module):
    """Attention over the pixels of a picture, then a layer that reads its channels last."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.attend = nn.MultiheadAttention(4, 2, batch_first=True)
        self.mix = nn.Sequential(nn.LayerNorm(4), nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 4))
        self.widen = nn.Conv2d(3, 4, 1)
        self.scale = nn.Parameter(torch.ones(4, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        wide = self.widen(maps)
        tokens = wide.flatten(2).transpose(1, 2)
        normed = self.norm(tokens)
        tokens = tokens + self.attend(normed, normed, normed, need_weights=False)[0]
        pixels = tokens.transpose(1, 2).reshape(wide.shape).permute(0, 2, 3, 1)
        return self.scale * self.mix(pixels).permute(0, 3, 1, 2) + wide


ALL = (Dense, Excited, Bottleneck, Towers, Encoder)
