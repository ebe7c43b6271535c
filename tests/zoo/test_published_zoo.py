"""The site of the networks that come with archatlas, built for real."""

import json
import re
import shutil
from pathlib import Path

import pytest
import torchvision
from conftest import BuiltSite, archatlas, toy_project
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from generator.records import Origin
from generator.render.links import check_links
from generator.zoo.families import zoo_entries

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
SLUGS = [entry.slug for entry in zoo_entries()]
TORCHVISION = [e.slug for e in zoo_entries() if e.origin is Origin.TORCHVISION]

# (parameters, MACs) of the networks written here, as the literature counts them.
IDENTITIES = {
    "lenet5": (60_000, None),
    "lenet_sigmoid": (61_706, 416_520),
    "alexnet_2012": (60_965_224, 724_406_816),
    "zfnet": (62_357_608, 1_168_032_896),
    "nin_imagenet": (7_595_176, 1_100_188_800),
    "mobilenet_v1": (4_231_976, 568_740_352),
}


@pytest.fixture(scope="module")
def zoo_site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Build every network; captures of this checkout's own site serve again if they are current."""
    languages = 'languages = ["en", "zh"]'
    project = toy_project(tmp_path_factory.mktemp("zoo"), settings=languages)
    for part in ("captures", "heads", "rendered"):
        if (CHECKOUT / ".archatlas" / part).is_dir():
            shutil.copytree(CHECKOUT / ".archatlas" / part, project / ".archatlas" / part)
    ran = archatlas("build", folder=project)
    return BuiltSite(project, project / "site", ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture(scope="module")
def schema(zoo_site: BuiltSite) -> Validator:
    """Read the schema that the site publishes."""
    path = zoo_site.folder / "data/record.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def record(site: BuiltSite, slug: str) -> dict[str, dict[str, object]]:
    """Read a published record."""
    path = site.folder / f"models/{slug}/record.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_everything_is_captured_and_checked(zoo_site: BuiltSite) -> None:
    """Exit 0 means that no model failed and no check fell short."""
    assert zoo_site.code == 0, zoo_site.said
    counts = re.search(r"captured (\d+), reused (\d+)", zoo_site.said)
    assert counts is not None
    assert sum(map(int, counts.groups())) == len(SLUGS)
    assert archatlas("check", folder=zoo_site.project).returncode == 0


def test_the_models_that_were_promised_are_there() -> None:
    """The list of the contract, and nothing has two names."""
    assert len(SLUGS) == len(set(SLUGS)) == 45


@pytest.mark.parametrize("slug", SLUGS)
def test_records_are_valid(zoo_site: BuiltSite, schema: Validator, slug: str) -> None:
    """Each follows the published schema, and nothing of it failed."""
    published = record(zoo_site, slug)
    assert [error.message for error in schema.iter_errors(published)] == []
    assert published["failures"] == []


@pytest.mark.parametrize("slug", TORCHVISION)
def test_records_agree_with_torchvision(zoo_site: BuiltSite, slug: str) -> None:
    """`num_params` exactly, `_ops` (MACs, whatever it is called) to its three decimals.

    Inception v3 is published with the auxiliary head, which only serves training.
    """
    meta = torchvision.models.get_model_weights(slug)["IMAGENET1K_V1"].meta
    totals = record(zoo_site, slug)["totals"]
    head = 3_326_696 if slug == "inception_v3" else 0
    assert int(str(totals["params"])) + head == meta["num_params"]
    assert f"{int(str(totals['macs'])) / 1e9:.3f}" == f"{meta['_ops']:.3f}"


@pytest.mark.parametrize("slug", IDENTITIES)
def test_records_agree_with_the_literature(zoo_site: BuiltSite, slug: str) -> None:
    """Networks that no library holds are counted in papers."""
    totals = record(zoo_site, slug)["totals"]
    params, macs = IDENTITIES[slug]
    assert totals["params"] == params
    assert macs is None or totals["macs"] == macs


@pytest.mark.parametrize("slug", SLUGS)
def test_layers_add_up_to_the_totals(zoo_site: BuiltSite, slug: str) -> None:
    """Σ over layers = totals, for parameters and MACs."""
    published = record(zoo_site, slug)
    layers = [dict(layer) for layer in published["layers"]]
    assert sum(layer["params"] for layer in layers) == published["totals"]["params"]
    assert sum(layer["macs"] for layer in layers) == published["totals"]["macs"]


@pytest.mark.parametrize("slug", SLUGS)
def test_onnx_files_are_small(zoo_site: BuiltSite, slug: str) -> None:
    """Structure alone: at most a megabyte, VGG-19 with its 144 M parameters included."""
    assert 0 < (zoo_site.folder / f"models/{slug}/model.onnx").stat().st_size <= 1_000_000


def test_the_whole_site_keeps_its_budget(zoo_site: BuiltSite) -> None:
    """At most 400 MB in both languages, and at most 6 MB of pictures a model."""
    sizes = {path: path.stat().st_size for path in zoo_site.folder.rglob("*") if path.is_file()}
    assert sum(sizes.values()) <= 400e6
    pictures = {
        slug: sum(
            size
            for path, size in sizes.items()
            if path.suffix == ".webp" and path.is_relative_to(zoo_site.folder / "models" / slug)
        )
        for slug in SLUGS
    }
    assert all(pictures.values())
    assert {slug: size for slug, size in pictures.items() if size > 6e6} == {}


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
    rows = {line.split()[0]: line for line in lines[1:]}
    assert list(rows) == SLUGS
    assert all(part in rows["vgg16"] for part in ("2014", "138", "15.5"))
