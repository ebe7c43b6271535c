"""Decides what a report says of several models side by side: facts, stages, what changed."""

from collections.abc import Iterator, Mapping, Sequence

from generator.analysis.difference import Measure, Structure, difference, structure
from generator.analysis.footprint import Spent, aligned_stages
from generator.records import ModelRecord, ModelSpec
from generator.render import formats
from generator.render.difference_page import difference_data, difference_page
from generator.render.fact_table import FactRow, trait_row
from generator.render.report import Part, Row
from generator.render.traits import traits


def side_by_side(
    specs: Sequence[ModelSpec], records: Mapping[str, ModelRecord]
) -> tuple[Part, ...]:
    """Return the parts of a report about some models, the first one being the baseline."""
    built = _structures(specs, records)
    return (*_tables(specs, records, built), *_changes(records, specs, built))


def side_by_side_data(
    specs: Sequence[ModelSpec],
    records: Mapping[str, ModelRecord],
    rows: Sequence[Mapping[str, object]],
) -> dict[str, object]:
    """Return the same as plain data, for programs.

    Args:
        specs: the models.
        records: their records by slug.
        rows: what is published about each model, in the same order.
    """
    built = _structures(specs, records)
    models = [
        {**row, **{m.value: one.measures[m] for m in Measure}}
        for row, one in zip(rows, built, strict=True)
    ]
    stages = [
        {"stride": name, "models": [spent and _stage_data(spent) for spent in row]}
        for name, row in aligned_stages([one.stages for one in built])
    ]
    changes = [difference_data(difference(built[0], other)) for other in built[1:]]
    return {"models": models, "stages": stages, "differences": changes}


def _structures(specs: Sequence[ModelSpec], records: Mapping[str, ModelRecord]) -> list[Structure]:
    return [structure(spec.title, records[spec.slug]) for spec in specs]


def _stage_data(spent: Spent) -> dict[str, object]:
    return {
        "resolution": list(spent.resolution),
        "channels": spent.channels,
        "blocks": spent.blocks,
        "params": spent.params,
        "macs": spent.macs,
        "activations": spent.activations,
        "receptive_field": spent.receptive_field,
    }


def _tables(
    specs: Sequence[ModelSpec], records: Mapping[str, ModelRecord], built: Sequence[Structure]
) -> Iterator[Part]:
    titles = tuple(one.title for one in built)
    columns = [traits(spec, records[spec.slug]) for spec in specs]
    facts = map(trait_row, zip(*columns, strict=True))
    yield Part("Facts", ("", *titles), tuple(map(_fact, facts)))
    aligned = aligned_stages([one.stages for one in built])
    for heading, write in _STAGE_TABLES:
        rows = tuple(
            Row((name, *(write(spent, one) for spent, one in zip(row, built, strict=True))))
            for name, row in aligned
        )
        yield Part(heading, ("stride", *titles), rows)


def _fact(fact: FactRow) -> Row:
    cells = (f"{c.text} ({c.ratio})" if c.ratio else c.text for c in fact.cells)
    return Row((fact.name, *cells), fact.differs)


def _place(spent: Spent | None, _whole: Structure) -> str:
    """Write what a model does at one stride: its maps, its blocks."""
    if spent is None:
        return "–"
    blocks = f", blocks ×{spent.blocks}" if spent.blocks else ""
    return f"{formats.sizes((spent.channels, *spent.resolution))}{blocks}"


def _macs(spent: Spent | None, whole: Structure) -> str:
    return _share(spent.macs if spent else None, whole.measures[Measure.MACS])


def _params(spent: Spent | None, whole: Structure) -> str:
    return _share(spent.params if spent else None, whole.measures[Measure.PARAMS])


def _share(part: int | None, whole: int | None) -> str:
    return formats.percent(part / whole if whole and part is not None else None)


_STAGE_TABLES = (
    ("Stages by output stride: channels×height×width, blocks", _place),
    ("Share of MACs by output stride", _macs),
    ("Share of parameters by output stride", _params),
)
"""Three narrow tables, since one with all of it is wider than a terminal at two models."""


def _changes(
    records: Mapping[str, ModelRecord], specs: Sequence[ModelSpec], built: Sequence[Structure]
) -> Iterator[Part]:
    """Yield what became of the first model in each of the others."""
    first = built[0]
    for spec, other in zip(specs[1:], built[1:], strict=True):
        heading = f"From {first.title} to {other.title}"
        if records[specs[0].slug].is_captured and records[spec.slug].is_captured:
            said = [row.text for row in difference_page(difference(first, other)).findings]
            yield Part(heading, sentences=tuple(said) or ("Built alike.",))
        else:
            yield Part(heading, sentences=("Unknown: one of them could not be captured.",))
