"""CONTRIBUTING's three recipes, executed: a model, an artifact and a page each cost one file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import RecordOf

from generator.capture import session, summary
from generator.capture.request import Request
from generator.captures import Capture
from generator.config import Project, Settings, WeightsPolicy
from generator.records import ModelSpec, Origin
from generator.render import environment
from generator.render.site import Subject, render_site
from generator.stories.stories import Story
from generator.zoo import families
from generator.zoo.catalog import select
from generator.zoo.families import zoo_entries

FAMILY = """
family = "Newcomers"

[paper.residual]
title = "Deep Residual Learning for Image Recognition"
authors = "K. He, X. Zhang, S. Ren, J. Sun"
venue = "CVPR 2016"
url = "https://arxiv.org/abs/1512.03385"

[[model]]
slug = "resnet34_again"
title = "ResNet-34"
year = 2015
factory = "torchvision:resnet34"
input_shape = [3, 224, 224]
weights = "IMAGENET1K_V1"
paper = "residual"
"""


@pytest.fixture
def fresh_zoo() -> Iterator[None]:
    """Forget which entries were found, before and after."""
    zoo_entries.cache_clear()
    yield
    zoo_entries.cache_clear()


@pytest.mark.usefixtures("fresh_zoo")
def test_a_new_model_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beside the others is found by itself, and its model can be named."""
    shutil.copytree(families.FOLDER, tmp_path / "zoo", ignore=shutil.ignore_patterns("*.py"))
    (tmp_path / "zoo" / "newcomers.toml").write_text(FAMILY, encoding="utf-8")
    monkeypatch.setattr(families, "FOLDER", tmp_path / "zoo")
    project = Project(root=tmp_path, config_name="archatlas.toml", settings=Settings())
    (spec,) = select(project, ["resnet34_again"])
    assert (spec.family, spec.factory) == ("Newcomers", "torchvision:resnet34")
    assert spec in zoo_entries()


def test_a_new_artifact_is_listed_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a step writes is recorded with its digest, published, and linked from the page."""
    write = summary.write_summary

    def write_more(table: summary.Summary, folder: Path) -> str:
        (folder / "poem").mkdir()
        (folder / "poem/ode.txt").write_text("O net!", encoding="utf-8")
        return write(table, folder)

    monkeypatch.setattr(summary, "write_summary", write_more)
    spec = _spec("Plain")
    root = Path(__file__).parent
    request = Request(spec, (), WeightsPolicy.RANDOM, 0, root, tmp_path)
    record, _ = session.capture(request, lambda _step: None)
    site = render_site("T", [Subject(spec, Capture(record=record, folder=tmp_path))], [])
    (artifact,) = [a for a in record.artifacts if a.kind == "poem"]
    assert (artifact.file, artifact.bytes) == ("poem/ode.txt", 6)
    assert site.files["models/plain/poem/ode.txt"] == tmp_path / "poem/ode.txt"
    assert b'href="poem/ode.txt"' in bytes(site.files["models/plain/index.md"])


@pytest.mark.parametrize(
    ("template", "text", "uri", "made"),
    [
        ("site/tour/index.md.j2", "# {{ site.title }}", "tour/index.md", b"# T"),
        ("model/sheet.md.j2", "{{ model.spec.title }}", "models/plain/sheet.md", b"Plain"),
        (
            "compare/short.md.j2",
            "{{ comparison.title }}",
            "compare/plain-vs-shared/short.md",
            b"Plain vs Shared",
        ),
    ],
)
def test_a_new_page_is_one_template(  # noqa: PLR0913 - one case a scope
    tmp_path: Path,
    record_of: RecordOf,
    monkeypatch: pytest.MonkeyPatch,
    template: str,
    text: str,
    uri: str,
    made: bytes,
) -> None:
    """Its folder is its scope: once, per model, per comparison."""
    copy = tmp_path / "templates"
    shutil.copytree(environment.templates_folder(), copy)
    (copy / template).parent.mkdir(exist_ok=True)
    (copy / template).write_text(text, encoding="utf-8")
    monkeypatch.setattr(environment, "_CHECKOUT", copy)
    monkeypatch.setattr(environment, "_INSTALLED", copy)
    subjects = [
        Subject(_spec(name), Capture(record=record_of(name), folder=tmp_path))
        for name in ("Plain", "Shared")
    ]
    site = render_site("T", subjects, [Story(models=("plain", "shared"))])
    assert site.files[uri] == made
    assert (uri in site.mkdocs) == template.startswith("site/")


def _spec(name: str) -> ModelSpec:
    return ModelSpec(
        slug=name.lower(),
        title=name,
        family="Toys",
        origin=Origin.USER,
        factory=f"toys:{name}",
        input_shape=(3, 17, 17),
    )
