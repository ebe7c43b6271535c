"""How long pages take to be made again, after one thing changed, on a project with captures.

Run it by hand: `python tests/benchmarks/bench_render.py [--mkdocs] PROJECT [ROUNDS]`, where nothing
else works. Project and code are copied, and the copies edited; `--mkdocs` builds the site, too. It
exits with 1 where the fastest of the rounds takes more than is allowed. Wall times mean little on a
busy machine: processor times, beside them, say more there.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import generator

ROUNDS = 5
_CODE = Path(generator.__file__).parent.parent
_KEPT = ("captures", "heads", "timings", "verified")
"""What of a project's state is taken along: not what was rendered."""
_CURRENT = """
from generator import collection, pipeline, store
from generator.config import load_project
from generator.pictures import read_pictures
project = load_project()
own = read_pictures(project.root, project.settings.images)
tools = collection.toolchain(project.settings.device)
for spec in pipeline.chosen(project, None):
    key = collection._key(project, spec, own, tools)
    made = store.Head(key=key, capture=store.address(project.state, spec.slug), dependencies=())
    path = project.state / "heads" / f"{spec.slug}.json"
    path.write_text(made.model_dump_json(), encoding="utf-8")
"""
"""Declares captures to be of today, whatever code made them: none is made anew."""


@dataclass(frozen=True)
class Case:
    """Something that changes, and what follows from it."""

    what: str
    limit: float | None
    """Seconds that it may take; none: nobody waits for it."""
    change: Callable[[int], None]
    """Called before each round with its number."""
    command: str = "render"


@dataclass(frozen=True)
class Run:
    """What one round took, in seconds."""

    wall: float
    """By the clock."""
    work: float
    """Of all processors together."""


def main() -> int:
    """Print a line for every case."""
    with_mkdocs = "--mkdocs" in sys.argv
    source, *more = [word for word in sys.argv[1:] if not word.startswith("-")]
    rounds = int(more[0]) if more else ROUNDS
    is_late = False
    print("what changed                   wall s  processor s  allowed s")  # noqa: T201 - by hand
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        project = _copied(Path(source), home)
        for case in _cases(home, with_mkdocs=with_mkdocs):
            runs = [_round(case, number, project) for number in range(rounds if case.limit else 1)]
            wall, work = min(run.wall for run in runs), min(run.work for run in runs)
            is_late |= wall > (case.limit or wall)
            allowed = f"{case.limit:9.1f}" if case.limit else ""
            print(f"{case.what:29} {wall:7.2f} {work:12.2f}  {allowed}", flush=True)  # noqa: T201
    return int(is_late)


def _cases(home: Path, *, with_mkdocs: bool) -> Iterator[Case]:
    """Return what is measured; the first fills the memory for the others."""
    facts, stories = (home / "code/generator" / name for name in ("zoo", "stories"))
    templates = home / "code/templates"
    yield Case("everything", None, _nothing)
    yield Case("nothing", 1.0, _nothing)
    yield Case("a model's story", 1.0, _told(facts / "resnet.toml", "[model.summary]\nen = "))
    yield Case(
        "a comparison's story", 1.0, _told(stories / "resnet.toml", "[[story.paragraphs]]\nen = ")
    )
    yield Case("the home page's template", 1.0, _grown(templates / "site/index.md.j2"))
    yield Case("the model pages' template", 3.0, _grown(templates / "model/index.md.j2"))
    numbers = templates / "partials/model_numbers.j2"
    yield Case("a partial of the model pages", 3.0, _grown(numbers))
    if with_mkdocs:
        yield Case("nothing, MkDocs for all", None, _nothing, "build")
        yield Case("nothing, a whole build", 2.0, _nothing, "build")
        yield Case("a partial, and MkDocs", None, _grown(numbers), "build")


def _copied(source: Path, home: Path) -> Path:
    """Copy code and project, whose captures count as made by this code."""
    project = home / "project"
    for name in ("generator", "templates"):
        shutil.copytree(_CODE / name, home / "code" / name)
    for name in _KEPT:
        if (source / ".archatlas" / name).is_dir():
            shutil.copytree(source / ".archatlas" / name, project / ".archatlas" / name)
    for name in ("archatlas.toml", "mkdocs.yml"):
        shutil.copyfile(source / name, project / name)
    for guide in ("site_src/guide", "site_src/zh/guide"):
        if (source / guide).is_dir():
            shutil.copytree(source / guide, project / guide)
    _ran([sys.executable, "-c", _CURRENT], project)
    return project


def _round(case: Case, number: int, project: Path) -> Run:
    case.change(number)
    return _ran([sys.executable, "-m", "generator", case.command, "--no-strict"], project)


def _ran(command: list[str], project: Path) -> Run:
    environment = {**os.environ, "PYTHONPATH": str(project.parent / "code")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=project, env=environment, check=True, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _nothing(_number: int) -> None:
    pass


def _told(path: Path, before: str) -> Callable[[int], None]:
    """Return what tells a story differently in every round: its first words change."""
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path}: no story there"
    begin, quote, rest = _parted(text, before)

    def change(number: int) -> None:
        path.write_text(f"{begin}{before}{quote}Round {number}. {rest}", encoding="utf-8")

    return change


def _parted(text: str, before: str) -> tuple[str, str, str]:
    begin, _, rest = text.partition(before)
    quote = '"""' if rest.startswith('"""') else '"'
    return begin, quote, rest.removeprefix(quote)


def _grown(path: Path) -> Callable[[int], None]:
    """Return what adds another line to a template in every round."""
    text = path.read_text(encoding="utf-8")

    def change(number: int) -> None:
        path.write_text(f"{text}\nRound {number}.\n", encoding="utf-8")

    return change


if __name__ == "__main__":
    sys.exit(main())
