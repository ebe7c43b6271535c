"""What `build` does with a project, and what it says of it."""

from pathlib import Path

import pytest
from conftest import toy_project

from generator import Built, build
from generator.errors import RequestError

SETTINGS = 'title = "Toys"\nmodels = []\ncomparisons = [["plain", "residualnet"]]\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a project of two toy nets and one that always raises."""
    folder = tmp_path_factory.mktemp("project")
    return build(toy_project(folder, "Plain", "ResidualNet", "Raises", settings=SETTINGS))


def test_a_site_is_built_and_says_what_fell_short(built: Built) -> None:
    """A model that fails is no exception."""
    assert built.index.is_file()
    assert (built.captured, built.reused) == (3, 0)
    assert any(line.startswith("raises: ") for line in built.shortfalls)
    assert all("raises" in line for line in built.shortfalls)
    assert [row.slug for row in built.published][:2] == ["plain", "residualnet"]
    assert (built.site / "compare/plain-vs-residualnet/index.html").is_file()


def test_its_models_can_be_compared(built: Built) -> None:
    """By their slugs; a wrong one is named with those there are."""
    assert "From Plain to ResidualNet" in built.compare("plain", "residualnet").to_markdown()
    with pytest.raises(RequestError, match="plane: name two or more of plain, residualnet"):
        built.compare("plain", "plane")
    with pytest.raises(RequestError, match="too few"):
        built.compare("plain")


def test_it_shows_itself(built: Built) -> None:
    """In a line, as Markdown, and as HTML that asks nobody for anything."""
    html = built._repr_html_()
    assert repr(built).startswith("<Built Toys: 3 models in ")
    assert "| Plain |" in built.to_markdown()
    assert "Plain" in html
    assert "raises: " in html
    assert "<script" not in html
    assert "http" not in html


def test_building_again_does_nothing_and_opening_builds_nothing(built: Built) -> None:
    """The same models, the same shortfalls."""
    again = build(built.project.root)
    opened = Built.open(built.project.root)
    assert (again.reused, again.written) == (2, 0)
    assert opened.published == built.published
    assert opened.shortfalls == built.shortfalls


def test_where_nothing_is_nothing_is_built(tmp_path: Path) -> None:
    """The message says how to begin."""
    with pytest.raises(RequestError, match="archatlas init"):
        build(tmp_path)
    with pytest.raises(RequestError, match="makes one"):
        Built.open(toy_project(tmp_path / "toys", "Plain", settings="models = []"))
    assert not (tmp_path / "toys/site").exists()
