"""Decides what is published as data: the contract other programs build on."""

from typing import TypeVar

from pydantic import Field

from generator.analysis.blocks import BlockGroup, block_groups
from generator.analysis.difference import Measure, Structure, structure
from generator.analysis.footprint import ELSEWHERE
from generator.analysis.layers import Layer, layers
from generator.analysis.memory import peak_activation_bytes
from generator.analysis.pieces import Section
from generator.analysis.totals import totals
from generator.records import (
    Artifact,
    Failure,
    Frozen,
    ModelRecord,
    ModelSpec,
    Prediction,
    Provenance,
    Shape,
    Timing,
    TrainingRun,
)
from generator.render.drawings import block_file
from generator.render.editions import editions

_P = TypeVar("_P", bound=Frozen)


class PublishedTotals(Frozen):
    """A model's size; null where it could not be observed."""

    params: int = Field(description="elements of all parameters, shared ones once")
    trainable_params: int
    macs: int | None = Field(
        description="multiply-accumulates of convolutions, linear layers and matrix products for "
        "one input; 1 MAC = 2 FLOPs"
    )
    activations: int | None = Field(description="elements those operations write for one input")
    weight_bytes: int = Field(description="parameters and buffers as stored in memory")
    depth: int | None = Field(description="weighted layers on the longest way through the graph")
    receptive_field: int | None = Field(
        description="input pixels along the longer side that the last maps see"
    )
    peak_activation_bytes: int | None = Field(
        description="most memory that float32 values inside take at once, each kept until it was "
        "read for the last time; parameters excluded"
    )


class PublishedLayer(Frozen):
    """One call of a leaf module, in execution order."""

    path: str = Field(description="module path; also the anchor '#layer-<path>' of the page")
    call: int = Field(description="which call of this module, from 0")
    type: str
    output_shape: Shape = Field(description="with a batch of one; empty if never called")
    params: int
    macs: int
    stride: int | None = Field(description="input pixels per step of the output; null in the head")
    receptive_field: int | None = Field(
        description="input pixels along the longer side; null where the whole input is seen"
    )
    formula: str = Field(description="the arithmetic with its numbers, a line each")
    explanation: str = Field(description="what it does, in a sentence or two")
    explanation_zh: str = Field(description="the same in Chinese")


class PublishedNode(Frozen):
    """One operation of the graph."""

    id: str
    op: str
    path: str
    output_shape: Shape


class PublishedGraph(Frozen):
    """Operations in execution order, and which feeds which."""

    nodes: tuple[PublishedNode, ...]
    edges: tuple[tuple[str, str], ...]


class PublishedBlock(Frozen):
    """A kind of block, and every place it is used."""

    kind: str
    variant: str
    count: int
    paths: tuple[str, ...]
    diagram: str | None = Field(default=None, description="file of its drawing, if any")


class PublishedStage(Frozen):
    """What a model does at one output stride."""

    stride: int | None = Field(description="null in the head")
    resolution: tuple[int, ...]
    channels: int
    params: int
    macs: int
    activations: int = Field(description="elements that operations with MACs write")
    receptive_field: int | None = Field(
        description="input pixels that the last maps of the stage see; null in the head"
    )
    blocks: int


class PublishedFeature(Frozen):
    """A grid of feature maps."""

    image: str
    path: str
    shape: Shape = Field(description="(C, H, W)")
    shown_channels: tuple[int, ...] = Field(description="by mean square activation, largest first")
    dead_fraction: float
    file: str


class PublishedWeight(Frozen):
    """One parameter tensor."""

    name: str
    shape: Shape
    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    file: str | None = Field(description="picture of the kernels, if there is one")


class PublishedRecord(Frozen):
    """models/<slug>/record.json."""

    schema_version: int
    slug: str
    title: str
    family: str
    year: int | None
    origin: str
    input_shape: tuple[int, ...] = Field(description="without the batch")
    totals: PublishedTotals
    layers: tuple[PublishedLayer, ...]
    graph: PublishedGraph
    blocks: tuple[PublishedBlock, ...]
    stages: tuple[PublishedStage, ...]
    structure: tuple[Section, ...] = Field(
        description="blocks and the pieces of work between them, in order of execution: what "
        "'archatlas diff' compares"
    )
    features: tuple[PublishedFeature, ...]
    weights: tuple[PublishedWeight, ...]
    predictions: tuple[Prediction, ...]
    artifacts: tuple[Artifact, ...]
    provenance: Provenance | None
    training: TrainingRun | None
    failures: tuple[Failure, ...]


