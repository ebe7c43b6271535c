"""The site of the networks that come with archatlas, built for real."""

import csv
import json
from pathlib import Path

import pytest
import torchvision
from conftest import BuiltSite, archatlas, toy_project

from generator.render.links import check_links

pytestmark = pytest.mark.slow

TORCHVISION = ("alexnet", "vgg16", "googlenet", "resnet18", "shufflenet_v2_x0_5")
ALL = ("lenet_sigmoid", *TORCHVISION)


@pytest.fixture(scope="module")
def zoo_site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Build all six networks with random weights."""
    project = toy_project(tmp_path_factory.mktemp("zoo"), settings='weights = "random"')
    ran = archatlas("build", folder=project)
    return BuiltSite(project, project / "site", ran.returncode, ran.stdout, ran.stderr)


def record(site: BuiltSite, slug: str) -> dict[str, dict[str, object]]:
    """Read a published record."""
    path = site.folder / f"models/{slug}/record.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_everything_is_captured_and_checked(zoo_site: BuiltSite) -> None:
    """Exit 0 means that no model failed and no check fell short."""
    assert zoo_site.code == 0, zoo_site.said
    assert "captured 6, reused 0" in zoo_site.said
    assert archatlas("check", folder=zoo_site.project).returncode == 0


@pytest.mark.parametrize("slug", TORCHVISION)
def test_records_agree_with_torchvision(zoo_site: BuiltSite, slug: str) -> None:
    """`num_params` exactly, `_ops` (MACs, whatever it is called) to its three decimals."""
    meta = torchvision.models.get_model_weights(slug)["IMAGENET1K_V1"].meta
    totals = record(zoo_site, slug)["totals"]
    assert totals["params"] == meta["num_params"]
    assert f"{int(str(totals['macs'])) / 1e9:.3f}" == f"{meta['_ops']:.3f}"


@pytest.mark.parametrize("slug", ALL)
def test_layers_add_up_to_the_totals(zoo_site: BuiltSite, slug: str) -> None:
    """Σ over layers = totals, for parameters and MACs."""
    published = record(zoo_site, slug)
    layers = [dict(layer) for layer in published["layers"]]
    assert sum(layer["params"] for layer in layers) == published["totals"]["params"]
    assert sum(layer["macs"] for layer in layers) == published["totals"]["macs"]


@pytest.mark.parametrize("slug", ALL)
def test_onnx_files_are_small(zoo_site: BuiltSite, slug: str) -> None:
    """Structure alone: at most 300 KB, VGG-16 with its 138 M parameters included."""
    assert 0 < (zoo_site.folder / f"models/{slug}/model.onnx").stat().st_size <= 300_000


def test_the_site_hangs_together(zoo_site: BuiltSite) -> None:
    """No broken link, no orphan, nothing of this machine."""
    report = check_links(zoo_site.folder)
    assert (report.broken, report.orphans) == ((), ())
    marks = [str(Path.home()).encode(), str(zoo_site.project).encode(), b"site-packages"]
    files = [path for path in zoo_site.folder.rglob("*") if path.is_file()]
    assert not [p for p in files if any(mark in p.read_bytes() for mark in marks)]


def test_building_a_choice_twice_writes_nothing(zoo_site: BuiltSite, tmp_path: Path) -> None:
    """`--models alexnet,resnet18 --out X`, twice: no capture, no file written."""
    command = ("build", "--models", "alexnet,resnet18", "--out", str(tmp_path / "X"))
    first = archatlas(*command, folder=zoo_site.project)
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / "X").rglob("*")}
    second = archatlas(*command, folder=zoo_site.project)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "captured 0, reused 2" in second.stderr
    assert "pages: 0 files written" in second.stderr
    assert "site: 0 files written, 0 deleted" in second.stderr
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "X").rglob("*")} == times
    archatlas("build", folder=zoo_site.project)  # leave the whole zoo behind for other tests


def test_list_prints_the_zoo_as_a_table(zoo_site: BuiltSite) -> None:
    """Year, parameters and MACs of every model."""
    lines = archatlas("list", folder=zoo_site.project).stdout.splitlines()
    rows = list(csv.reader([" ".join(line.split()) for line in lines], delimiter=" "))
    assert [row[0] for row in rows[1:]] == [
        *("lenet_sigmoid", "alexnet", "googlenet", "vgg16", "resnet18", "shufflenet_v2_x0_5")
    ]
    assert "138" in lines[4]
    assert "15.5" in lines[4]
