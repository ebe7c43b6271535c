"""What `compare` says of models side by side."""

import json
from pathlib import Path

import pytest
from toys import Plain, ResidualNet

from generator import Captured, Comparison, capture, compare
from generator.errors import RequestError

SHAPE = (3, 17, 17)


@pytest.fixture(scope="module")
def pair() -> tuple[Captured, Captured]:
    """Capture two toy nets once."""
    return capture(Plain(), input_shape=SHAPE), capture(ResidualNet(), input_shape=SHAPE)


def test_it_holds_facts_stages_and_changes(pair: tuple[Captured, Captured]) -> None:
    """The same that the command line prints, as data."""
    found = compare(*pair)
    rows = {str(row.name): row for row in found.facts}
    totals = [one.published.totals for one in pair]
    (change,) = found.differences
    assert rows["parameters"].differs
    assert [row.name for row in found.stages][-1] == "head"
    assert sum(stage.macs for stage in change.stages) == (totals[1].macs or 0) - (
        totals[0].macs or 0
    )
    assert [model["slug"] for model in found.published["models"]] == ["plain", "residualnet"]  # type: ignore[attr-defined]
    json.dumps(found.published)


def test_it_shows_itself(pair: tuple[Captured, Captured]) -> None:
    """As text, as Markdown, and as HTML that links nowhere and asks nobody."""
    found = compare(*pair)
    html = found._repr_html_()
    assert repr(found) == "<Comparison Plain vs ResidualNet>"
    assert str(found).startswith("Facts\n")
    assert "### From Plain to ResidualNet" in found.to_markdown()
    assert "href=" not in html
    assert "<script" not in html
    assert html.count("data:image/svg+xml;base64,") == 2


def test_versions_of_one_net_get_names_of_their_own(pair: tuple[Captured, Captured]) -> None:
    """Both are called alike, and still stand side by side."""
    found = compare(pair[0], pair[0], pair[0])
    assert [one.spec.slug for one in found.models] == ["plain", "plain-2", "plain-3"]
    assert [one.spec.title for one in found.models] == ["Plain", "Plain (2)", "Plain (3)"]
    assert all(one.is_empty for one in found.differences)


def test_what_is_not_captured_yet_is_captured_first(pair: tuple[Captured, Captured]) -> None:
    """Anything that `capture` takes can be compared."""
    found = compare(pair[0], ResidualNet)
    assert found.models[1].spec.input_shape == (3, 224, 224)
    assert "inputs of different sizes" in found.to_html()


def test_what_is_saved_can_be_opened(pair: tuple[Captured, Captured], tmp_path: Path) -> None:
    """With all models, in their order."""
    compare(pair[1], pair[0]).save(tmp_path / "kept")
    again = Comparison.open(tmp_path / "kept")
    assert [one.spec.slug for one in again.models] == ["residualnet", "plain"]
    assert again.published == compare(pair[1], pair[0]).published
    with pytest.raises(RequestError, match="no comparison is kept there"):
        Comparison.open(tmp_path)
    (tmp_path / "kept/comparison.json").write_text('["gone"]', encoding="utf-8")
    with pytest.raises(RequestError, match="not all models"):
        Comparison.open(tmp_path / "kept")
