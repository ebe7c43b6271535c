"""Decides which facts cross from capture to publication: observed, frozen, plain."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
"""Raised whenever a stored capture of an earlier version can no longer be read."""

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
    """Where the running code differs from the paper; tests/zoo/test_departures.py asserts each."""

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
    histogram: Histogram | None = None
    file: str | None = Field(default=None, description="picture of the kernels, if one was made")


class FeatureGrid(Frozen):
    """The strongest channels of one module's output for one picture, as one sprite."""

    image: str
    path: str
    shape: Shape = Field(description="(C, H, W) of the module's output")
    shown_channels: tuple[int, ...] = Field(description="ranked by mean square activation")
    columns: int
    dead_fraction: float = Field(description="share of channels that are zero everywhere")
    file: str
    width: int = Field(description="pixels of the sprite")
    height: int


class Score(Frozen):
    """One class and its probability."""

    label: str
    probability: float


class Prediction(Frozen):
    """The five likeliest classes for one picture."""

    image: str
    top: tuple[Score, ...]
    probability_sum: float = Field(description="over all classes, as computed")


class Reference(Frozen):
    """What the authors of the running code publish about it."""

    source: str
    weights_tag: str
    num_params: int | None = None
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
    parameters: tuple[ParameterStats, ...] = ()
    pictures: tuple[Picture, ...] = ()
    features: tuple[FeatureGrid, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    reference: Reference | None = None
    artifacts: tuple[Artifact, ...] = ()
    provenance: Provenance | None = None
    failures: tuple[Failure, ...] = ()

    @property
    def is_captured(self) -> bool:
        """Say whether the forward pass was observed, whatever failed around it."""
        return bool(self.calls)
