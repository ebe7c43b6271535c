"""Decides which facts cross from capture to publication: observed, frozen, plain."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
"""Raised whenever a stored capture of an earlier version can no longer be read."""

REMEMBERED = 64
"""How many records analysis keeps in mind, so that pages do not derive the same thing anew."""

Shape = tuple[int, ...]
"""A tensor's shape as observed, the batch of one first: (1, C, H, W)."""

Argument = bool | int | float | str | tuple[int, ...] | tuple[float, ...]
"""One plain argument of an operation."""


class Frozen(BaseModel):
    """A value that nobody changes once it is made."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


class Origin(StrEnum):
    """Who wrote a model's code."""

    OWN = "archatlas"
    TORCHVISION = "torchvision"
    USER = "user"


class TraceMethod(StrEnum):
    """How a graph was obtained, best first."""

    EXPORT = "torch.export"
    HOOKS = "module hooks"


class Text(Frozen):
    """A passage for readers, in each language of the site."""

    en: str
    zh: str


class Paper(Frozen):
    """Where an architecture was published."""

    title: str
    authors: str
    venue: str
    url: str


class Change(Frozen):
    """What an architecture took from an earlier one, and what it made of it."""

    since: str = Field(description="slug of the predecessor")
    text: Text


class Departure(Frozen):
    """Where the running code differs from the paper; tests/zoo/test_departures_*.py assert each."""

    id: str
    text: Text


class Quantity(StrEnum):
    """What a published figure counts."""

    PARAMETERS = "parameters"
    MACS = "MACs"
    CONNECTIONS = "connections"


class Residual(StrEnum):
    """A known reason why two counts of one architecture differ; analysis computes its size."""

    NORM_STATISTICS = "moving mean and variance of BatchNorm"
    NORM_SCALES = "γ of BatchNorm"
    NORM_PARAMETERS = "γ and β of BatchNorm"
    BIASES = "biases of convolutions that BatchNorm makes superfluous"
    STRIDE_IN_POINTWISE = "stride 2 in the first 1×1 instead of the 3×3"
    AUXILIARY_HEADS = "auxiliary heads"


class Claim(Frozen):
    """A figure that others publish about an architecture, to be held against ours."""

    quantity: Quantity
    value: float = Field(description="in single parameters, MACs or connections")
    printed: str = Field(description="as the source writes it: 3.8 × 10⁹")
    source: str = Field(description="where it stands: 'paper, Table 1', 'Keras Applications'")
    path: str = Field(default="", description="module it is about; empty for the whole net")
    residuals: tuple[Residual, ...] = Field(
        default=(), description="what the source counts or builds differently"
    )
    note: Text | None = Field(
        default=None, description="why it differs still, where no residual can be computed"
    )


class TrainingRecipe(StrEnum):
    """How a net can be trained within seconds; capture/train.py follows it."""

    DIGITS = "digits"


class ModelSpec(Frozen):
    """A model that can be built: what to call, what to feed it, and the facts no code can know."""

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)
    title: str = Field(min_length=1, max_length=120)
    family: str = Field(min_length=1, max_length=60)
    year: int | None = None
    origin: Origin
    factory: str = Field(description="torchvision:<name>, package.module:attribute or file.py:name")
    kwargs: Mapping[str, bool | int | float | str | list[int]] = {}
    input_shape: tuple[int, ...] | None = Field(
        default=None, description="(C, H, W) without the batch; none: what its weights expect"
    )
    weights: str | None = Field(
        default=None, description="torchvision weights tag, or the path of a state dict"
    )
    training: TrainingRecipe | None = Field(
        default=None, description="how it learns while it is captured, if no weights exist"
    )
    labels: tuple[str, ...] = Field(default=(), description="class names, in output order")
    paper: Paper | None = None
    summary: Text | None = Field(default=None, description="what was new, in a sentence or two")
    changes: tuple[Change, ...] = ()
    award: Text | None = Field(default=None, description="what it won, and with which error")
    claims: tuple[Claim, ...] = ()
    departures: tuple[Departure, ...] = ()

    @property
    def is_stock(self) -> bool:
        """Say whether no argument makes this another net than the one its name is known for.

        Auxiliary heads serve training, and the initialisation is no part of the architecture.
        """
        return not self.kwargs.keys() - {"aux_logits", "init_weights"}


