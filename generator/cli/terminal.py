"""Decides how results look in a terminal: plain tables and one line per step."""

import json
import sys
from collections.abc import Collection, Sequence

from generator.analysis.checks import Check
from generator.analysis.precision import Fit
from generator.records import ModelRecord, ModelSpec
from generator.render import formats
from generator.render.published import publish_row


def say(text: str) -> None:
    """Write progress, which is never a result, to stderr."""
    print(text, file=sys.stderr, flush=True)


def result(text: str) -> None:
    """Write a result to stdout."""
    print(text)


def as_json(value: object) -> str:
    """Write a value as JSON for other programs."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int]) -> str:
    """Align cells in columns: words to the left, and to the right the columns of numbers."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def model_rows(
    specs: Sequence[ModelSpec], records: dict[str, ModelRecord]
) -> list[dict[str, object]]:
    """Describe models: all their numbers where they are captured, only facts where not."""
    return [_row(spec, records.get(spec.slug)) for spec in specs]


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


def _row(spec: ModelSpec, record: ModelRecord | None) -> dict[str, object]:
    if record is not None and record.is_captured:
        return publish_row(spec, record).model_dump(mode="json")
    unknown = dict.fromkeys(("params", "macs", "activations", "depth", "weights", "top1", "top5"))
    facts = spec.model_dump(mode="json", include={"slug", "title", "family", "year", "origin"})
    return {**facts, "input_shape": spec.input_shape, **unknown, "url": f"models/{spec.slug}/"}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
