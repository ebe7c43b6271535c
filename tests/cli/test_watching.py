"""Serving looks at everything that pages are made from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generator import pipeline, store
from generator.cli import serve
from generator.config import load_project
from generator.dependencies import depends_on
from generator.records import ModelRecord, ModuleCall
from generator.render.environment import templates_folder
from generator.stories import stories
from generator.zoo import families

SETTINGS = """
models = []
images = ["one.png"]
templates = "mine"
[[model]]
slug = "net"
factory = "./nets.py:Net"
weights = "net.pt"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a project with a capture that turned out to depend on one file more."""
    from PIL import Image  # noqa: PLC0415

    (tmp_path / "archatlas.toml").write_text(SETTINGS)
    for name in ("nets.py", "pieces.py", "net.pt", "mine/page.md.j2", "site_src/guide/own.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    Image.new("RGB", (40, 40)).save(tmp_path / "one.png")
    call = ModuleCall(path="", call=0, type="Net", is_leaf=True, macs=1)
    record = ModelRecord(slug="net", input_shape=(3, 8, 8), calls=(call,))
    state = tmp_path / ".archatlas"
    found = depends_on(state, [tmp_path / "pieces.py"])
    store.finish(state, store.begin(state), record, "key", found)
    return tmp_path


def changed_by(root: Path, act: Callable[[Path], object]) -> set[str]:
    """Return which files of a project look different after something was done there."""
    project = load_project(folder=root)
    specs = pipeline.chosen(project, None)
    before = serve._looks(project, specs)
    act(root)
    after = serve._looks(project, specs)
    return {path.relative_to(root).as_posix() for path, _ in before.items() ^ after.items()}


@pytest.mark.parametrize(
    "name",
    [
        *("archatlas.toml", "one.png", "net.pt", "nets.py", "pieces.py"),
        *("mine/page.md.j2", "site_src/guide/own.md"),
    ],
)
@pytest.mark.parametrize("is_gone", [False, True])
def test_an_edit_is_noticed_wherever_it_is(name: str, root: Path, *, is_gone: bool) -> None:
    """Settings, pictures, weights, nets and what they import, templates, pages of one's own."""

    def act(folder: Path) -> None:
        path = folder / name
        if is_gone:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes() + b"\n")

    assert changed_by(root, act) == {name}


@pytest.mark.parametrize("name", ["mine/another.md.j2", "site_src/guide/another.md"])
def test_a_new_page_is_noticed(name: str, root: Path) -> None:
    """A template, or a page of the guide."""
    found = changed_by(root, lambda folder: (folder / name).write_text(""))

    assert name in found


@pytest.mark.parametrize("name", ["site/index.html", "site_src/models/net/index.md", "notes.txt"])
def test_what_pages_do_not_come_from_is_left_alone(name: str, root: Path) -> None:
    """What is written by us above all: or serving would never come to rest."""

    def act(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")

    assert changed_by(root, act) == set()


@pytest.mark.parametrize("folder", [templates_folder(), stories.FOLDER, families.FOLDER])
def test_whoever_works_on_archatlas_sees_that_too(folder: Path, root: Path) -> None:
    """Our own templates, stories and entries of the zoo."""
    project = load_project(folder=root)
    looks = serve._looks(project, pipeline.chosen(project, None))

    assert {path for path in folder.iterdir() if path.is_file()} <= looks.keys()
