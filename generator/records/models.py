"""Decides what is recorded of one model as a whole, and of how that was made."""

from pydantic import Field

from generator.records.base import SCHEMA_VERSION, Frozen, Text
from generator.records.insides import (
    Attribution,
    FeatureGrid,
    KernelGrid,
    NormStats,
    ParameterStats,
    Picture,
    PictureBudget,
    Prediction,
    Skipped,
    ThumbnailSheet,
)
from generator.records.traces import (
    ModuleCall,
    ModuleInfo,
    Node,
    OtherSize,
    TorchinfoRow,
    TraceMethod,
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
    device: str = Field(default="cpu", description="cpu, or what the accelerator calls itself")


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

    def as_read_back(self) -> "ModelRecord":
        """Return the record as it will be once it was written.

        Raises:
            Exception: it cannot be written: some value of the model's has no form in JSON.
        """
        return ModelRecord.model_validate_json(self.model_dump_json())
