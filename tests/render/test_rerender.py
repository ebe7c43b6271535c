"""Rendering again gives the same pages, and makes only those that changed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from light import light_record
from toys import Plain, ResidualNet

from generator import pipeline, store
from generator.config import load_project
from generator.render import environment, exhibit
from generator.render.environment import templates_folder
from generator.render.model_page import model_page
from generator.render.templates import Templates

CONFIG = """
title = "Toys"
languages = ["en", "zh"]
models = []
comparisons = [["plain", "residual"]]
[[model]]
slug = "plain"
factory = "toys:Plain"
title = "Plain"
summary = "First of all."
[[model]]
slug = "residual"
factory = "toys:ResidualNet"
title = "Residual"
summary = "Second to none."
"""
SLUGS = ("plain", "residual")
NEW_PROCESS = (("ingredients", "code_digest"), ("editions", "catalogue"))
"""What only another process reads again."""


class Prepared:
    """Notes which models are prepared for their pages."""

    def __init__(self) -> None:
        self.slugs: list[str] = []

    def __call__(self, spec, *others, **more):  # noqa: ANN001, ANN002, ANN003, ANN204 - as it is
        """Prepare a model's page."""
        self.slugs.append(spec.slug)
        return model_page(spec, *others, **more)


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of two captured toys, not rendered yet."""
    folder = tmp_path_factory.mktemp("captured")
    (folder / "archatlas.toml").write_text(CONFIG)
    state = folder / ".archatlas"
    for slug, net in (("plain", Plain()), ("residual", ResidualNet())):
        record = light_record(net, 3, 17, 17).model_copy(update={"slug": slug})
        store.finish(state, store.begin(state), record, "key", ())
    return folder


@pytest.fixture
def project(captured: Path, tmp_path: Path) -> Path:
    """Return a copy of the project, to be spoilt."""
    return shutil.copytree(captured, tmp_path / "project")


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """Watch what is prepared."""
    spy = Prepared()
    monkeypatch.setattr(exhibit, "model_page", spy)
    return spy


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of all templates, that pages are made with."""
    copied = shutil.copytree(templates_folder(), tmp_path / "templates")
    monkeypatch.setattr(environment, "_CHECKOUT", copied)
    return copied


def rendered(folder: Path) -> dict[str, bytes]:
    """Render a project; return all its pages and files."""
    project = load_project(folder=folder)
    pipeline.render(project, pipeline.chosen(project, None))
    docs = folder / "site_src"
    files = {p.relative_to(docs).as_posix(): p.read_bytes() for p in docs.rglob("*") if p.is_file()}
    return files | {"mkdocs": (folder / ".archatlas" / "mkdocs.yml").read_bytes()}


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Return what differs."""
    return {uri for uri in before.keys() | after.keys() if before.get(uri) != after.get(uri)}


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_second_run_prepares_no_model(project: Path, prepared: Prepared) -> None:
    """Neither its own pages nor those about all models need it; every byte is the same."""
    before = rendered(project)
    assert sorted(prepared.slugs) == ["plain", "residual"]
    prepared.slugs.clear()
    assert changed(before, rendered(project)) == set()
    assert prepared.slugs == []


def test_what_was_deleted_comes_back_without_being_prepared(
    project: Path, prepared: Prepared
) -> None:
    """Pages lie in the cache, whoever empties the sources."""
    before = rendered(project)
    shutil.rmtree(project / "site_src")
    prepared.slugs.clear()
    assert changed(before, rendered(project)) == set()
    assert prepared.slugs == []


@pytest.mark.parametrize("damage", ["", "{}", "truncated"])
def test_a_damaged_cache_gives_the_same_pages(project: Path, damage: str) -> None:
    """Whatever lies there: emptied, foreign, cut off."""
    before = rendered(project)
    files = [p for p in (project / ".archatlas" / "rendered").rglob("*") if p.is_file()]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        half = content[: len(content) // 2]
        path.write_bytes(half if damage == "truncated" else damage.encode())
    shutil.rmtree(project / "site_src")
    assert changed(before, rendered(project)) == set()


def test_no_cache_gives_the_same_pages(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be deleted at any time, and done without."""
    before = rendered(project)
    shutil.rmtree(project / ".archatlas" / "rendered")
    shutil.rmtree(project / "site_src")
    remembering = pipeline.Memo
    monkeypatch.setattr(pipeline, "Memo", lambda _folder: remembering())
    assert changed(before, rendered(project)) == set()
    assert not (project / ".archatlas" / "rendered").exists()


def test_a_story_makes_only_its_own_models_pages_anew(project: Path, prepared: Prepared) -> None:
    """Nothing is counted again for it; of the rest, only the page about descent changes."""
    before = rendered(project)
    prepared.slugs.clear()
    edit(project / "archatlas.toml", "First of all.", "Last of all.")
    after = rendered(project)
    assert prepared.slugs == []
    assert all(
        uri.removeprefix("zh/").startswith(("models/plain/", "lineage/"))
        for uri in changed(before, after)
    )
    assert b"Last of all." in after["models/plain/index.md"]


