"""Which feature maps stand together."""

import pytest
from conftest import RecordOf

from generator.records import FeatureGrid, ModelRecord, Reason, Skipped, Step
from generator.render.feature_section import STEPS, all_grids, feature_section


def made_of(grids: list[FeatureGrid], **more: object) -> ModelRecord:
    """Return a record that holds nothing but grids."""
    return ModelRecord(slug="toy", input_shape=(3, 8, 8), features=tuple(grids), **more)


def grid(path: str, side: int = 8, **more: object) -> FeatureGrid:
    """Return the maps of one module."""
    given = {"image": "cat", "shape": (1, side, side), "file": f"{path}.webp"} | more
    return FeatureGrid(
        path=path,
        shown_channels=(0,),
        columns=1,
        dead_fraction=0,
        width=side,
        height=side,
        **given,
    )


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Branches"])
def test_every_grid_is_shown_once_under_its_number(record_of: RecordOf, name: str) -> None:
    """And the numbers are those of the file that scripts read."""
    record = record_of(name)
    rows = [r for g in feature_section(record).groups for r in (*g.rows, *g.inner)]
    cells = [cell for row in rows for cell in row.cells]
    assert sorted(cell.number for cell in cells) == list(range(len(all_grids(record))))
    assert all(all_grids(record)[cell.number] is cell.grid for cell in cells)


def test_a_row_holds_one_tensor_for_every_picture(record_of: RecordOf) -> None:
    """Pictures stand side by side, in one order."""
    record = record_of("Branches")
    images = tuple(picture.id for picture in record.pictures)
    section = feature_section(record)
    for row in (row for group in section.groups for row in group.rows):
        assert tuple(cell.grid.image for cell in row.cells) == images
        assert len({cell.grid.name for cell in row.cells}) == 1


def test_steps_inside_a_module_are_called_by_what_they_do() -> None:
    """Parts of a split are told apart."""
    parts = [grid("a", step=Step.SPLIT, is_output=False, part=part, node="s") for part in (1, 2)]
    rows = feature_section(made_of(parts)).groups[0].rows
    assert [row.step for row in rows] == ["split, part 1", "split, part 2"]
    assert set(STEPS) == set(Step)


def test_groups_follow_outer_modules_and_split_where_they_are_long() -> None:
    """Twenty rows of a block stay together, forty are gathered one level deeper."""
    few = [grid(f"features.{n}") for n in range(20)]
    many = [grid(f"features.block{n % 2}.layer{n}") for n in range(40)]
    assert [g.name for g in feature_section(made_of(few)).groups] == ["features"]
    assert [g.name for g in feature_section(made_of(many)).groups] == [
        "features.block0",
        "features.block1",
    ]


def test_the_preview_leads_from_the_picture_to_the_answer() -> None:
    """Of every resolution the last maps; small nets leave nothing out."""
    grids = [grid(f"m{n}", side) for n, side in enumerate((8, 8, 8, 4, 4, 2, 2, 1))]
    assert [row.path for row in feature_section(made_of(grids)).preview] == [
        *("m0", "m2", "m4", "m6", "m7"),
    ]
    assert feature_section(made_of(grids[:4])).is_preview_all


def test_a_long_preview_keeps_its_ends() -> None:
    """Six rows, from the first maps to the last."""
    grids = [grid(f"m{n}", 64 - n) for n in range(40)]
    preview = feature_section(made_of(grids)).preview
    assert len(preview) == 6
    assert (preview[0].path, preview[-1].path) == ("m0", "m39")


def test_what_is_skipped_is_said_with_its_reason() -> None:
    """By reason, with the shape."""
    skipped = [
        Skipped(kind="features", path="pool", reason=Reason.ONE_POSITION, detail="8×1×1"),
        Skipped(kind="attribution", image="cat", reason=Reason.NO_GRADIENT),
    ]
    (note,) = feature_section(made_of([grid("a")], skipped=tuple(skipped))).notes
    assert note.reason == "the maps have a single position"
    assert [(place.path, place.detail) for place in note.places] == [("pool", "8×1×1")]
