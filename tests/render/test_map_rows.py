"""Claims about maps side by side: one picture, one output stride a row."""

from collections.abc import Sequence

from conftest import RecordOf

from generator.records import ModelRecord, ModelSpec, Origin
from generator.render.map_rows import MapTable, map_table
from generator.render.model_page import ModelPage, model_page


def page(record: ModelRecord) -> ModelPage:
    """Prepare the page of a toy."""
    spec = ModelSpec(slug="net", title="Net", family="Toys", origin=Origin.USER, factory="toys:Net")
    return model_page(spec, record, "", has_netron=False)


def table(records: Sequence[ModelRecord]) -> MapTable:
    """Put the maps of toys side by side."""
    found = map_table([page(record) for record in records])
    assert found
    return found


def of_one_picture(record: ModelRecord, image: str) -> ModelRecord:
    """Keep what was drawn of one picture."""
    kept = tuple(grid for grid in record.features if grid.image == image)
    return record.model_copy(update={"features": kept})


def test_all_models_show_the_first_picture_they_share(record_of: RecordOf) -> None:
    """Also where one of them has begun with another."""
    record = record_of("ResidualNet")
    second = record.pictures[1].id
    found = table([record, of_one_picture(record, second)])
    assert found.is_same
    assert [picture.id for picture in found.pictures if picture] == [second, second]
    assert {cell.grid.image for row in found.rows for cell in row.cells if cell} == {second}


def test_without_a_common_picture_each_shows_its_own(record_of: RecordOf) -> None:
    """Digits on one side, photographs on the other."""
    record = record_of("ResidualNet")
    first, second = (picture.id for picture in record.pictures[:2])
    found = table([of_one_picture(record, first), of_one_picture(record, second)])
    assert not found.is_same
    assert [picture.id for picture in found.pictures if picture] == [first, second]
    for row in found.rows:
        assert [cell.grid.image for cell in row.cells if cell] == [first, second]


def test_rows_are_strides_and_leave_gaps(record_of: RecordOf) -> None:
    """A model has a cell where it has maps of that stride."""
    found = table([record_of("ResidualNet"), record_of("Plain")])
    assert [int(row.name) for row in found.rows] == sorted(int(row.name) for row in found.rows)
    assert any(None in row.cells for row in found.rows)
    assert all(any(row.cells) for row in found.rows)


def test_a_model_without_maps_keeps_its_column(record_of: RecordOf) -> None:
    """Nothing is shown in it, no picture either."""
    found = table([record_of("Plain"), record_of("Raises")])
    assert found.pictures[0]
    assert found.pictures[1] is None
    assert {row.cells[1] for row in found.rows} == {None}


def test_models_without_pictures_have_no_table(record_of: RecordOf) -> None:
    """There is nothing to put side by side."""
    assert map_table([page(record_of("Raises"))]) is None
