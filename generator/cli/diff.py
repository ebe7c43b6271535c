"""Decides what is printed about two versions of one model, and when that is a failure."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from generator.analysis.difference import Difference, Measure, Structure, difference
from generator.analysis.limits import Excess, Limit, excesses, parse_limit
from generator.cli.terminal import as_json, result, say
from generator.errors import RequestError
from generator.render.difference_page import (
    DifferencePage,
    difference_data,
    difference_page,
    measure_name,
    written,
)
from generator.render.reading import read_structure
from generator.render.report import Part, Row, as_markdown, as_text

LIMITED = {
    "--max-params": Measure.PARAMS,
    "--max-macs": Measure.MACS,
    "--max-activations": Measure.ACTIVATIONS,
    "--max-peak-memory": Measure.PEAK_BYTES,
}
"""Which option limits which size."""


def diff(options: argparse.Namespace) -> int:
    """Report what changed between two published records; 1 where a limit is passed."""
    found = difference(_read(options.old), _read(options.new))
    limits = _limits(options)
    passed = excesses(found, limits)
    if options.json:
        result(as_json({**difference_data(found), "limits": _limits_data(limits, passed)}))
    else:
        parts = list(_parts(difference_page(found), found, passed))
        result((as_markdown if options.markdown else as_text)(parts))
    for excess in passed:
        say(f"archatlas: {_excess(excess)}")
    return 1 if passed else 0


def limit(text: str) -> Limit:
    """Read a limit from the command line."""
    try:
        return parse_limit(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _read(path: Path) -> Structure:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RequestError(f"{path}: no such file; name a record.json of a built site") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read ({error}); name a record.json") from error
    return read_structure(text, str(path))


def _limits(options: argparse.Namespace) -> dict[Measure, Limit]:
    given = {measure: getattr(options, _name(option)) for option, measure in LIMITED.items()}
    return {measure: limit for measure, limit in given.items() if limit is not None}


def _name(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _parts(page: DifferencePage, found: Difference, passed: tuple[Excess, ...]) -> Iterator[Part]:
    title = page.old if page.old == page.new else f"{page.old} → {page.new}"
    sizes = tuple(
        Row((row.name, row.old, row.new, row.change, row.share), row.differs) for row in page.deltas
    )
    notes = tuple(f"{_excess(excess)}." for excess in passed)
    yield Part(title, ("", "old", "new", "change", ""), sizes, notes)
    if page.is_empty:
        yield Part("Structure", sentences=("Built alike, and of the same sizes.",))
        return
    stages = tuple(
        Row((row.name, row.params, row.macs, row.activations, row.growth), row.differs)
        for row in page.stages
    )
    head = ("stride", "parameters", "MACs", "activations", "receptive field")
    yield Part("Where", head, stages)
    said = tuple(row.text for row in page.findings) or ("Built alike.",)
    shapes = (found.old.input_shape, found.new.input_shape)
    sizes_said = (f"Input: {_sizes(shapes[0])} → {_sizes(shapes[1])}.",)
    yield Part("Structure", sentences=(*(sizes_said if shapes[0] != shapes[1] else ()), *said))


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _excess(excess: Excess) -> str:
    """Say which limit was passed, and by what."""
    delta, limit = excess.delta, excess.limit
    name = measure_name(delta.measure)
    if delta.new is None or (limit.is_relative and delta.old is None):
        return f"{name}: not observed, so that {limit.text} cannot be held"
    most = int(limit.most(delta.old or 0))
    said = f"{delta.new:,} ({written(delta.measure, delta.new)})"
    return f"{name}: {said} passes the limit {limit.text}, which is {most:,}"


def _limits_data(
    limits: dict[Measure, Limit], passed: tuple[Excess, ...]
) -> list[dict[str, object]]:
    over = {excess.delta.measure for excess in passed}
    return [
        {"measure": measure.value, "limit": limit.text, "is_passed": measure in over}
        for measure, limit in limits.items()
    ]
