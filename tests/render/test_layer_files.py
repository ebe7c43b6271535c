"""Claims about the layer table as a file: the same numbers, and nothing but text."""

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import RecordOf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rows import sections
from toys import ALL

from generator.render.layer_files import layer_files
from generator.render.layer_table import LayerRow, rows_of

NASTY = (
    *('=HYPERLINK("http://x")', "+1+2", "-1", "@SUM(A1)", "\t=1", "\r=1"),
    *(
        'a,b "c"',
        "a\nb",
        "50%",
        "a_b^c~d",
        "$x$ & #1",
        "{}",
        "\\input{/etc/passwd}",
        "[x]",
        "*",
        "名",
    ),
)
_NAMES = st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec="utf-8"), min_size=1))


def files(rows: tuple[LayerRow, ...], title: str = "Net") -> dict[str, bytes]:
    """Write a table in every format."""
    return layer_files(title, rows)


def rows(record_of: RecordOf, name: str) -> tuple[LayerRow, ...]:
    """Return the rows of a toy."""
    return rows_of(sections(record_of(name)))


def named(row: LayerRow, path: str) -> LayerRow:
    """Return a row whose module has another path."""
    return replace(row, layer=replace(row.layer, path=path, type=path))


def read_csv(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file as a program would."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("name", ALL)
def test_json_says_what_the_rows_say(record_of: RecordOf, name: str) -> None:
    """Numbers as numbers; what is not known is null."""
    shown = rows(record_of, name)
    found = json.loads(files(shown)["layers.json"])
    assert [
        (line["layer"], line["call"], line["parameters"], line["macs"], line["activations"])
        for line in found
    ] == [
        (r.layer.path, r.layer.call, r.layer.params, r.layer.macs, r.layer.activations)
        for r in shown
    ]
    assert [(line["output_stride"], line["receptive_field"]) for line in found] == [
        (r.layer.stride, r.layer.receptive_field) for r in shown
    ]
    assert [(line["kernel"], line["stride"], line["padding"]) for line in found] == [
        (r.kernel, r.stride, r.padding) for r in shown
    ]


@pytest.mark.parametrize("name", ALL)
def test_csv_parses_back_to_the_same_values(record_of: RecordOf, name: str) -> None:
    """Every cell is the JSON value as text; null is empty."""
    made = files(rows(record_of, name))
    expected = [
        {key: "" if value is None else str(value) for key, value in line.items()}
        for line in json.loads(made["layers.json"])
    ]
    assert read_csv(made["layers.csv"]) == expected


@given(path=_NAMES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_name_is_a_formula_and_none_leaves_its_cell(record_of: RecordOf, path: str) -> None:
    """A spreadsheet shows the name, with an apostrophe where it would calculate."""
    (line,) = read_csv(files((named(rows(record_of, "Plain")[0], path),))["layers.csv"])
    assert line["layer"] in {path, f"'{path}"}
    assert line["layer"][:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert (line["parameters"], line["macs"]) == ("108", "8748")


@given(path=_NAMES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_name_is_a_command_of_latex(record_of: RecordOf, path: str) -> None:
    """What is special in LaTeX is escaped; every line keeps its eight cells."""
    text = files((named(rows(record_of, "Plain")[0], path),), title=path)["layers.tex"].decode()
    body = text.partition("\\endhead\n")[2].partition("\n\\bottomrule")[0]
    bare = re.sub(
        r"\\(text\w+\{\}|[&%$#_{},]|\\$)|\$\\times\$|\{[\[*]\}", "", body, flags=re.MULTILINE
    )
    assert not re.findall(r"[\\%$#_{}~^<>|\[*]", bare)
    assert bare.count("&") == 7


def test_latex_is_a_whole_table(record_of: RecordOf) -> None:
    """A caption, a head that repeats, a line a layer, numbers with thin spaces."""
    shown = rows(record_of, "Plain")
    text = files(shown, title="A & B")["layers.tex"].decode()
    assert "\\caption{Layers of A \\& B}" in text
    assert text.count("\\\\\n") == len(shown) + 2
    assert (
        "features.0 & Conv2d & 4$\\times$9$\\times$9 & 3$\\times$3 & 2 & 108 & 8\\,748 & 3" in text
    )
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


def test_a_latex_engine_takes_the_table(record_of: RecordOf, tmp_path: Path) -> None:
    """With every nasty name in it; without an engine on this machine nothing is shown."""
    engine = shutil.which("pdflatex")
    if engine is None:
        pytest.skip("NO LATEX on the PATH: only the structure of the table is tested")
    row = rows(record_of, "Plain")[0]
    odd = tuple(named(row, name) for name in NASTY if name.isascii())
    (tmp_path / "layers.tex").write_bytes(files(odd)["layers.tex"])
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs,longtable}"
        "\\begin{document}\\input{layers}\\end{document}"
    )
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:]


def test_no_layers_make_no_rows() -> None:
    """A model without any has files with a head at most."""
    made = files(())
    assert read_csv(made["layers.csv"]) == []
    assert json.loads(made["layers.json"]) == []
