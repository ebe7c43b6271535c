"""Toy networks that take no picture, return no plain tensor, or do what is hard to trace."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention
from torch.utils.checkpoint import checkpoint
from toys import Unseen  # noqa: F401 - found here by its name


class Tokens(nn.Module):
    """Reads numbers of words."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 6)
        self.attend = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)
        self.classify = nn.Linear(6, 3)

    def forward(self, words: Tensor) -> Tensor:
        return self.classify(self.attend(self.embed(words)).mean(1))


def tokens() -> Tensor:
    """Make seven words."""
    return torch.randint(0, 11, (1, 7))


class Pair(nn.Module):
    """Takes a picture and a row of numbers, and a switch that is no tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.project = nn.Linear(5, 4)

    def forward(self, picture: Tensor, row: Tensor, *, is_summed: bool = False) -> Tensor:
        maps = self.convolve(picture).mean((2, 3))
        return maps + self.project(row) if is_summed else maps * self.project(row)


def pair() -> tuple[Tensor, Tensor]:
    """Make both inputs in order."""
    return torch.rand(1, 3, 9, 9), torch.rand(1, 5)


def named_pair() -> dict[str, object]:
    """Make all inputs by name."""
    picture, row = pair()
    return {"row": row, "picture": picture, "is_summed": True}


class Series(nn.Module):
    """Convolves along time."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(2, 4, 5, stride=2), nn.BatchNorm1d(4), nn.ReLU(), nn.AdaptiveAvgPool1d(1)
        )
        self.classify = nn.Linear(4, 3)

    def forward(self, series: Tensor) -> Tensor:
        return self.classify(self.net(series).flatten(1))


class Volume(nn.Module):
    """Convolves in space and time."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Conv3d(1, 3, 3), nn.BatchNorm3d(3), nn.ReLU(), nn.MaxPool3d(2))
        self.classify = nn.Linear(3, 2)

    def forward(self, volume: Tensor) -> Tensor:
        return self.classify(self.net(volume).mean((2, 3, 4)))


class Table(nn.Module):
    """Reads a row of five columns."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, row: Tensor) -> Tensor:
        return self.net(row)


class Reader(nn.Module):
    """Remembers what it reads: layers that torch runs step by step on its own."""

    def __init__(self, kind: str = "LSTM") -> None:
        super().__init__()
        self.remember = getattr(nn, kind)(5, 7, batch_first=True)
        self.classify = nn.Linear(7, 2)

    def forward(self, steps: Tensor) -> Tensor:
        return self.classify(self.remember(steps)[0][:, -1])


class Cells(nn.Module):
    """Remembers by a loop of its own over one cell, which is called once a step."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(5, 7)

    def forward(self, steps: Tensor) -> Tensor:
        memory = steps.new_zeros(len(steps), 7)
        for step in range(steps.shape[1]):
            memory = self.cell(steps[:, step], memory)
        return memory


class Listed(nn.Module):
    """Loops over a ModuleList and picks from a ModuleDict; one module of each is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.ModuleList(nn.Conv2d(3, 3, 3, padding=1) for _ in range(3))
        self.heads = nn.ModuleDict({"used": nn.Linear(3, 2), "unused": nn.Linear(3, 9)})

    def forward(self, pictures: Tensor) -> Tensor:
        maps = pictures
        for step in self.steps[:2]:
            maps = maps + step(maps)
        return self.heads["used"](maps.mean((2, 3)))


class Overwriting(nn.Module):
    """Changes tensors in place, also parts of them."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.relu(self.convolve(pictures))
        maps += 1
        maps[:, 0] = 0
        return maps.mul_(2).mean((2, 3))


class Lazy(nn.Module):
    """Learns its sizes from its first input."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.LazyConv2d(2, 3), nn.Flatten(), nn.LazyLinear(4))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.net(pictures)


class LazyTable(nn.Module):
    """Learns from its first input how many columns a row has."""

    def __init__(self) -> None:
        super().__init__()
        self.classify = nn.LazyLinear(4)

    def forward(self, row: Tensor) -> Tensor:
        return self.classify(row)


class Unreached(nn.Module):
    """Holds a layer without sizes that no input ever reaches."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.spare = nn.LazyLinear(2)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.convolve(pictures).mean((2, 3))


class Stored(nn.Module):
    """Keeps its weights in eight bits, and computes in more."""

    def __init__(self) -> None:
        super().__init__()
        weights = torch.rand(2, 3).to(torch.float8_e4m3fn)
        self.weights = nn.Parameter(weights, requires_grad=False)

    def forward(self, pictures: Tensor) -> Tensor:
        return F.linear(pictures.mean((2, 3)), self.weights.float())


class Moody(nn.Module):
    """Calls its arguments as torchinfo does."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(5, 4)

    def forward(self, row: Tensor, *, mode: str) -> Tensor:
        return self.project(row) * len(mode)