class Picture(Frozen):
    """One input picture, as it was fed to the model."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    credit: str
    file: str = Field(description="the cropped and resized input, relative to the model's folder")


class Node(Frozen):
    """One operation of the traced graph, in execution order."""

    id: str
    op: str = Field(description="ATen name without overload, such as conv2d, add, cat")
    path: str = Field(description="innermost module that ran it; empty for the model itself")
    call: int = Field(default=0, description="which call of that module, from 0")
    inputs: tuple[str, ...] = Field(default=(), description="ids of the producers, in order")
    output_shape: Shape = ()
    parameters: tuple[str, ...] = Field(default=(), description="names of parameters it reads")
    arguments: Mapping[str, Argument] = {}
    onnx: str | None = Field(default=None, description="name of its node in model.onnx")


class ModuleCall(Frozen):
    """One call of one module during the observed forward pass."""

    path: str
    call: int = Field(description="which call of this module, from 0")
    type: str
    is_leaf: bool
    input_shape: Shape = ()
    output_shape: Shape = ()
    macs: int = Field(description="MACs spent here and in no submodule (FlopCounterMode / 2)")


class OtherSize(Frozen):
    """What a model does with an input of another height and width."""

    input_shape: Shape = Field(description="without the batch")
    outputs: tuple[Shape, ...] = Field(default=(), description="of every call of a leaf, in order")
    macs: int | None = None
    error: str | None = Field(default=None, description="why it refuses this size")


class TorchinfoRow(Frozen):
    """One line of torchinfo's table: somebody else's view of the same call."""

    path: str
    type: str
    output_shape: Shape
    params: int
    is_leaf: bool
    is_repeated: bool = Field(description="whether an earlier line holds the same module")


class ModuleInfo(Frozen):
    """One module of the tree, called or not."""

    path: str
    type: str
    is_leaf: bool
    is_plain: bool = Field(description="a bare Sequential, ModuleList or ModuleDict")


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
    NO_CLASSES = "its output is no row of class scores"
    NO_GRADIENT = "no place of it speaks for the class"
    ERROR = "it raised an error"


class Skipped(Frozen):
    """Something that cannot be shown, and why."""

    kind: str = Field(description="features, attribution or predictions")
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


class Reference(Frozen):
    """What the authors of the running code publish about it."""

    source: str
    weights_tag: str
    num_params: int | None = None
    auxiliary_params: int | None = Field(
        default=None, description="of the heads that its builder adds for training"
    )
    gmacs: float | None = Field(default=None, description="torchvision labels it GFLOPS")
    top1: float | None = None
    top5: float | None = None
    recipe: str | None = None
    crop: int | None = Field(default=None, description="pixels of the evaluation crop")


class Artifact(Frozen):
    """One file that was captured, relative to the model's folder."""

    kind: str
    file: str
    bytes: int
    sha256: str


class Failure(Frozen):
    """A step that did not work for this model, and what it said."""

    kind: str = Field(description="the step: build, forward, trace, onnx, features, process …")
    error: str
    message: str


class TrainingRun(Frozen):
    """How a net was trained while it was captured, and how well that went."""

    dataset: str
    examples: int = Field(description="pictures it learned from")
    held_out: int = Field(description="pictures it was tested with and never learned from")
    epochs: int = Field(description="how often it saw every example")
    held_out_accuracy: float = Field(description="share of held_out it classified correctly, 0…1")
    recipe: Text


class Provenance(Frozen):
    """What made a record."""

    torch: str
    torchvision: str
    torchinfo: str
    onnx: str
    python: str
    seed: int
    weights: str
    weights_are_random: bool
    weights_sha256: str | None = Field(
        default=None, description="first 16 hexadecimal digits for the file they were read from"
    )
    trace: TraceMethod | None = None


class ModelRecord(Frozen):
    """Everything observed of one model."""

    schema_version: int = SCHEMA_VERSION
    slug: str
    input_shape: tuple[int, ...]
    total_macs: int | None = Field(
        default=None, description="FlopCounterMode's total / 2 for one input"
    )
    torchinfo_macs: int | None = Field(default=None, description="torchinfo's own count")
    torchinfo_rows: tuple[TorchinfoRow, ...] = ()
    buffer_bytes: int = 0
    modules: tuple[ModuleInfo, ...] = ()
    calls: tuple[ModuleCall, ...] = ()
    nodes: tuple[Node, ...] = ()
    other_sizes: tuple[OtherSize, ...] = ()
    parameters: tuple[ParameterStats, ...] = ()
    pictures: tuple[Picture, ...] = ()
    kernels: tuple[KernelGrid, ...] = ()
    norms: tuple[NormStats, ...] = ()
    features: tuple[FeatureGrid, ...] = Field(
        default=(), description="of stages, blocks, branches and connectors; a file each"
    )
    inner_features: tuple[FeatureGrid, ...] = Field(
        default=(), description="of single steps inside blocks; several share a file"
    )
    thumbnails: tuple[ThumbnailSheet, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    picture_budget: PictureBudget | None = None
    reference: Reference | None = None
    artifacts: tuple[Artifact, ...] = ()
    provenance: Provenance | None = None
    training: TrainingRun | None = None
    failures: tuple[Failure, ...] = ()

    def __hash__(self) -> int:
        """Hash by identity: analysis remembers what it found about a record it was just given."""
        return id(self)

    @property
    def is_captured(self) -> bool:
        """Say whether the forward pass was observed, whatever failed around it."""
        return bool(self.calls)
