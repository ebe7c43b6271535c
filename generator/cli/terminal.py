"""Decides how results look in a terminal: plain tables and one line per step."""

import json
import sys
from collections.abc import Sequence

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


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align cells in columns, the first to the left and numbers to the right."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)  # noqa: PLR2004 - name, family
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
    return table(head, cells)


def _row(spec: ModelSpec, record: ModelRecord | None) -> dict[str, object]:
    if record is not None and record.is_captured:
        return publish_row(spec, record).model_dump(mode="json")
    unknown = dict.fromkeys(("params", "macs", "activations", "depth", "weights", "top1", "top5"))
    facts = spec.model_dump(mode="json", include={"slug", "title", "family", "year", "origin"})
    return {**facts, "input_shape": spec.input_shape, **unknown, "url": f"models/{spec.slug}/"}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
