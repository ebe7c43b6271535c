"""Decides what one model brings to any comparison: the page only puts columns beside each other."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.analysis.footprint import stage_rank
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.operations import operations
from generator.analysis.profile import profile
from generator.analysis.stages import Stage, stages
from generator.records import FeatureGrid, ModelRecord, ParameterStats
from generator.render import formats
from generator.render.crops import Crop, crops
from generator.render.drawings import Drawing
from generator.render.editions import Edition
from generator.render.model_page import ModelPage
from generator.render.stage_table import StageRow
from generator.render.traits import Trait, traits

VERSION = 2
"""Of the files; a page refuses others, which may lie in a browser's memory."""
_WEIGHTED = frozenset({Kind.CONV, Kind.LINEAR})


@dataclass(frozen=True)
class StageMaps:
    """What one stage hands on: its last maps, and the weights that made them."""

    name: str
    """The output stride in digits."""
    grids: tuple[tuple[FeatureGrid, Crop], ...]
    """One a picture."""
    weight: ParameterStats | None
    """Of the last convolution or linear layer in the stage."""


def column(page: ModelPage, design: Drawing | None, edition: Edition) -> dict[str, object]:
    """Return what the comparison page of an edition needs to know of one model, as plain data.

    Numbers that curves are drawn from stay numbers; what is only read is written here.
    """
    return {
        "version": VERSION,
        "slug": page.spec.slug,
        "title": page.spec.title,
        "input": list(page.record.input_shape),
        "weights": edition.say(page.weights_words),
        "problems": [f"{f.kind}: {f.message or f.error}" for f in page.record.failures],
        "traits": [_trait(trait, edition) for trait in traits(page.spec, page.record)],
        "stages": [_stage(row, edition) for row in page.stages],
        "profile": _profile(page.record),
        "pictures": [
            {"id": p.id, "title": edition.say(p.title), "file": p.file}
            for p in page.record.pictures
        ],
        "maps": [_maps(maps) for maps in stage_maps(page.record)],
        "design": design and {"file": design.file, "width": design.width, "height": design.height},
        "onnx": page.is_linked,
    }


def stage_maps(record: ModelRecord) -> tuple[StageMaps, ...]:
    """Return for every stage that has maps the last ones that were drawn, a grid a picture."""
    return tuple(_drawn_stages(record))


def _drawn_stages(record: ModelRecord) -> Iterator[StageMaps]:
    drawn = list(zip(record.features, crops(record.features), strict=True))
    for stage in stages(record):
        inside = [pair for pair in drawn if pair[0].node in stage.nodes]
        if stage.stride is not None and inside:
            last = [pair for pair in inside if pair[0].name == inside[-1][0].name]
            yield StageMaps(str(stage.stride), tuple(last), _last_weight(record, stage))


def _last_weight(record: ModelRecord, stage: Stage) -> ParameterStats | None:
    """Return the weights that the stage's maps were made with last."""
    known = {parameter.name: parameter for parameter in record.parameters}
    nodes = [node for node in operations(record) if node.id in stage.nodes]
    working = [node for node in nodes if kind_of(node) in _WEIGHTED]
    names = (name for node in reversed(working) for name in node.parameters)
    return next((known[name] for name in names if len(known[name].shape) > 1), None)


def _trait(trait: Trait, edition: Edition) -> dict[str, object]:
    return {
        "id": trait.id,
        "name": edition.say(trait.name),
        "text": edition.say(trait.text),
        "exact": edition.say(trait.exact),
        "value": trait.value,
        "better": trait.better,
        "unit": trait.unit,
    }


def _stage(row: StageRow, edition: Edition) -> dict[str, object]:
    count = edition.words.ngettext("%(num)d block", "%(num)d blocks", row.blocks)
    return {
        "name": edition.say(row.name),
        "rank": stage_rank(row.name),
        "place": edition.say(row.place),
        "blocks": count % {"num": row.blocks} if row.blocks else "",
        "macs": [row.macs_share, formats.percent(row.macs_share)],
        "params": [row.params_share, formats.percent(row.params_share)],
    }


def _profile(record: ModelRecord) -> dict[str, object]:
    """Return curves as lists, a value a working operation."""
    points = profile(record)
    return {
        "path": [p.path for p in points],
        "work": [round(p.work, 5) for p in points],
        "params": [p.params for p in points],
        "macs": [p.macs for p in points],
        "activations": [p.activations for p in points],
        "field": [p.receptive_field for p in points],
    }


def _maps(maps: StageMaps) -> dict[str, object]:
    first, _ = maps.grids[0]
    weight = maps.weight
    return {
        "stride": maps.name,
        "name": first.name,
        "shape": formats.sizes(first.shape),
        "weight": weight.name if weight else None,
        "weights": weight.histogram.model_dump() if weight and weight.histogram else None,
        "grids": {grid.image: _grid(grid, crop) for grid, crop in maps.grids},
    }


def _grid(grid: FeatureGrid, crop: Crop) -> dict[str, object]:
    return {
        "file": crop.file,
        "box": [crop.width, crop.height],
        "dead": formats.percent(grid.dead_fraction),
        "values": grid.histogram.model_dump() if grid.histogram else None,
    }
