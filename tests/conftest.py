"""Fixtures that more than one room's tests need."""

import http.server
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, sync_playwright

from generator import collection, store
from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy, load_project
from generator.records import ModelRecord, ModelSpec, Origin
from generator.toolchain import toolchain
from generator.zoo.families import zoo_entries

RecordOf = Callable[[str], ModelRecord]
"""Capture a toy net of tests/toys.py by its class name."""

# Chromium's own background traffic off, so that every request seen is the page's.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_configure() -> None:
    """Let Ctrl+C reach what tests start, though a shell's background jobs begin by ignoring it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _same_chance() -> None:
    """Begin each test with the same random numbers: weights by chance can silence a small net."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium once; without one, say loudly what stays untested."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("NO CHROMIUM on the PATH: nothing the browser runs is tested; install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def record_of(tmp_path_factory: pytest.TempPathFactory) -> RecordOf:
    """Return a function that captures a toy net, in this process, once per session."""

    @cache
    def captured(name: str) -> ModelRecord:
        folder = tmp_path_factory.mktemp(name)
        spec = ModelSpec(
            slug=name.lower(),
            title=name,
            family="Toys",
            year=2026,
            origin=Origin.USER,
            factory=f"toys:{name}",
            input_shape=(3, 17, 17),
            labels=(),
        )
        root = Path(__file__).parent
        request = Request(spec, (), WeightsPolicy.RANDOM, 0, root, folder)
        record, _ = capture(request, lambda _step: None)
        return record

    return captured


@pytest.fixture(scope="session")
def zoo_record_of(tmp_path_factory: pytest.TempPathFactory) -> RecordOf:
    """Return a function that captures a model of the zoo by its slug, once per session.

    Its weights are random, so that nothing is downloaded; use it in tests marked slow. What this
    checkout's own site was made from serves again, if it is current.
    """
    entries = {entry.slug: entry for entry in zoo_entries()}

    @cache
    def captured(slug: str) -> ModelRecord:
        known = _captured_for_the_site(entries[slug])
        if known is not None:
            return known
        folder = tmp_path_factory.mktemp(slug)
        request = Request(entries[slug], (), WeightsPolicy.RANDOM, 0, folder, folder)
        record, _ = capture(request, lambda _step: None)
        return record

    return captured


def _captured_for_the_site(spec: ModelSpec) -> ModelRecord | None:
    """Return what `make site` captured of a model with random weights; none where that is old."""
    project = load_project(folder=Path(__file__).parent.parent)
    tools = toolchain(project.settings.device)
    key = collection._key(project, spec, (), tools)
    if spec.training or not store.current(project.state, spec.slug, key):
        return None
    record = store.load(project.state, spec.slug).record
    made = record.provenance
    return record if made is not None and made.weights_are_random else None


@dataclass(frozen=True)
class BuiltSite:
    """A finished site of toy nets, one of which always raises."""

    project: Path
    folder: Path
    code: int
    printed: str
    said: str


_TOY_PROJECT = """
title = "Toys & games"
models = ["lenet_sigmoid"]
comparisons = [["residualnet", "plain"], ["plain", "branches", "lenet_sigmoid"]]
languages = ["en", "zh"]
"""


def archatlas(
    *arguments: str, folder: Path, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would, in a folder; what hangs fails."""
    command = [sys.executable, "-m", "generator", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=timeout
    )


def toy_project(folder: Path, *names: str, settings: str = "") -> Path:
    """Write a project of toy nets, each under its class name in lower case."""
    tables = [
        f'[[model]]\nslug = "{name.lower()}"\nfactory = "./toys.py:{name}"\n'
        f'title = "{name}"\nfamily = "Toys"\nyear = 2026\ninput_shape = [3, 32, 32]\n'
        f'summary = "{name} is a toy."\n'
        for name in names
    ]
    root = Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "archatlas.toml").write_text("\n".join([settings, *tables]), encoding="utf-8")
    (folder / "toys.py").write_bytes((root / "toys.py").read_bytes())
    (folder / "mkdocs.yml").write_bytes((root.parent / "mkdocs.yml").read_bytes())
    return folder


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Build one site of toy nets for every test that only looks at it."""
    project = toy_project(
        tmp_path_factory.mktemp("toys"),
        *("Plain", "ResidualNet", "Branches", "Deep", "Long", "Raises"),
        settings=_TOY_PROJECT,
    )
    ran = archatlas("build", folder=project)
    return BuiltSite(project, project / "site", ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture(scope="session")
def address(built_site: BuiltSite) -> Iterator[str]:
    """Serve the built site, and return its address."""
    with serving(built_site.folder) as url:
        yield url


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine while the block runs."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            return

    handler = partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
