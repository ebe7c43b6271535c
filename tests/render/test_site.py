"""What a finished site holds."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jsonschema
import markdown
import onnx
import pytest
from bs4 import BeautifulSoup
from conftest import BuiltSite, RecordOf, toy_project

from generator.captures import Capture
from generator.config import load_project
from generator.errors import RequestError
from generator.pipeline import chosen
from generator.records import ModelRecord, ModelSpec, Origin
from generator.render.links import check_links
from generator.render.site import Subject, render_site

SLUGS = ("lenet_sigmoid", "plain", "residualnet", "branches", "deep")
HOSTILE = '<script>alert("x")</script> **b** [l](javascript:y) {{ z }} `c` & \n# h'


def page(site: Path, uri: str) -> BeautifulSoup:
    """Parse a page of the site."""
    return BeautifulSoup((site / uri / "index.html").read_text(encoding="utf-8"), "html.parser")


def published(site: Path, slug: str) -> dict[str, object]:
    """Read a model's published record."""
    return dict(json.loads((site / f"models/{slug}/record.json").read_text(encoding="utf-8")))


def test_every_link_resolves_and_every_file_is_linked(built_site: BuiltSite) -> None:
    """The site hangs together, and loads nothing from another host."""
    report = check_links(built_site.folder)
    assert report.broken == ()
    assert report.orphans == ()


