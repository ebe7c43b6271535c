"""Decides what the layer table is like as a file: CSV, JSON, LaTeX."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from generator.diagram.text import drawable
from generator.render.layer_table import LayerRow

_TEX = str.maketrans({
    "\\": r"\textbackslash{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "×": r"$\times$",
    "[": "{[}",  # after the end of a line, these two would belong to it
    "*": "{*}",
})  # fmt: skip
_FORMULA = frozenset("=+-@\t\r")
"""What spreadsheets take for the beginning of a formula."""
_TEX_COLUMNS = {
    "layer": "Layer", "type": "Type", "output": "Output", "kernel": "Kernel", "stride": "Stride",
    "parameters": "Parameters", "macs": "MACs", "receptive_field": "Field",
}  # fmt: skip


def layer_files(title: str, rows: Sequence[LayerRow]) -> dict[str, bytes]:
    """Return the layer table in every format, by file name."""
    lines = [_line(row) for row in rows]
    return {
        "layers.csv": _csv(lines),
        "layers.json": (json.dumps(lines, ensure_ascii=False, indent=1) + "\n").encode(),
        "layers.tex": _tex(title, lines),
    }


def _line(row: LayerRow) -> dict[str, str | int | None]:
    layer = row.layer
    return {
        "number": row.number,
        "layer": layer.path,
        "call": layer.call,
        "type": layer.type,
        "output": "×".join(map(str, layer.output_shape[1:])),
        "kernel": row.kernel,
        "stride": row.stride,
        "padding": row.padding,
        "groups": layer.groups,
        "parameters": layer.params,
        "macs": layer.macs,
        "activations": layer.activations,
        "output_stride": layer.stride,
        "receptive_field": layer.receptive_field,
    }


def _csv(lines: Sequence[Mapping[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(lines[0]) if lines else [])
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in line.items()} for line in lines)
    return text.getvalue().encode()


def _harmless(value: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def _tex(title: str, lines: Sequence[Mapping[str, object]]) -> bytes:
    """Write a table for the booktabs and longtable packages, one layer a line."""
    numeric = {"parameters", "macs", "receptive_field"}
    columns = "".join("r" if name in numeric else "l" for name in _TEX_COLUMNS)
    return "\n".join([*_tex_head(title, columns), *map(_tex_row, lines), *_TEX_END]).encode()


def _tex_head(title: str, columns: str) -> Iterator[str]:
    yield "% Needs \\usepackage{booktabs,longtable}"
    yield f"\\begin{{longtable}}{{{columns}}}"
    yield f"\\caption{{Layers of {_escaped(title)}}}\\\\"
    yield "\\toprule"
    yield " & ".join(_TEX_COLUMNS.values()) + " \\\\"
    yield "\\midrule"
    yield "\\endhead"


def _tex_row(line: Mapping[str, object]) -> str:
    return " & ".join(_escaped(line[name]) for name in _TEX_COLUMNS) + r" \\"


def _escaped(value: object) -> str:
    """Write a value as LaTeX text; large numbers with thin spaces."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", r"\,")
    return "" if value is None else drawable(str(value)).translate(_TEX)


_TEX_END = (r"\bottomrule", r"\end{longtable}", "")
