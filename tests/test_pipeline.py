"""The order of the whole: capture what is missing, publish what there is, the same every time."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import collection, pipeline, store, toolchain
from generator.capture.request import Done, Limits, Request
from generator.capture.supervisor import Outcome
from generator.config import Project, load_project
from generator.errors import RequestError
from generator.lock import only_one
from generator.pipeline import Collected
from generator.records import Failure, ModelRecord, ModuleCall
from generator.zoo.catalog import select

ROOT = Path(__file__).parent.parent

SETTINGS = """
title = "Toys"
seed = 0
weights = "random"
images = ["one.png"]
models = []
comparisons = [["chain", "residual"]]
"""

CHAIN = '''
"""A chain."""
from torch import nn


class Chain(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1),
            nn.Flatten(), nn.Linear(4, 3),
        )
'''

RESIDUAL = '''
"""A shortcut."""
from torch import nn


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.body = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, pictures):
        maps = self.stem(pictures)
        return (self.body(maps).relu() + maps).mean((2, 3))
'''

# Notes every process that starts, and every import of torch in it.
SPY = """
import os, sys
def note(what):
    with open(os.environ["SPY_LOG"], "a") as log:
        log.write(f"{os.getpid()} {what}" + chr(10))
class Spy:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "torchvision", "onnx", "numpy"):
            note("imports " + name)
sys.meta_path.insert(0, Spy())
note("starts " + " ".join(sys.orig_argv[1:])[:300].replace(chr(10), " "))
"""


def write_project(folder: Path) -> Path:
    """Write a project of two toy nets, each in a file of its own."""
    folder.mkdir(parents=True)
    tables = [
        f'[[model]]\nslug = "{name}"\nfactory = "./{name}.py:{name.title()}"\n'
        f'title = "{name.title()}"\ninput_shape = [3, 32, 32]\nsummary = "A toy."\n'
        for name in ("chain", "residual")
    ]
    (folder / "archatlas.toml").write_text("\n".join([SETTINGS, *tables]))
    (folder / "chain.py").write_text(CHAIN)
    (folder / "residual.py").write_text(RESIDUAL)
    shutil.copy(ROOT / "templates" / "project" / "mkdocs.yml", folder)
    for name in ("one.png", "two.png"):
        picture(folder / name, colour=(200, 30, 40) if name == "one.png" else (10, 90, 20))
    return folder


def picture(path: Path, colour: tuple[int, int, int]) -> None:
    """Write a picture with an edge in it."""
    from PIL import Image  # noqa: PLC0415

    image = Image.new("RGB", (40, 40), colour)
    image.paste((0, 0, 0), (0, 0, 20, 40))
    image.save(path)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def published(project: Path) -> dict[str, dict[str, bytes]]:
    """Return everything that a build gives out, the records it was made from included."""
    return {
        place: snapshot(project / place) for place in ("site_src", "site", ".archatlas/captures")
    }


def opened(folder: Path) -> Project:
    """Read the settings as they are now."""
    return load_project(folder=folder)


class FakeCaptures:
    """Stands in for processes that run torch: notes what was asked, and has it done at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_dated = False
        self.is_cut_short = False
        self.is_broken = False
        self.failures: tuple[Failure, ...] = ()
        self.limits: Limits | None = None

    def __call__(
        self, requests: Sequence[Request], _jobs: int, limits: Limits, _on_step: object
    ) -> Iterator[Outcome]:
        """Answer as capture_all does."""
        self.limits = limits
        for request in requests:
            slug = request.spec.slug
            self.asked.append(slug)
            call = ModuleCall(path="", call=0, type="Net", is_leaf=True, macs=1)
            calls = () if self.is_broken else (call,)
            record = ModelRecord(
                slug=slug, input_shape=(3, 32, 32), calls=calls, failures=self.failures
            )
            sources = (request.root / f"{slug}.py",)
            state = {"is_dated": self.is_dated, "is_cut_short": self.is_cut_short}
            done = Done(record, sources, **state)
            yield Outcome(request, done, seconds=0.1)


