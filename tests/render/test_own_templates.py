"""Templates of the user's own: they come first, and mistakes in them are said."""

from pathlib import Path

import pytest
from conftest import RecordOf

from generator.captures import Capture
from generator.config import Project, Settings
from generator.errors import RenderError, RequestError
from generator.records import ModelSpec, Origin
from generator.render.site import Subject, render_site


def rendered(record_of: RecordOf, own: Path) -> dict[str, bytes]:
    """Return the Markdown of a site with a folder of own templates."""
    spec = ModelSpec(
        slug="plain",
        title="Plain",
        family="Toys",
        origin=Origin.USER,
        factory="toys:Plain",
        input_shape=(3, 17, 17),
    )
    subject = Subject(spec, Capture(record=record_of("Plain"), folder=own))
    files = render_site("T", [subject], [], own_templates=own).files
    return {uri: bytes(c) for uri, c in files.items() if uri.endswith(".md") and c}


def write(folder: Path, name: str, text: str) -> None:
    """Write a template."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_one_of_the_same_name_replaces_ours(tmp_path: Path, record_of: RecordOf) -> None:
    """Also a partial, wherever it is included; everything else stays."""
    write(tmp_path, "partials/model_head.j2", "<p>by us: {{ model.spec.title }}</p>")
    write(tmp_path, "site/glossary/index.md.j2", "# Words of ours\n")
    pages = rendered(record_of, tmp_path)
    assert b"<p>by us: Plain</p>" in pages["models/plain/index.md"]
    assert pages["site/glossary/index.md".removeprefix("site/")] == b"# Words of ours\n"
    assert b"aa-lead" in pages["blocks/index.md"]


def test_a_new_one_is_a_page(tmp_path: Path, record_of: RecordOf) -> None:
    """Its folder is its scope."""
    write(tmp_path, "site/about/index.md.j2", "# About {{ site.title }}\n")
    assert rendered(record_of, tmp_path)["about/index.md"] == b"# About T\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% if %}", "template site/bad.md.j2:1: Expected an expression"),
        ("{{ nobody }}", "template site/bad.md.j2: 'nobody' is undefined"),
        ("{% include 'lost.j2' %}", "template site/bad.md.j2: 'lost.j2' not found"),
    ],
)
def test_a_mistake_names_the_template(
    tmp_path: Path, record_of: RecordOf, text: str, said: str
) -> None:
    """And the line, where that is known."""
    write(tmp_path, "site/bad.md.j2", text)
    with pytest.raises(RenderError, match=said.replace(".", r"\.")):
        rendered(record_of, tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """By the key that names it."""
    settings = Settings(templates="mine")
    project = Project(root=tmp_path, config_name="archatlas.toml", settings=settings)
    with pytest.raises(RequestError, match=r"archatlas\.toml: 'templates': .*mine: no such folder"):
        _ = project.templates
    (tmp_path / "mine").mkdir()
    assert project.templates == tmp_path / "mine"
