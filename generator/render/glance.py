"""Decides what pages about many models see of each: little, so that a thousand fit in memory."""

from dataclasses import dataclass

from generator.analysis.checks import Check
from generator.analysis.message import Message
from generator.analysis.tags import TAGS, Tag
from generator.analysis.totals import Totals
from generator.records import Failure, ModelSpec, Picture, Provenance, Reference, Timing
from generator.render.charts import Silhouette
from generator.render.drawings import BlockDrawing, Drawing, Drawings
from generator.render.model_page import ModelPage
from generator.render.published import PublishedRow


@dataclass(frozen=True)
class Remains:
    """What is left of a record: how it was made, not what was seen."""

    input_shape: tuple[int, ...]
    is_captured: bool
    failures: tuple[Failure, ...]
    reference: Reference | None
    provenance: Provenance | None
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Glance:
    """One model among many; what it has in common with its own page has the same name there."""

    spec: ModelSpec
    record: Remains
    row: PublishedRow
    totals: Totals
    checks: tuple[Check, ...]
    silhouette: Silhouette
    tag_ids: tuple[str, ...]
    weights_used: str | Message | None
    timing: Timing | None

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Return the ideas that were found in the network."""
        return tuple(tag for tag in TAGS if tag.id in self.tag_ids)


def glance(page: ModelPage) -> Glance:
    """Leave out all but what other pages say of a model."""
    record = page.record
    return Glance(
        spec=page.spec,
        record=Remains(
            input_shape=record.input_shape,
            is_captured=record.is_captured,
            failures=record.failures,
            reference=record.reference,
            provenance=record.provenance,
            pictures=record.pictures,
        ),
        row=page.row,
        totals=page.totals,
        checks=page.checks,
        silhouette=page.silhouette,
        tag_ids=tuple(tag.id for tag in page.tags),
        weights_used=page.weights_used,
        timing=page.timing,
    )


def blocks_of(drawings: Drawings) -> tuple[BlockDrawing, ...]:
    """Return the blocks of a model without what was drawn: it lies in files."""
    return tuple(
        BlockDrawing(
            **{**vars(block), "folded": _bare(block.folded), "expanded": _bare(block.expanded)}
        )
        for block in drawings.blocks
    )


def _bare(drawing: Drawing) -> Drawing:
    return Drawing(**{**vars(drawing), "svg": ""})
