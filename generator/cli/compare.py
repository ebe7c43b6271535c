"""Decides what is printed about several models side by side."""

import argparse
from collections.abc import Iterator, Mapping, Sequence

from generator.analysis.difference import Measure, Structure, difference, structure
from generator.analysis.footprint import Spent, aligned_stages
from generator.analysis.message import Message
from generator.cli.commands import collected
from generator.cli.report import Part, Row, as_markdown, as_text
from generator.cli.terminal import as_json, model_rows, result
from generator.records import ModelRecord, ModelSpec
from generator.render import formats
from generator.render.difference_page import (
    difference_data,
    difference_page,
    measure_name,
    written,
)
from generator.render.fact_table import FactRow, number_row, text_row


def compare(options: argparse.Namespace) -> int:
    """Print some models side by side; capture those first that never were."""
    specs, records = collected(options)
    built = [structure(spec.title, records[spec.slug]) for spec in specs]
    if options.json:
        result(as_json(_plain(specs, records, built)))
    else:
        parts = [*_tables(specs, records, built), *_changes(records, specs, built)]
        result((as_markdown if options.markdown else as_text)(parts))
    return 0


def _plain(
    specs: Sequence[ModelSpec], records: Mapping[str, ModelRecord], built: Sequence[Structure]
) -> dict[str, object]:
    models = [
        {**row, **{m.value: one.measures[m] for m in Measure}}
        for row, one in zip(model_rows(specs, dict(records)), built, strict=True)
    ]
    stages = [
        {"stride": name, "models": [spent and _stage_data(spent) for spent in row]}
        for name, row in aligned_stages([one.stages for one in built])
    ]
    changes = [difference_data(difference(built[0], other)) for other in built[1:]]
    return {"models": models, "stages": stages, "differences": changes}


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
    facts = [
        text_row(Message("year"), [str(spec.year or "–") for spec in specs]),
        text_row(Message("input"), [formats.sizes(one.input_shape) for one in built]),
        *(_measured(measure, built) for measure in Measure),
        text_row(Message("top-1 (published)"), [_accuracy(records[s.slug]) for s in specs]),
    ]
    yield Part("Facts", ("", *titles), tuple(map(_fact, facts)))
    rows = tuple(
        Row((name, *(_place(spent, one) for spent, one in zip(row, built, strict=True))))
        for name, row in aligned_stages([one.stages for one in built])
    )
    yield Part("Stages by output stride", ("stride", *titles), rows)


def _measured(measure: Measure, built: Sequence[Structure]) -> FactRow:
    return number_row(
        measure_name(measure),
        [one.measures[measure] for one in built],
        lambda size: written(measure, size),
    )


def _fact(fact: FactRow) -> Row:
    cells = (f"{c.text} ({c.ratio})" if c.ratio else c.text for c in fact.cells)
    return Row((fact.name, *cells), fact.differs)


def _accuracy(record: ModelRecord) -> str:
    reference = record.reference
    if reference is None or reference.top1 is None:
        return "–"
    return f"{reference.top1:.2f} % ({reference.weights_tag})"


def _place(spent: Spent | None, whole: Structure) -> str:
    """Write what a model does at one stride: its maps, its blocks, its share of the cost."""
    if spent is None:
        return "–"
    maps = f"{formats.sizes(spent.resolution)}, " if spent.resolution else ""
    blocks = f", blocks ×{spent.blocks}" if spent.blocks else ""
    macs = _share(spent.macs, whole.measures[Measure.MACS])
    params = _share(spent.params, whole.measures[Measure.PARAMS])
    return f"{maps}{spent.channels} ch{blocks}, {macs} MACs, {params} parameters"


def _share(part: int, whole: int | None) -> str:
    return formats.percent(part / whole if whole else None)


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
