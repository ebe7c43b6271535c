"""The search of a large site loads quickly: it knows every model, not every layer."""

import json
from pathlib import Path

from generator.render.search_index import trim_search_index


def write(site: Path, text: str) -> Path:
    """Write an index of a home page and two models, in two languages, each text so long."""
    pages = ("models/a/", "models/a/#stages", "models/a/layers/", "models/a/layers/#conv1")
    places = ["", "#the-networks", *pages, *(f"zh/{page}" for page in pages), "models/"]
    path = site / "search" / "search_index.json"
    path.parent.mkdir(parents=True)
    documents = [{"location": place, "title": "t", "text": text} for place in places]
    path.write_text(json.dumps({"config": {"lang": ["en"]}, "docs": documents}))
    return path


def places(path: Path) -> list[str]:
    """Return where hits can lead."""
    return [one["location"] for one in json.loads(path.read_text())["docs"]]


def test_a_small_index_stays_as_it_is(tmp_path: Path) -> None:
    """To the last byte."""
    path = write(tmp_path, "some words")
    before = path.read_bytes()
    trim_search_index(tmp_path)
    assert path.read_bytes() == before


def test_sections_of_deeper_pages_go_first(tmp_path: Path) -> None:
    """What is left is small enough already, so that the pages themselves stay."""
    path = write(tmp_path, "x" * 800_000)
    trim_search_index(tmp_path)
    assert path.stat().st_size <= 8_000_000
    assert "models/a/layers/" in places(path)
    assert "zh/models/a/layers/#conv1" not in places(path)


def test_every_model_is_found_whatever_happens(tmp_path: Path) -> None:
    """Pages below models and sections go; models and pages about all of them stay."""
    path = write(tmp_path, "x" * 3_000_000)
    trim_search_index(tmp_path)
    assert places(path) == ["", "#the-networks", "models/a/", "zh/models/a/", "models/"]


def test_a_site_without_search_is_left_alone(tmp_path: Path) -> None:
    """MkDocs may be told to do without."""
    trim_search_index(tmp_path)
    assert not list(tmp_path.iterdir())
