"""Decides what a model's page shows, ready to be printed: templates only loop."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from generator.analysis.asking import Exercise
from generator.analysis.blocks import BlockGroup, block_groups
from generator.analysis.checks import Check, checks
from generator.analysis.connections import Connections, connections
from generator.analysis.conventions import Convention, conventions
from generator.analysis.exercises import exercises
from generator.analysis.kinds import Kind
from generator.analysis.message import Message
from generator.analysis.network import Network, network
from generator.analysis.outline import Outline, outline
from generator.analysis.resize import resizable
from generator.analysis.tags import TAGS, Tag, tags
from generator.analysis.totals import Totals, totals
from generator.records import (
    Artifact,
    ModelRecord,
    ModelSpec,
    Quantity,
    Timing,
    TraceMethod,
)
from generator.render.charts import Silhouette, silhouette
from generator.render.feature_section import FeatureSection, feature_section
from generator.render.heritage import Advance, heritage
from generator.render.layer_table import LayerSection, layer_sections, rows_of
from generator.render.names import KINDS
from generator.render.prediction_section import PredictionSection, prediction_section
from generator.render.published import PublishedRow, publish_row
from generator.render.reasons import Note, notes
from generator.render.stage_table import StageRow, stage_rows
from generator.render.weight_section import WeightSection, weight_section
from generator.render.weight_words import dataset_words, weights_used, weights_words
from generator.render.whatif import WhatIf, what_if

_SHOWN_KINDS = frozenset({"attribution", "features", "inputs", "kernels", "norms", "onnx"}) | {
    "predictions",
    "torchinfo",
}

_LONG = 100
"""Rows of the layer table; each is about a kilobyte."""


@dataclass(frozen=True)
class Strip:
    """One quantity of a model: our count, and everybody else's."""

    what: str
    ours: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class ModelPage:
    """Everything the templates of one model need."""

    spec: ModelSpec
    record: ModelRecord
    row: PublishedRow
    heritage: tuple[Advance, ...]
    totals: Totals
    checks: tuple[Check, ...]
    connections: tuple[Connections, ...]
    """Of the models whose paper counts them; empty for the others."""
    conventions: tuple[Convention, ...]
    outline: Outline
    silhouette: Silhouette
    legend: tuple[tuple[Kind, Message], ...]
    """The kinds that the diagram shows, and what they are called."""
    stages: tuple[StageRow, ...]
    layers: tuple[LayerSection, ...]
    what_if: WhatIf
    network: Network | None
    block_groups: tuple[BlockGroup, ...]
    features: FeatureSection
    weights: WeightSection
    predictions: PredictionSection
    torchinfo: str
    others: tuple[Artifact, ...]
    """Artifacts of kinds that no section shows yet."""
    has_onnx: bool
    has_netron: bool
    onnx_bytes: int
    tag_ids: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    """What can be worked out by hand, easy questions first."""
    timing: Timing | None = None

    @property
    def card(self) -> str | None:
        """Return where the picture lies that stands for the model elsewhere."""
        return f"models/{self.spec.slug}/card.png" if self.record.is_captured else None

    @property
    def trace_notes(self) -> tuple[Note, ...]:
        """Why the graph is not torch.export's but shows a single run, if it does."""
        return notes(self.record, "trace")

    @property
    def has_graph(self) -> bool:
        """Say whether the graph is a real trace, not just the order of calls."""
        return self.network is not None

    @cached_property
    def strips(self) -> tuple[Strip, ...]:
        """Gather the checks of the whole net by what they count."""
        counted: dict[str, list[Check]] = {}
        for check in self.checks:
            if not check.path:
                counted.setdefault(check.what, []).append(check)
        return tuple(Strip(what, held[0].ours, tuple(held)) for what, held in counted.items())

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Return the ideas that were found in the network."""
        return tuple(tag for tag in TAGS if tag.id in self.tag_ids)

    @property
    def claimed_connections(self) -> int | None:
        """Return what the paper counts for the whole net."""
        claims = (c for c in self.spec.claims if c.quantity is Quantity.CONNECTIONS and not c.path)
        return next((round(claim.value) for claim in claims), None)

    @property
    def is_linked(self) -> bool:
        """Say whether operations can be opened in Netron."""
        return self.has_netron and self.has_onnx

    @property
    def layer_count(self) -> int:
        """Count the rows of the layer table."""
        return len(rows_of(self.layers))

    @property
    def is_long(self) -> bool:
        """Say whether parts of the page have to wait on pages of their own, lest it be heavy."""
        return self.layer_count > _LONG

    @cached_property
    def layer_kinds(self) -> tuple[tuple[Kind, Message], ...]:
        """Return the kinds that the layer table holds."""
        used = {row.layer.kind for row in rows_of(self.layers)}
        return tuple((kind, name) for kind, name in KINDS.items() if kind in used)

    @cached_property
    def has_groups(self) -> bool:
        """Say whether any convolution is grouped."""
        return any(row.groups for row in rows_of(self.layers))

    @cached_property
    def has_reach(self) -> bool:
        """Say whether any layer sees a part of the picture only."""
        return any(row.reach for row in rows_of(self.layers))

    @property
    def weights_used(self) -> str | None:
        """Name the weights that the pictures were made with; none where nothing was made."""
        return weights_used(self.record)

    @property
    def weights_words(self) -> Message | None:
        """Say in a few words which weights made the pictures and figures."""
        return weights_words(self.record)

    @property
    def dataset_words(self) -> str:
        """Name what the model learned from while it was captured; nothing where it did not."""
        return dataset_words(self.record.training) if self.record.training else ""

    @property
    def is_random(self) -> bool:
        """Say whether pictures come from weights that nobody trained."""
        return self.record.provenance is None or self.record.provenance.weights_are_random


def model_page(  # noqa: PLR0913 - what a page is made from
    spec: ModelSpec,
    record: ModelRecord,
    torchinfo: str,
    *,
    has_netron: bool,
    published: Collection[str] = (),
    timing: Timing | None = None,
) -> ModelPage:
    """Prepare one model's page.

    Args:
        spec: the model.
        record: what was observed of it.
        torchinfo: the table as torchinfo printed it; empty if it did not.
        has_netron: whether this site hosts the viewer.
        published: slugs of the models that this site shows.
        timing: how fast it runs, where that was measured.
    """
    sums = totals(record)
    whole = outline(record)
    onnx = next((a for a in record.artifacts if a.kind == "onnx"), None)
    found = block_groups(record)
    return ModelPage(
        spec=spec,
        record=record,
        row=publish_row(spec, record, timing),
        heritage=heritage(spec, published),
        totals=sums,
        checks=checks(record, spec),
        connections=_connections(spec, record),
        conventions=conventions(record),
        outline=whole,
        silhouette=silhouette(whole),
        legend=_legend(whole),
        stages=stage_rows(record, sums),
        layers=layer_sections(
            spec,
            record,
            (path for group in found for path in group.paths),
            linked=has_netron and onnx is not None,
        ),
        network=network(record) if _is_traced(record) else None,
        block_groups=found,
        what_if=what_if(record, resizable(record)),
        features=feature_section(record),
        weights=weight_section(record),
        predictions=prediction_section(record),
        torchinfo=torchinfo,
        others=_unshown(record),
        has_onnx=onnx is not None,
        has_netron=has_netron,
        onnx_bytes=onnx.bytes if onnx else 0,
        tag_ids=tuple(tag.id for tag in tags(record)),
        exercises=exercises(record),
        timing=timing,
    )


def _connections(spec: ModelSpec, record: ModelRecord) -> tuple[Connections, ...]:
    counts = any(claim.quantity is Quantity.CONNECTIONS for claim in spec.claims)
    return connections(record, spec.claims) if counts else ()


def _is_traced(record: ModelRecord) -> bool:
    """Say whether a record holds a real trace, not just the order of calls."""
    made = record.provenance
    return made is not None and made.trace in {TraceMethod.EXPORT, TraceMethod.FX}


def _unshown(record: ModelRecord) -> tuple[Artifact, ...]:
    """Return artifacts that no section shows, so that every published file is linked."""
    has_pictures = record.features or record.predictions or record.attributions
    shown = _SHOWN_KINDS if has_pictures else _SHOWN_KINDS - {"inputs"}
    return tuple(artifact for artifact in record.artifacts if artifact.kind not in shown)


def _legend(whole: Outline) -> tuple[tuple[Kind, Message], ...]:
    used = {unit.kind for unit in whole.units} - {Kind.INPUT, Kind.OUTPUT}
    return tuple((kind, name) for kind, name in KINDS.items() if kind in used)