def test_a_comparisons_story_makes_only_pages_anew_that_tell_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own page, and those that quote its beginning; no other template is filled in."""
    told = '{models = ["plain", "residual"], story = "Why it was done."}'
    edit(project / "archatlas.toml", '["plain", "residual"]', told)
    rendered(project)
    filled: set[str] = set()
    text = Templates.text

    def noted(self: Templates, name: str, **view: object) -> str:
        filled.add(name)
        return text(self, name, **view)

    monkeypatch.setattr(Templates, "text", noted)
    edit(project / "archatlas.toml", "Why it was done.", "How it came about.")
    after = rendered(project)
    tellers = {"compare/index.md.j2", "site/compare/index.md.j2", "site/index.md.j2"}
    assert {name for name in filled if name.endswith(".md.j2")} == tellers
    assert b"How it came about." in after["index.md"]
    assert b"How it came about." in after["compare/plain-vs-residual/index.md"]


def test_a_title_reaches_every_page_that_names_it(project: Path, prepared: Prepared) -> None:
    """The menu, the gallery and the comparison among them; the other model's files stay."""
    before = rendered(project)
    prepared.slugs.clear()
    edit(project / "archatlas.toml", 'title = "Plain"', 'title = "Simple"')
    after = rendered(project)
    found = changed(before, after)
    assert prepared.slugs == ["plain"]
    assert {"mkdocs", "index.md", "zh/index.md", "compare/plain-vs-residual/index.md"} <= found
    assert b"<strong>Simple</strong>" in after["index.md"]
    assert b"<strong>Plain</strong>" not in after["index.md"]
    assert "models/residual/record.json" not in found


def test_a_new_capture_makes_its_pages_anew(project: Path, prepared: Prepared) -> None:
    """A record that changed is another record."""
    before = rendered(project)
    prepared.slugs.clear()
    state = project / ".archatlas"
    record = light_record(Plain(), 3, 19, 19).model_copy(update={"slug": "plain"})
    store.finish(state, store.begin(state), record, "key", ())
    found = changed(before, rendered(project))
    assert prepared.slugs == ["plain"]
    assert {"models/plain/record.json", "compare/index.md", "data/models.json"} <= found
    assert not any(uri.startswith("models/residual/") for uri in found)


def test_a_template_makes_its_own_pages_anew(
    project: Path, templates: Path, prepared: Prepared
) -> None:
    """And prepares nothing: what it shows is remembered as well."""
    before = rendered(project)
    prepared.slugs.clear()
    with (templates / "model" / "index.md.j2").open("a") as template:
        template.write("\nA new line.\n")
    after = rendered(project)
    pages = {f"{home}models/{slug}/index.md" for home in ("", "zh/") for slug in SLUGS}
    assert changed(before, after) == pages
    assert all(b"A new line." in after[uri] for uri in pages)
    assert prepared.slugs == []


def test_a_partial_makes_every_page_anew_that_takes_it(project: Path, templates: Path) -> None:
    """Directly or through another."""
    before = rendered(project)
    edit(templates / "partials" / "silhouette.svg.j2", 'rx="1"', 'rx="2"')
    found = {uri for uri in changed(before, rendered(project)) if not uri.startswith("zh/")}
    assert "index.md" in found  # the home page takes cards, and those take silhouettes
    assert not any(uri.startswith("lineage/") for uri in found)


def test_a_translation_makes_its_pages_anew(project: Path, templates: Path) -> None:
    """The catalogues are read anew by the next process: here by hand."""
    before = rendered(project)
    words = templates / "locale" / "zh" / "LC_MESSAGES" / "archatlas.po"
    edit(words, 'msgid "Browse the models"\nmsgstr "', 'msgid "Browse the models"\nmsgstr "请')
    for module, name in NEW_PROCESS:
        getattr(sys.modules[f"generator.render.{module}"], name).cache_clear()
    found = changed(before, rendered(project))
    assert found == {"zh/index.md"}


def test_a_killed_run_is_finished_by_the_next(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it stopped: a model in the cache, the other one not."""
    before = rendered(project)
    shutil.rmtree(project / "site_src")
    shutil.rmtree(project / ".archatlas" / "rendered")

    def dies(spec, *others, **more):  # noqa: ANN001, ANN002, ANN003, ANN202 - as it is
        if spec.slug == "residual":
            raise KeyboardInterrupt
        return model_page(spec, *others, **more)

    with monkeypatch.context() as patch:
        patch.setattr(exhibit, "model_page", dies)
        with pytest.raises(KeyboardInterrupt):
            rendered(project)
    assert changed(before, rendered(project)) == set()


def test_rendering_loads_no_torch(project: Path) -> None:
    """Neither with an empty cache nor with a full one."""
    code = (
        "import sys; from generator.cli import main; main(['render', '--no-strict']);"
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], cwd=project, check=True, capture_output=True)