@pytest.fixture
def captures(monkeypatch: pytest.MonkeyPatch) -> FakeCaptures:
    """Put fakes in the place of capturing processes."""
    fake = FakeCaptures()
    monkeypatch.setattr(collection, "capture_all", fake)
    return fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a project that nothing was captured in yet."""
    return write_project(tmp_path / "project")


def collect(folder: Path) -> Collected:
    """Capture what is missing, by the settings as they are now."""
    project = opened(folder)
    return pipeline.collect(project, select(project), 2, lambda *_: None, lambda *_: None)


def test_every_model_is_captured_once(folder: Path, captures: FakeCaptures) -> None:
    """The second time there is nothing left to do."""
    first, second = collect(folder), collect(folder)

    assert (first, second) == (Collected(2, 0), Collected(0, 2))
    assert captures.asked == ["chain", "residual"]


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (lambda f: edit(f / "chain.py", "Conv2d(3, 4", "Conv2d(3, 5"), ["chain"]),
        (lambda f: edit(f / "residual.py", "A shortcut", "Another"), ["residual"]),
        (lambda f: (f / "chain.py").touch(), []),
        (lambda f: edit(f / "archatlas.toml", 'title = "Chain"', 'title = "Kette"'), []),
        (lambda f: edit(f / "archatlas.toml", 'title = "Toys"', 'title = "Games"'), []),
        (lambda f: edit(f / "archatlas.toml", "A toy.", "Two words."), []),
        (lambda f: edit(f / "archatlas.toml", "seed = 0", "time_limit_s = 9"), []),
        (lambda f: edit(f / "archatlas.toml", "seed = 0", "memory_limit_mb = 9000"), []),
        (lambda f: edit(f / "archatlas.toml", "comparisons", "#"), []),
        (
            lambda f: edit(f / "archatlas.toml", "seed = 0", 'device = "auto"'),
            ["chain", "residual"],
        ),
        (lambda f: edit(f / "archatlas.toml", "seed = 0", 'languages = ["zh"]'), []),
        (lambda f: edit(f / "archatlas.toml", 'title = "Chain"', 'year = 1999\nfamily = "A"'), []),
        (lambda f: edit(f / "archatlas.toml", "models = []", 'models = ["lenet5"]'), ["lenet5"]),
        (lambda f: edit(f / "archatlas.toml", "seed = 0", "seed = 1"), ["chain", "residual"]),
        (
            lambda f: edit(f / "archatlas.toml", "seed = 0", "seed = 0\nfeatures.budget_mb = 2.0"),
            ["chain", "residual"],
        ),
        (lambda f: edit(f / "archatlas.toml", "random", "cached"), ["chain", "residual"]),
        (lambda f: edit(f / "archatlas.toml", "one.png", "two.png"), ["chain", "residual"]),
        (lambda f: picture(f / "one.png", (1, 2, 3)), ["chain", "residual"]),
        (
            lambda f: edit(f / "archatlas.toml", 'py:Chain"', 'py:Chain"\nkwargs = {width = 3}'),
            ["chain"],
        ),
    ],
    ids=[
        *("source", "docstring", "touched", "title", "site title", "summary", "time limit"),
        *(
            "memory limit",
            "comparisons",
            "device",
            "languages",
            "facts",
            "another model",
            "seed",
            "budget",
        ),
        *("weights", "other picture", "edited picture", "kwargs"),
    ],
)
def test_a_change_makes_those_models_due_that_it_concerns(
    folder: Path, captures: FakeCaptures, change: Callable[[Path], None], asked: list[str]
) -> None:
    """What only a page says is rendered anew; what a net sees or is gets captured anew."""
    collect(folder)
    captures.asked.clear()

    change(folder)
    collect(folder)

    assert captures.asked == asked


def test_other_versions_make_every_model_due(
    folder: Path, captures: FakeCaptures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new torch may give other numbers."""
    collect(folder)
    monkeypatch.setattr(toolchain, "version", lambda name: f"{name} of tomorrow")

    collect(folder)

    assert captures.asked == ["chain", "residual"] * 2


def test_a_failed_model_is_due_again(folder: Path, captures: FakeCaptures) -> None:
    """Perhaps the reason is gone."""
    captures.is_broken = True
    collect(folder)

    collect(folder)

    assert captures.asked == ["chain", "residual"] * 2


