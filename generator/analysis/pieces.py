"""Decides what a comparison says about one piece of work of a network, and about a block of them.

A piece is an operation that an architect chose, such as a convolution, a pooling or a sum, with
the norm and the activation that belong to it.
"""

from enum import StrEnum

from pydantic import Field

from generator.analysis.shortcuts import Shortcut
from generator.records import Frozen


class Work(StrEnum):
    """What a piece does."""

    CONV = "conv"
    TRANSPOSED = "transposed conv"
    LINEAR = "linear"
    ATTENTION = "self-attention"
    MAX_POOL = "max pool"
    AVERAGE_POOL = "average pool"
    GLOBAL_MAX = "global max pool"
    GLOBAL_AVERAGE = "global average pool"
    NORM = "norm"
    SUM = "sum"
    PRODUCT = "product"
    CONCAT = "concat"
    SPLIT = "channel split"
    SHUFFLE = "channel shuffle"


class Role(StrEnum):
    """What a piece is for in its block."""

    MAIN = "main"
    SHORTCUT = "shortcut"
    """A projection around the work of the block."""
    GATE = "gate"
    """Part of a squeeze-and-excitation."""


class Piece(Frozen):
    """One piece of work; sizes are (height, width), and empty where there is no window."""

    path: str = Field(description="module of its main operation")
    work: Work
    role: Role = Role.MAIN
    kernel: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    padding: tuple[int, ...] = Field(default=(), description="both sides of an axis together")
    dilation: tuple[int, ...] = ()
    groups: int = 1
    inputs: int = Field(default=0, description="channels read, or features of a linear layer")
    channels: int = Field(default=0, description="channels written, or features")
    bias: bool = Field(default=False, description="whether the operation itself adds a bias")
    norm: str = Field(default="", description="normalisation that belongs to it; empty for none")
    activation: str = Field(default="", description="empty for none")
    leads: bool = Field(default=False, description="whether norm and activation come first")
    output_stride: int | None = Field(
        default=None, description="input pixels per step of the output; null in the head"
    )
    params: int = 0
    macs: int = 0
    activations: int = 0

    @property
    def is_depthwise(self) -> bool:
        """Say whether every kernel reads a single channel."""
        return 1 < self.groups == self.inputs

    @property
    def keeps_size(self) -> bool:
        """Say whether the padding makes up for the kernel, as 1 on each side does for 3×3."""
        extents = (d * (k - 1) for k, d in zip(self.kernel, self.dilation, strict=True))
        return tuple(self.padding) == tuple(extents)


class Section(Frozen):
    """A block with its pieces in order of execution, or a single piece outside of all blocks."""

    path: str
    kind: str = Field(default="", description="what the block is called; empty for no block")
    pieces: tuple[Piece, ...]

    @property
    def is_block(self) -> bool:
        """Say whether the pieces are a block."""
        return bool(self.kind)

    @property
    def shortcut(self) -> str:
        """Say what leads around the work: projection, identity, or nothing."""
        if any(piece.role is Role.SHORTCUT for piece in self.pieces):
            return Shortcut.PROJECTION.value
        sums = any(piece.work is Work.SUM for piece in self.pieces)
        return Shortcut.IDENTITY.value if sums else ""

    @property
    def is_gated(self) -> bool:
        """Say whether there is a squeeze-and-excitation."""
        return any(piece.role is Role.GATE for piece in self.pieces)

    @property
    def output_stride(self) -> int | None:
        """Return the stride of what leaves it."""
        return self.pieces[-1].output_stride