class PublishedRow(Frozen):
    """One model of data/models.json."""

    slug: str
    title: str
    family: str
    year: int | None
    origin: str
    input_shape: tuple[int, ...]
    params: int
    macs: int | None
    activations: int | None
    depth: int | None
    weights: str | None = Field(description="which weights the pictures were made with")
    top1: float | None = Field(description="ImageNet accuracy in percent of the published weights")
    top5: float | None
    weight_bytes: int = Field(description="parameters and buffers as stored in memory")
    peak_activation_bytes: int | None = Field(
        description="most memory that float32 values inside take at once"
    )
    latency_ms: float | None = Field(
        description="median of one forward pass for one input, as measured on the machine that "
        "the site names; null if not measured"
    )
    url: str = Field(description="relative to the site's root")


def publish(spec: ModelSpec, record: ModelRecord) -> PublishedRecord:
    """Turn what was observed, and what follows from it, into the published record."""
    built = structure(spec.title, record)
    return PublishedRecord(
        schema_version=record.schema_version,
        slug=spec.slug,
        title=spec.title,
        family=spec.family,
        year=spec.year,
        origin=spec.origin,
        input_shape=record.input_shape,
        totals=_totals(record, built),
        layers=tuple(_layer(row) for row in layers(record)),
        graph=_graph(record),
        blocks=tuple(_block(*numbered) for numbered in enumerate(block_groups(record), start=1)),
        stages=tuple(_same(PublishedStage, s) for s in built.stages if s.name != ELSEWHERE),
        structure=built.sections,
        features=tuple(_same(PublishedFeature, grid) for grid in record.features),
        weights=tuple(_same(PublishedWeight, stats) for stats in record.parameters),
        predictions=record.predictions,
        artifacts=record.artifacts,
        provenance=record.provenance,
        training=record.training,
        failures=record.failures,
    )


def publish_row(spec: ModelSpec, record: ModelRecord, timing: Timing | None = None) -> PublishedRow:
    """Return a model's line in data/models.json."""
    sums = totals(record)
    single = timing.of_batch(1) if timing else None
    return PublishedRow(
        slug=spec.slug,
        title=spec.title,
        family=spec.family,
        year=spec.year,
        origin=spec.origin,
        input_shape=record.input_shape,
        params=sums.params,
        macs=sums.macs,
        activations=sums.activations,
        depth=sums.depth,
        weights=record.provenance.weights if record.provenance else None,
        top1=record.reference.top1 if record.reference else None,
        top5=record.reference.top5 if record.reference else None,
        weight_bytes=sums.weight_bytes,
        peak_activation_bytes=peak_activation_bytes(record),
        latency_ms=single.median_ms if single else None,
        url=f"models/{spec.slug}/",
    )


def _totals(record: ModelRecord, built: Structure) -> PublishedTotals:
    return PublishedTotals(
        **vars(totals(record)),
        receptive_field=built.measures[Measure.RECEPTIVE_FIELD],
        peak_activation_bytes=built.measures[Measure.PEAK_BYTES],
    )


def _block(number: int, group: BlockGroup) -> PublishedBlock:
    return PublishedBlock(
        kind=group.kind,
        variant=group.variant,
        count=group.count,
        paths=group.paths,
        diagram=block_file(number, group),
    )


def _same(published: type[_P], value: object) -> _P:
    """Publish a value under the names that its own fields and properties have."""
    return published.model_validate(value, from_attributes=True)


def _layer(row: Layer) -> PublishedLayer:
    (chinese,) = editions(["zh"])
    fields = PublishedLayer.model_fields.keys() - {"explanation_zh"}
    return PublishedLayer(
        **{name: getattr(row, name) for name in fields},
        explanation_zh=chinese.say(row.explanation),
    )


def _graph(record: ModelRecord) -> PublishedGraph:
    known = {node.id for node in record.nodes}
    return PublishedGraph(
        nodes=tuple(_same(PublishedNode, node) for node in record.nodes),
        edges=tuple((p, node.id) for node in record.nodes for p in node.inputs if p in known),
    )