@pytest.mark.parametrize("reason", ["is_dated", "is_cut_short"])
def test_a_capture_that_is_not_the_last_word_is_shown_and_due_again(
    folder: Path, captures: FakeCaptures, reason: str
) -> None:
    """A model was edited meanwhile, or its process ended before it was done."""
    setattr(captures, reason, True)
    collect(folder)
    setattr(captures, reason, False)

    assert store.load(opened(folder).state, "chain").record.is_captured
    assert collect(folder) == Collected(2, 0)
    assert collect(folder) == Collected(0, 2)


@pytest.mark.parametrize(
    ("error", "is_due"),
    [
        ("MemoryLimit", True),
        ("OSError", True),
        ("ValueError", False),
    ],
)
def test_a_step_that_the_machine_failed_is_due_again(
    error: str, folder: Path, captures: FakeCaptures, *, is_due: bool
) -> None:
    """With a higher limit, or room on the disk, it may work; a net's own mistake stays one."""
    captures.failures = (Failure(kind="features", error=error, message="no"),)
    collect(folder)

    assert collect(folder) == (Collected(2, 0) if is_due else Collected(0, 2))
    assert store.load(opened(folder).state, "chain").record.is_captured


def test_limits_are_those_of_the_settings(folder: Path, captures: FakeCaptures) -> None:
    """Without a word about memory it is most of what the machine has."""
    collect(folder)
    assert captures.limits is not None
    usual = captures.limits.memory_bytes
    edit(folder / "archatlas.toml", "seed = 0", "seed = 1\nmemory_limit_mb = 1500")

    collect(folder)

    assert captures.limits == Limits(600, 1_500_000_000)
    assert usual is not None
    assert 0 < usual < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_missing_pictures_are_told_before_anything_runs(
    folder: Path, captures: FakeCaptures
) -> None:
    """The message names the file and the setting."""
    (folder / "one.png").unlink()

    with pytest.raises(RequestError, match=r"one\.png: no such picture; correct 'images'"):
        collect(folder)

    assert captures.asked == []


def test_missing_templates_are_told_before_anything_runs(tmp_path: Path) -> None:
    """Like pictures: an hour of captures is no time to learn of them."""
    (tmp_path / "archatlas.toml").write_text('models = ["lenet5"]\ntemplates = "none"')

    with pytest.raises(RequestError, match=r"'templates': .*none: no such folder"):
        pipeline.chosen(load_project(folder=tmp_path), None)


@pytest.mark.parametrize("name", [".", "..", "site_src", "site_src/models", ".archatlas/site", "/"])
def test_a_site_goes_nowhere_over_what_it_is_made_from(name: str, tmp_path: Path) -> None:
    """Its files and those of the project would be taken for each other."""
    (tmp_path / "archatlas.toml").write_text("")
    project = load_project(folder=tmp_path)

    with pytest.raises(RequestError, match="name a folder of its own with --out"):
        pipeline.site_folder(project, tmp_path / name)
    assert pipeline.site_folder(project, None) == tmp_path / "site"
    assert pipeline.site_folder(project, tmp_path.parent / "out") == tmp_path.parent / "out"


def test_rendering_before_any_capture_says_what_to_do(folder: Path) -> None:
    """A site of nothing but gaps is not a site."""
    project = opened(folder)

    with pytest.raises(RequestError, match="nothing is captured yet; run 'archatlas build'"):
        pipeline.render(project, select(project))

    assert not project.docs.exists()


@dataclass(frozen=True)
class Built:
    """A project after its first build, and what was noted of the processes."""

    folder: Path
    spied: str


