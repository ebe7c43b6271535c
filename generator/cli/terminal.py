"""Decides how results look in a terminal: plain tables and one line per step."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from generator.analysis.checks import Check
from generator.analysis.precision import Fit
from generator.records import ModelRecord, ModelSpec, Timing
from generator.render import formats
from generator.render.published import PublishedRow, publish_row
from generator.render.report import table


def say(text: str) -> None:
    """Write progress, which is never a result, to stderr."""
    print(text, file=sys.stderr, flush=True)


def result(text: str) -> None:
    """Write a result to stdout."""
    print(text)


def terminal_width() -> int | None:
    """Return how many characters a line holds; none where output goes to a file or a program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def as_json(value: object) -> str:
    """Write a value as JSON for other programs."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def model_rows(
    specs: Sequence[ModelSpec],
    records: Mapping[str, ModelRecord],
    times: Mapping[str, Timing] = MappingProxyType({}),
) -> list[dict[str, object]]:
    """Describe models: all their numbers where they are captured, only facts where not."""
    return [_row(spec, records.get(spec.slug), times.get(spec.slug)) for spec in specs]


def model_table(rows: Sequence[dict[str, object]]) -> str:
    """Write models as a table."""
    head = ("slug", "family", "year", "parameters", "MACs", "activations", "depth", "top-1")
    cells = [
        (
            str(row["slug"]),
            str(row["family"]),
            str(row["year"] or "–"),
            formats.count(_whole(row["params"])),
            formats.count(_whole(row["macs"])),
            formats.count(_whole(row["activations"])),
            str(row["depth"] or "–"),
            str(row["top1"] or "–"),
        )
        for row in rows
    ]
    return table(head, cells, range(2, len(head)))


def check_table(held: Sequence[tuple[str, Check]]) -> str:
    """Write the checks of models as a table, each with what explains a difference."""
    head = ("slug", "number", "ours", "theirs", "source", "agrees", "because")
    cells = [
        (slug, _number(one), one.ours, one.theirs, one.source, one.verdict, _because(one))
        for slug, one in held
    ]
    return table(head, cells, (2, 3))


def _number(check: Check) -> str:
    return f"{check.what} of {check.path}" if check.path else check.what


def _because(check: Check) -> str:
    said = [f"{formats.signed(part.amount)} {part.name}" for part in check.parts]
    if check.parts and check.fit in {Fit.ROUNDED, Fit.CUT_OFF}:
        said.append(f"{check.reached} {check.fit}")
    if check.rest:
        said.append(f"{formats.signed(check.rest)} not explained")
    return "; ".join(said)


def _row(spec: ModelSpec, record: ModelRecord | None, timing: Timing | None) -> dict[str, object]:
    if record is not None and record.is_captured:
        return publish_row(spec, record, timing).model_dump(mode="json")
    unknown = dict.fromkeys(PublishedRow.model_fields)
    facts = spec.model_dump(mode="json", include={"slug", "title", "family", "year", "origin"})
    shape, url = spec.input_shape, f"models/{spec.slug}/"
    return {**unknown, **facts, "input_shape": shape, "url": url}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