def mood() -> dict[str, object]:
    """Make both inputs by name."""
    return {"row": torch.rand(1, 5), "mode": "glad"}


class Nested(nn.Sequential):
    """A layer inside of forty boxes."""

    def __init__(self) -> None:
        inner: nn.Module = nn.Conv2d(3, 4, 3)
        for _ in range(39):
            inner = nn.Sequential(inner)
        super().__init__(inner, nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Small(nn.Module):
    """A net to be wrapped."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.convolve(pictures).mean((2, 3))


def compiled() -> object:
    """Wrap it as training does that shall be quick."""
    return torch.compile(Small())


def parallel() -> nn.Module:
    """Wrap it as training does on several GPUs."""
    return nn.DataParallel(Small())


def scripted() -> object:
    """Compile the whole of it, as what torch.jit.load returns is."""
    return torch.jit.script(Small())


def exported() -> nn.Module:
    """Return what a file of torch.export holds."""
    return torch.export.export(Small().eval(), (torch.rand(1, 3, 16, 16),)).module()


class Precise(nn.Module):
    """Computes in numbers of another width than 32 bits."""

    def __init__(self, dtype: str) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten()
        )
        self.classify = nn.Linear(196, 3)
        self.to(getattr(torch, dtype))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classify(self.net(pictures))


@dataclass
class Answer:
    """What libraries of language models return."""

    loss: Tensor | None
    logits: Tensor
    hidden: tuple[Tensor, ...]


class Named(NamedTuple):
    """A tuple with names."""

    logits: Tensor
    maps: Tensor


class Own:
    """An object that torch knows nothing of."""

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits


class Wrapping(nn.Module):
    """Returns its scores inside of something."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how
        self.convolve = nn.Conv2d(3, 4, 3)
        self.classify = nn.Linear(4, 3)

    def forward(self, pictures: Tensor) -> object:
        maps = self.convolve(pictures)
        logits = self.classify(maps.mean((2, 3)))
        return {
            "dict": {"loss": None, "logits": logits, "hidden": [maps]},
            "dataclass": Answer(None, logits, (maps,)),
            "tuple": Named(logits, maps),
            "nested": ({"deep": [logits, (maps,)]}, None),
            "object": Own(logits),
        }[self.how]


class Silent(nn.Module):
    """Returns no tensor at all."""

    def __init__(self, answer: str | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.convolve = nn.Conv2d(3, 4, 3)

    def forward(self, pictures: Tensor) -> str | None:
        self.convolve(pictures)
        return self.answer


class Detour(nn.Module):
    """Computes a part of it with NumPy, where no trace can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Conv2d(3, 4, 3)
        self.after = nn.Linear(4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        means = np.asarray(self.before(pictures).mean((2, 3)).tolist(), dtype=np.float32)
        return self.after(torch.from_numpy(means))


class Decides(nn.Module):
    """Repeats a module until the values are small, and skips another if they are."""

    def __init__(self) -> None:
        super().__init__()
        self.shrink = nn.Conv2d(3, 3, 3, padding=1)
        self.skipped = nn.Conv2d(3, 3, 3, padding=1)
        self.classify = nn.Linear(3, 2)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = pictures
        for _ in range(8):
            maps = self.shrink(maps)
            if float(maps.abs().mean()) < 0.2:
                break
        else:
            maps = self.skipped(maps)
        return self.classify(maps.mean((2, 3)))


class Recomputing(nn.Module):
    """Saves memory in training by gradient checkpoints."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = checkpoint(self.convolve, pictures, use_reentrant=False)
        return maps.mean((2, 3))


class Scripted(nn.Module):
    """Holds a part that was compiled before."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.convolve(pictures).mean((2, 3))


def quantised() -> nn.Module:
    """Return a net whose weights are eight-bit integers."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(192, 4), nn.ReLU(), nn.Linear(4, 2))
    return torch.ao.quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)


class Attending(nn.Module):
    """Attends with a bias of its own, for which the fused kernel has another layout."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 4, stride=4)
        self.project = nn.Linear(4, 12)
        self.bias = nn.Parameter(torch.zeros(2, 16, 16))
        self.classify = nn.Linear(4, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        tokens = self.stem(pictures).flatten(2).transpose(1, 2)
        count, length, width = tokens.shape
        query, key, value = (
            self.project(tokens).reshape(count, length, 3, 2, 2).permute(2, 0, 3, 1, 4)
        )
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=self.bias)
        return self.classify(found.transpose(1, 2).reshape(count, length, width).mean(1))