def archatlas(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a project."""
    command = [sys.executable, "-m", "generator", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def spied_build(folder: Path, log: Path) -> tuple[subprocess.CompletedProcess[str], str]:
    """Build, and note processes and imports."""
    (log.parent / "spy").mkdir(exist_ok=True)
    (log.parent / "spy" / "sitecustomize.py").write_text(SPY)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(log.parent / "spy"), str(ROOT))),
        "SPY_LOG": str(log),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "generator", "build"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran, log.read_text()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a project once; tests leave it as they found it."""
    home = tmp_path_factory.mktemp("built")
    folder = write_project(home / "project")
    _, spied = spied_build(folder, home / "first.log")
    return Built(folder, spied)


@pytest.mark.slow
def test_a_second_build_writes_nothing_and_starts_nothing(built: Built, tmp_path: Path) -> None:
    """No torch, no fork server, no MkDocs; no file is touched, the state included."""
    files = [path for path in built.folder.rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files if path.name != "lock"}

    ran, spied = spied_build(built.folder, tmp_path / "second.log")

    after = {path: path.stat().st_mtime_ns for path in before}
    assert after == before
    assert "captured 0, reused 2" in ran.stderr
    assert "site: 0 files written" in ran.stderr
    assert "imports" not in spied
    assert re.findall(r"starts (.*)", spied) == ["-m generator build"]


@pytest.mark.slow
def test_the_coordinator_never_imports_torch(built: Built) -> None:
    """Even in a first build: the fork server does, and its children have it for nothing."""
    coordinator = re.findall(r"(\d+) starts -m generator build", built.spied)
    torch_users = re.findall(r"(\d+) imports torch\n", built.spied)

    assert len(coordinator) == 1
    assert torch_users
    assert coordinator[0] not in torch_users
    assert "forkserver" in built.spied
    assert "-m mkdocs build" in built.spied


@pytest.mark.slow
def test_rendering_again_writes_nothing(built: Built) -> None:
    """Same records, same bytes: live reload has no reason to fire."""
    project = opened(built.folder)

    rendered = pipeline.render(project, select(project))

    assert rendered.report.written == ()
    assert rendered.report.deleted == ()


@pytest.mark.slow
def test_a_model_without_a_capture_has_a_page_that_says_so(built: Built, tmp_path: Path) -> None:
    """The rest of the site is complete."""
    shutil.copytree(built.folder, tmp_path / "project")
    project = opened(tmp_path / "project")
    (project.state / "heads" / "chain.json").unlink()

    pipeline.render(project, select(project))

    page = (project.docs / "models" / "chain" / "index.md").read_text()
    assert "not captured yet" in page
    assert "archatlas build" in page
    other = project.docs / "models" / "residual" / "index.md"
    original = built.folder / "site_src" / "models" / "residual" / "index.md"
    assert other.read_bytes() == original.read_bytes()


@pytest.mark.slow
def test_what_somebody_broke_in_the_site_is_put_right(built: Built) -> None:
    """A page that was deleted and one that was changed come back; nothing else is written."""
    clean = published(built.folder)
    site = built.folder / "site"
    (site / "models" / "chain" / "index.html").unlink()
    (site / "index.html").write_text("changed")

    ran = archatlas(built.folder, "build")

    assert "site: 2 files written" in ran.stderr
    assert published(built.folder) == clean


@pytest.mark.slow
def test_two_folders_give_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Neither the place, nor the time, nor the number of jobs shows anywhere."""
    other = write_project(tmp_path / "somewhere" / "else entirely")

    ran = archatlas(other, "build", "--jobs", "1")

    assert ran.returncode == 0, ran.stderr
    assert published(other) == published(built.folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "delay_s"),
    [
        (": forward", 0.0),
        ("[1/2]", 0.0),
        ("pages:", 0.7),
    ],
)
def test_a_build_that_was_killed_is_completed_by_the_next(
    built: Built, tmp_path: Path, moment: str, delay_s: float
) -> None:
    """Whenever the power goes, building again gives what a clean build gives."""
    folder = write_project(tmp_path / "project")
    build = [sys.executable, "-m", "generator", "build"]
    with subprocess.Popen(build, cwd=folder, stderr=subprocess.PIPE, text=True) as killed:
        assert killed.stderr is not None
        assert any(moment in line for line in killed.stderr)
        time.sleep(delay_s)
        killed.kill()

    ran = archatlas(folder, "build")

    assert killed.returncode in {-9, 0}
    assert ran.returncode == 0, ran.stderr
    assert published(folder) == published(built.folder)
    assert not list((folder / ".archatlas" / "making").glob("*"))


@pytest.mark.slow
def test_a_second_build_at_once_waits_and_says_so(built: Built) -> None:
    """It goes on by itself as soon as the first is done."""
    build = [sys.executable, "-m", "generator", "build"]

    with only_one(opened(built.folder).state, lambda: pytest.fail("nobody else is here")):
        second = subprocess.Popen(build, cwd=built.folder, stderr=subprocess.PIPE, text=True)
        assert second.stderr is not None
        said = second.stderr.readline()
        assert second.poll() is None
    _, rest = second.communicate(timeout=60)

    assert said == "another archatlas works in this project; waiting for it\n"
    assert second.returncode == 0
    assert "captured 0" in rest
