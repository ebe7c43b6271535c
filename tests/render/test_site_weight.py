"""What a site weighs, by kind."""

import re
from pathlib import Path

import pytest
from conftest import BuiltSite

from generator.files import MANIFEST_NAME
from generator.render.site_weight import Ware, weigh, weight_line


@pytest.mark.parametrize(
    ("uri", "ware"),
    [
        ("index.html", Ware.PAGES),
        ("models/x/card.png", Ware.PICTURES),
        ("models/x/model.onnx", Ware.DATA),
        ("models/x/record.json", Ware.DATA),
        ("netron/index.html", Ware.NETRON),
        ("assets/archatlas.css", Ware.LOOKS),
        ("sitemap.xml.gz", Ware.DATA),
    ],
)
def test_every_file_counts_as_one_kind(tmp_path: Path, uri: str, ware: Ware) -> None:
    """By where it lies, then by its suffix; what is unknown is data."""
    (tmp_path / uri).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / uri).write_bytes(b"1234567")
    assert weigh(tmp_path) == {ware: 7}


def test_the_heaviest_comes_first_and_the_list_of_files_counts_nothing(tmp_path: Path) -> None:
    """What archatlas keeps beside the site for itself is not published."""
    (tmp_path / "index.html").write_bytes(b"1")
    (tmp_path / "a.json").write_bytes(b"12")
    (tmp_path / MANIFEST_NAME).write_bytes(b"123")
    assert list(weigh(tmp_path).items()) == [(Ware.DATA, 2), (Ware.PAGES, 1)]
    assert weight_line(weigh(tmp_path)).replace("\u202f", " ") == "3 B: 2 B data, 1 B pages"


def test_a_build_says_what_its_site_weighs(built_site: BuiltSite) -> None:
    """On stderr, in one line; the parts are all there is."""
    (line,) = [line for line in built_site.said.splitlines() if line.startswith("weight: ")]
    assert all(re.search(rf"\d\u202f[KM]?B {ware}\b", line) for ware in Ware)
    files = [path for path in built_site.folder.rglob("*") if path.is_file()]
    kept = [path.stat().st_size for path in files if path.name != MANIFEST_NAME]
    assert sum(weigh(built_site.folder).values()) == sum(kept)
