"""What a model brings to any comparison agrees with what its own pages say."""

import json

import pytest
from conftest import RecordOf

from generator.analysis.totals import totals
from generator.records import ModelSpec, Origin
from generator.render.column import VERSION, column, stage_maps
from generator.render.editions import editions
from generator.render.model_page import ModelPage, model_page
from generator.render.traits import Better, traits

ENGLISH, CHINESE = editions(["en", "zh"])
TOYS = ("Plain", "ResidualNet", "Functional", "Refuses", "Raises")


def page_of(record_of: RecordOf, name: str) -> ModelPage:
    """Prepare a toy net's page."""
    spec = ModelSpec(
        slug=name.lower(), title=name, family="Toys", origin=Origin.USER, factory=f"toys:{name}"
    )
    return model_page(spec, record_of(name), "", has_netron=False)


@pytest.mark.parametrize("name", TOYS)
def test_every_model_has_a_column(record_of: RecordOf, name: str) -> None:
    """Also one that could not be traced, and one that could not be built."""
    page = page_of(record_of, name)
    found = json.loads(json.dumps(column(page, None, ENGLISH)))

    assert (found["version"], found["slug"], found["title"]) == (VERSION, name.lower(), name)
    assert len(found["problems"]) == len(page.record.failures)
    lengths = {len(curve) for curve in found["profile"].values()}
    assert len(lengths) == 1


@pytest.mark.parametrize("name", ["Plain", "ResidualNet", "Functional"])
def test_curves_end_at_the_totals(record_of: RecordOf, name: str) -> None:
    """What adds up along the way is the model's own count."""
    record = record_of(name)
    curves = column(page_of(record_of, name), None, ENGLISH)["profile"]
    sums = totals(record)

    assert isinstance(curves, dict)
    ends = [curves[measure][-1] for measure in ("params", "macs", "activations")]
    assert ends == [sums.params, sums.macs, sums.activations]
    assert curves["work"][-1] == 1


@pytest.mark.parametrize("name", ["Plain", "ResidualNet"])
def test_maps_are_the_last_of_their_stride(record_of: RecordOf, name: str) -> None:
    """One grid a picture, values counted, and the weights of the stage beside them."""
    record = record_of(name)
    pictures = {picture.id for picture in record.pictures}
    found = stage_maps(record)

    assert found
    assert [int(maps.name) for maps in found] == sorted(int(maps.name) for maps in found)
    for maps in found:
        grids = [grid for grid, _ in maps.grids]
        assert {grid.image for grid in grids} == pictures
        assert {grid.name for grid in grids} == {grids[0].name}
        for grid in grids:
            assert grid.histogram is not None
            channels, height, width = grid.shape
            assert sum(grid.histogram.counts) + grid.non_finite == channels * height * width
        assert maps.weight is not None
        assert len(maps.weight.shape) > 1


def test_every_column_has_the_same_traits(record_of: RecordOf) -> None:
    """Rows can be put side by side by their place; costs and accuracies say which way is better."""
    pages = {name: page_of(record_of, name) for name in TOYS}
    found = {name: traits(page.spec, page.record) for name, page in pages.items()}
    ids = {tuple(trait.id for trait in one) for one in found.values()}
    assert len(ids) == 1
    better = {trait.id: trait.better for trait in found["Plain"]}
    assert better["params"] is better["macs"] is Better.LESS
    assert better["depth"] is better["year"] is None


def test_a_column_speaks_its_edition(record_of: RecordOf) -> None:
    """Names of facts are translated; numbers and slugs are the same."""
    page = page_of(record_of, "Plain")
    english, chinese = (column(page, None, edition) for edition in (ENGLISH, CHINESE))

    assert english["profile"] == chinese["profile"]
    names = [
        {trait["id"]: trait["name"] for trait in found["traits"]}  # type: ignore[attr-defined]
        for found in (english, chinese)
    ]
    assert names[0]["params"] == "parameters"
    assert names[1]["params"] == "参数量"
