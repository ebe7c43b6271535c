"""Decides how values inside a model are recorded: weights, feature maps, predictions."""

from enum import StrEnum

from pydantic import Field

from generator.records.base import Frozen, Shape


class Picture(Frozen):
    """One input picture, as it was fed to the model."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    credit: str
    file: str = Field(description="the cropped and resized input, relative to the model's folder")


class Histogram(Frozen):
    """Counts of values in equal bins between low and high."""

    low: float
    high: float
    counts: tuple[int, ...]


class ParameterStats(Frozen):
    """One parameter tensor and how its values are spread."""

    name: str
    shape: Shape
    numel: int
    bytes: int
    trainable: bool
    mean: float | None = Field(description="none when no value is finite")
    std: float | None = Field(description="n-1 in the denominator; none for a single value")
    min: float | None
    max: float | None
    sparsity: float | None = Field(default=None, description="share of values that are exactly 0")
    histogram: Histogram | None = None
    file: str | None = Field(default=None, description="picture of the kernels, if one was made")


class KernelGrid(Frozen):
    """The strongest kernels of one convolution: a filter a row, its strongest inputs in columns.

    A depthwise convolution has one input a filter; its filters fill the rows one after another.
    """

    name: str = Field(description="of the parameter")
    filters: tuple[int, ...] = Field(description="output channels shown, by norm, largest first")
    inputs: tuple[tuple[int, ...], ...] = Field(
        description="input channels shown of each filter, by norm, largest first"
    )
    columns: int
    file: str = Field(description="sprite, which other grids share")
    top: int = Field(description="pixels from the top of the sprite")
    width: int = Field(description="pixels of the grid")
    height: int


class NormVector(Frozen):
    """One of BatchNorm's four vectors."""

    symbol: str = Field(description="γ, β, μ or σ²")
    mean: float | None = Field(description="none when no value is finite")
    std: float | None = Field(description="n-1 in the denominator; none for a single value")
    min: float | None
    max: float | None


class NormStats(Frozen):
    """What one BatchNorm layer has learnt, and what it has seen."""

    path: str
    channels: int
    epsilon: float
    vectors: tuple[NormVector, ...]
    file: str = Field(description="JSON: by path, by symbol, the value of every channel")


class Step(StrEnum):
    """What kind of operation made a tensor; norm and activation behind it are included."""

    CONVOLUTION = "convolution"
    CONCATENATION = "concatenation"
    SUM = "sum"
    SPLIT = "split"
    SHUFFLE = "channel shuffle"
    POOLING = "pooling"
    OTHER = "output"


class FeatureGrid(Frozen):
    """The strongest channels of one tensor for one picture, as one sprite of grey tiles.

    Numbers a channel are in the order of `shown_channels`, to four digits. In a tile, 0 stands for
    the channel's low and 255 for its high, so that pages can draw it at any other scale.
    """

    image: str
    path: str = Field(description="module it belongs to; empty for the model itself")
    node: str | None = Field(default=None, description="id of the operation; none without a graph")
    step: Step = Step.OTHER
    is_output: bool = Field(default=True, description="whether the module returns this tensor")
    part: int | None = Field(default=None, description="which part of a split, from 1")
    also: tuple[str, ...] = Field(
        default=(), description="inner modules that return the very same tensor"
    )
    shape: Shape = Field(description="(C, H, W) of the tensor")
    shown_channels: tuple[int, ...] = Field(description="ranked by mean square activation")
    means: tuple[float, ...] = Field(default=(), description="of each shown channel")
    sparsities: tuple[float, ...] = Field(
        default=(), description="share of zeros in each shown channel"
    )
    lows: tuple[float, ...] = Field(default=(), description="least value of each tile")
    highs: tuple[float, ...] = Field(default=(), description="greatest value of each tile")
    columns: int
    dead_fraction: float = Field(description="share of channels that are zero everywhere")
    mean: float | None = Field(default=None, description="of all finite values")
    sparsity: float | None = Field(default=None, description="share of zeros in all channels")
    non_finite: int = Field(default=0, description="how many values are NaN or infinite")
    histogram: Histogram | None = Field(
        default=None, description="of all finite values; none for steps inside of blocks"
    )
    file: str
    top: int = Field(default=0, description="pixels from the top of the sprite, if grids share it")
    width: int = Field(description="pixels of the grid")
    height: int

    @property
    def name(self) -> str:
        """Say where it is for readers: a module, or a step inside of it."""
        if self.is_output:
            return self.path
        part = f" {self.part}" if self.part else ""
        return f"{self.path or self.node} / {self.step}{part}"


class ThumbnailSheet(Frozen):
    """One small tile for every operation of the graph, for one picture."""

    image: str
    file: str
    tile: int = Field(description="pixels of a tile's side; tiles touch")
    columns: int
    nodes: tuple[str, ...] = Field(description="ids of operations, row by row")


class AttributionMethod(StrEnum):
    """How it is found out which places of a picture speak for a class."""

    GRAD_CAM = "Grad-CAM"
    SALIENCY = "input gradient"


class Attribution(Frozen):
    """Which places of one picture speak for its likeliest class: a transparent overlay."""

    image: str
    method: AttributionMethod
    label: str = Field(description="the class it is about")
    node: str | None = Field(default=None, description="maps that Grad-CAM weighs; else none")
    file: str = Field(description="as large as the input, more opaque where more counts")


class Reason(StrEnum):
    """Why something cannot be shown."""

    NO_MAPS = "its output is no stack of maps (C×H×W)"
    ONE_POSITION = "its maps have a single position"
    NO_NUMBERS = "its values are no floating-point numbers"
    NOT_FINITE = "its values are not finite"
    CONSTANT = "every channel is constant"
    NO_OPERATION = "no single operation makes its output"
    NO_GRAPH = "the model could not be traced"
    NO_EXPORT = "torch.export refuses the model"
    NO_PICTURES = "the model takes no pictures"
    UNKNOWN_TYPE = "torchinfo does not know its type"
    UNMEASURED = "torchinfo cannot run it"
    NO_CLASSES = "its output is no row of class scores"
    NO_GRADIENT = "no place of it speaks for the class"
    ERROR = "it raised an error"


class Skipped(Frozen):
    """Something that cannot be shown, and why."""

    kind: str = Field(
        description="features, attribution, predictions, sizes, trace, onnx or torchinfo"
    )
    path: str = Field(default="", description="module it is about; empty for the model itself")
    image: str = Field(default="", description="picture it is about; empty for every one")
    reason: Reason
    detail: str = Field(default="", description="the shape, or the error's message")


class PictureBudget(Frozen):
    """What the pictures of one model weigh, and what was given up to stay within the limit."""

    limit_bytes: int
    used_bytes: int
    quality: int = Field(description="of lossy WebP, up to 100, that the feature grids got")
    channels: int = Field(description="shown of a layer at most")
    left_out: tuple[str, ...] = Field(default=(), description="what was not drawn for lack of room")


class Score(Frozen):
    """One class and its probability."""

    label: str
    probability: float


class Prediction(Frozen):
    """The five likeliest classes for one picture."""

    image: str
    top: tuple[Score, ...]
    probability_sum: float = Field(description="over all classes, as computed")
    logits: str | None = Field(
        default=None, description="JSON file of every class's output, before the softmax; null: -∞"
    )
