"""Claims about the rows of the layer table: all of them, once, in order, and with their reach."""

from dataclasses import replace

import pytest
from conftest import RecordOf
from rows import sections
from toys import ALL, TRACED

from generator.analysis.layers import layers
from generator.analysis.message import Message
from generator.records import ModelRecord
from generator.render.editions import editions
from generator.render.layer_table import LayerRow, anchor_of, rows_of
from generator.render.templates import Templates


def row_of(record: ModelRecord, path: str) -> LayerRow:
    """Return the first row of a module."""
    return next(row for row in rows_of(sections(record)) if row.layer.path == path)


@pytest.mark.parametrize("name", ALL)
def test_every_layer_has_one_row_in_order_of_execution(record_of: RecordOf, name: str) -> None:
    """However rows are gathered, none is lost, and numbers count on."""
    record = record_of(name)
    rows = rows_of(sections(record))
    assert [row.layer for row in rows] == list(layers(record))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("name", ALL)
def test_no_two_rows_share_an_anchor(record_of: RecordOf, name: str) -> None:
    """A module called again gets a number behind its path."""
    anchors = [row.anchor for row in rows_of(sections(record_of(name)))]
    assert len({*anchors}) == len(anchors)


def test_the_anchor_of_a_first_call_is_the_modules_path() -> None:
    """Part of the contract: links from elsewhere rely on it."""
    assert anchor_of("features.0", 0) == "layer-features.0"
    assert anchor_of("relu", 2) == "layer-relu@2"


@pytest.mark.parametrize("name", ALL)
def test_sections_add_up_to_their_rows(record_of: RecordOf, name: str) -> None:
    """What is written on a block's line is the sum of what is below it."""
    for section in sections(record_of(name)):
        assert section.params == sum(row.layer.params for row in section.rows)
        assert section.macs == sum(row.layer.macs for row in section.rows)


@pytest.mark.parametrize("name", ALL)
def test_names_are_relative_to_their_section(record_of: RecordOf, name: str) -> None:
    """The section's name and the row's name together are the path."""
    for section in sections(record_of(name)):
        for row in section.rows:
            joined = f"{section.name}.{row.name}" if section.name else row.name
            assert joined == (row.layer.path or "(the model itself)")


def test_blocks_are_sections_and_what_stands_alone_is_none(record_of: RecordOf) -> None:
    """Each residual block is one, with its class; stem and classifier have no head."""
    found = [(s.name, s.type, len(s.rows)) for s in sections(record_of("ResidualNet"))]
    assert found == [
        ("", "", 1),
        ("blocks.0", "Residual", 4),
        ("blocks.1", "Residual", 4),
        ("blocks.2", "Residual", 5),
        ("", "", 1),
    ]


def test_outside_of_blocks_the_outer_module_gathers(record_of: RecordOf) -> None:
    """A sequence of layers reads better under its name than alone."""
    (features, classify) = sections(record_of("Plain"))
    assert (features.name, features.type) == ("features", "Sequential")
    assert [row.name for row in features.rows] == ["0", "1", "2", "3", "4", "5"]
    assert (classify.name, classify.rows[0].name) == ("", "classify")


@pytest.mark.parametrize(
    ("net", "path", "texts"),
    [
        ("Plain", "features.0", ("3×3", "2", "1", "")),
        ("Plain", "features.3", ("2×2", "2", "0", "")),
        ("Plain", "features.1", ("", "", "", "")),
        ("Branches", "branch.0", ("3×3", "1", "1", "2")),
        ("Padded", "even", ("4×4", "1", "1+2", "2")),
        ("Padded", "last", ("3×3", "1", "0", "")),
        ("Gated", "reduce", ("1×1", "", "", "")),
    ],
)
def test_windows_are_written_as_papers_do(
    record_of: RecordOf, net: str, path: str, texts: tuple[str, ...]
) -> None:
    """Kernel by its sides; stride and padding once; two sides only where they differ."""
    row = row_of(record_of(net), path)
    assert (row.kernel, row.stride, row.padding, row.groups) == texts


@pytest.mark.parametrize("name", TRACED)
def test_the_reach_is_the_layers_field(record_of: RecordOf, name: str) -> None:
    """Size, stride, beginning and count come from the trace; whole-picture layers have none."""
    for row in rows_of(sections(record_of(name))):
        if row.reach is None:
            assert row.layer.field is None or len(row.layer.output_shape) != 4
            continue
        assert row.layer.field is not None
        assert row.reach.field == row.layer.field.size
        assert row.reach.count == row.layer.output_shape[2:]
        assert max(row.reach.field) == row.layer.receptive_field


@pytest.mark.parametrize("name", TRACED)
def test_the_values_of_a_layer_look_at_the_whole_picture_or_its_border(
    record_of: RecordOf, name: str
) -> None:
    """The first field begins at the picture's edge or before; the last reaches its other side."""
    record = record_of(name)
    for row in rows_of(sections(record)):
        if row.reach is None:
            continue
        for axis, side in enumerate(record.input_shape[1:]):
            start, step = row.reach.start[axis], row.reach.stride[axis]
            last = start + step * (row.reach.count[axis] - 1)
            assert start <= 0
            assert start + row.reach.field[axis] > 0
            assert last < side


def test_only_linked_rows_lead_to_netron(record_of: RecordOf) -> None:
    """An address per node of the ONNX file; none where the site has no viewer."""
    record = record_of("Plain")
    assert {row.netron for row in rows_of(sections(record))} == {None}
    first = rows_of(sections(record, linked=True))[0]
    assert first.netron is not None
    assert first.netron.startswith("netron/index.html?url=../models/net/model.onnx&node=features.0")


def test_without_a_trace_rows_have_no_windows(record_of: RecordOf) -> None:
    """The order of calls alone tells neither kernels nor fields."""
    for row in rows_of(sections(record_of("Unseen"))):
        assert (row.kernel, row.stride, row.padding, row.reach) == ("", "", "", None)


def test_the_names_of_modules_are_not_translated(record_of: RecordOf) -> None:
    """One called output is the code's; only what has no name is called by our words."""
    row = rows_of(sections(record_of("Plain")))[0]
    chinese = Templates.of(editions(["zh"])[0]).environment
    draw = chinese.get_template("partials/layer.j2").module.draw  # type: ignore[attr-defined]
    named = replace(row, name="output", layer=replace(row.layer, path="output"))
    assert "<code>output</code>" in draw(named, "", linked=True, grouped=False)
    nameless = replace(row, name=Message("(the model itself)"), layer=replace(row.layer, path=""))
    assert "<code>（模型本身）</code>" in draw(nameless, "", linked=True, grouped=False)