@pytest.mark.parametrize("slug", [*SLUGS, "raises"])
def test_records_follow_the_published_schema(built_site: BuiltSite, slug: str) -> None:
    """Other programs can rely on the schema beside the data."""
    schema = json.loads((built_site.folder / "data/record.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(published(built_site.folder, slug), schema)


@pytest.mark.parametrize("slug", SLUGS)
def test_artifacts_are_what_the_record_says(built_site: BuiltSite, slug: str) -> None:
    """Sizes and digests belong to the files that are published."""
    for artifact in published(built_site.folder, slug)["artifacts"]:
        content = (built_site.folder / "models" / slug / artifact["file"]).read_bytes()
        assert artifact["bytes"] == len(content)
        assert artifact["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_layer_has_its_anchor(built_site: BuiltSite, slug: str) -> None:
    """`#layer-<module path>` is part of the contract."""
    ids = {tag["id"] for tag in page(built_site.folder, f"models/{slug}").select("[id]")}
    paths = {layer["path"] for layer in published(built_site.folder, slug)["layers"]}
    assert paths
    assert {f"layer-{path}" for path in paths} <= ids


@pytest.mark.parametrize("slug", SLUGS)
def test_netron_links_name_nodes_that_exist(built_site: BuiltSite, slug: str) -> None:
    """A layer's link leads to its own node of the published graph."""
    model = onnx.load(built_site.folder / f"models/{slug}/model.onnx")
    names = {node.name for node in model.graph.node}
    links = page(built_site.folder, f"models/{slug}").select("a.aa-netron")
    nodes = [parse_qs(urlsplit(link["href"]).query)["node"][0] for link in links]
    assert nodes
    assert set(nodes) <= names


@pytest.mark.parametrize("slug", SLUGS[1:])
@pytest.mark.parametrize("section", ["feature-maps", "predictions", "weights"])
def test_random_weights_are_labelled(built_site: BuiltSite, slug: str, section: str) -> None:
    """Wherever a picture or a prediction depends on them."""
    heading = page(built_site.folder, f"models/{slug}").find(id=section)
    following = heading.find_next(class_="aa-random")
    assert "Random weights" in following.get_text()
    assert following.find_previous("h2") is heading


def test_weights_trained_here_are_labelled(built_site: BuiltSite) -> None:
    """With the accuracy, at the top, in the predictions and beside every figure of the maps."""
    found = page(built_site.folder, "models/lenet_sigmoid")
    assert not found.select(".aa-random")
    assert re.search(r"Held-out accuracy.*\d\d\.\d\u202f%", found.get_text(" "), re.DOTALL)
    places = found.select("figure[data-aa-grid] figcaption, [data-aa-answer] figcaption")
    assert places
    assert all("held-out accuracy" in place.get_text() for place in places)


@pytest.mark.parametrize("slug", ["plain", "branches"])
def test_figures_of_maps_say_that_weights_are_random(built_site: BuiltSite, slug: str) -> None:
    """Dead channels and means belong to weights that nobody trained."""
    for uri in (f"models/{slug}", f"models/{slug}/features"):
        captions = page(built_site.folder, uri).select("figure[data-aa-grid] figcaption")
        assert captions
        assert all("dead" in one.get_text() for one in captions)
        assert all("random weights (seed 0)" in one.get_text() for one in captions)


@pytest.mark.parametrize("slug", SLUGS)
def test_one_picture_per_grid_and_image(built_site: BuiltSite, slug: str) -> None:
    """Features are published for every picture, and the files are there."""
    features = published(built_site.folder, slug)["features"]
    counts = Counter(feature["image"] for feature in features)
    assert len(counts) == 3
    assert len(set(counts.values())) == 1


def test_nothing_published_knows_this_machine(built_site: BuiltSite) -> None:
    """No local path is in any file of the site."""
    local = [str(Path.home()), str(built_site.project), "site-packages", str(Path(__file__).parent)]
    marks = [mark.encode() for mark in local if mark != "/"]
    files = [p for p in built_site.folder.rglob("*") if p.is_file()]
    found = [(p.name, mark) for p in files for mark in marks if mark in p.read_bytes()]
    assert not found


def test_models_json_has_the_fields_of_the_contract(built_site: BuiltSite) -> None:
    """One row a model, in the order of the site."""
    rows = json.loads((built_site.folder / "data/models.json").read_text(encoding="utf-8"))
    fields = "slug title family year origin input_shape params macs activations depth weights"
    added = "weight_bytes peak_activation_bytes latency_ms"
    assert {*fields.split(), *added.split(), "top1", "top5", "url"} == set(rows[0])
    assert [row["slug"] for row in rows] == ["lenet_sigmoid", *SLUGS[1:], "long", "raises"]


def test_comparisons_align_stages_by_stride(built_site: BuiltSite) -> None:
    """A row per stride of either model, the head last."""
    table = (
        page(built_site.folder, "compare/residualnet-vs-plain").find(id="stages").find_next("table")
    )
    strides = [row.th.get_text() for row in table.tbody.select("tr")]
    assert strides == ["1", "2", "4", "head"]


def test_titles_with_an_ampersand_survive(built_site: BuiltSite) -> None:
    """`Toys & games` is text everywhere, once escaped."""
    home = page(built_site.folder, ".")
    assert home.h1.get_text().startswith("Toys & games")
    assert home.title.get_text() == "Toys & games"


@pytest.mark.parametrize("place", ["path", "label", "picture", "failure"])
def test_no_name_can_inject_markup(record_of: RecordOf, tmp_path: Path, place: str) -> None:
    """Names of modules, classes, pictures and errors are printed as text."""
    record = _poisoned(record_of("Plain"), place)
    site = render_site("Toys", [_subject(record, tmp_path)], [])
    source = bytes(site.files["models/plain/index.md"]).decode()
    body = source.partition("\n---\n")[2]
    html = BeautifulSoup(markdown.markdown(body, extensions=["attr_list", "toc"]), "html.parser")
    assert not html.find_all("script")
    assert not html.find_all("a", href=re.compile("^javascript"))
    assert '<script>alert("x")</script>' in html.get_text() + " ".join(
        str(tag.get("alt")) for tag in html.select("img")
    )


def _poisoned(record: ModelRecord, place: str) -> ModelRecord:
    text = record.model_dump_json()
    inserted = json.dumps(HOSTILE)[1:-1]
    swaps = {
        "path": ("features.0", inserted),
        "label": ("class 0", inserted),
        "picture": ('"title":"Cat"', f'"title":"{inserted}"'),
        "failure": (
            '"failures":[]',
            f'"failures":[{{"kind":"x","error":"y","message":"{inserted}"}}]',
        ),
    }
    old, new = swaps[place]
    assert old in text
    return ModelRecord.model_validate_json(text.replace(old, new))


def _subject(record: ModelRecord, folder: Path) -> Subject:
    spec = ModelSpec(
        slug="plain", title="Plain", family="Toys", origin=Origin.USER, factory="toys:Plain"
    )
    return Subject(spec, Capture(record=record, folder=folder))


def test_a_model_without_a_graph_says_so(record_of: RecordOf, tmp_path: Path) -> None:
    """Where nothing could trace it, nobody takes the order of calls for the wiring."""
    pages = {
        name: render_site("T", [_subject(record_of(name), tmp_path)], []).files
        for name in ("Plain", "Unseen")
    }
    texts = {name: bytes(files["models/plain/index.md"]).decode() for name, files in pages.items()}
    assert "No graph." in texts["Unseen"]
    assert "No graph." not in texts["Plain"]


def test_hand_written_pages_are_in_the_menu_and_left_alone(
    tmp_path: Path, record_of: RecordOf
) -> None:
    """A guide page of the user's own is listed, not generated."""
    site = render_site("T", [_subject(record_of("Plain"), tmp_path)], [], ["guide/mine.md"])
    assert "guide/mine.md" in site.mkdocs
    assert "guide/mine.md" not in site.files


def test_a_project_without_models_says_so(tmp_path: Path) -> None:
    """An empty list is a wrong request."""
    project = toy_project(tmp_path / "empty", settings="models = []")
    with pytest.raises(RequestError, match="no models chosen"):
        chosen(load_project(folder=project), None)


def test_every_model_is_in_the_menu_under_its_family(built_site: BuiltSite) -> None:
    """The first of a family is no less than the others."""
    menu = page(built_site.folder, "models").select_one("nav.md-nav--primary")
    links = {link["href"]: " ".join(link.get_text().split()) for link in menu.select("a[href]")}
    wanted = {"plain/": "Plain", "residualnet/": "ResidualNet", "lenet_sigmoid/": "LeNet (sigmoid)"}
    assert {href: links.get(href) for href in wanted} == wanted
