"""Pages that follow what they are made from while somebody looks at them."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import toy_project

pytestmark = pytest.mark.slow

PATIENCE_S = 90
SETTINGS = """
title = "Before"
models = []
templates = "mine"
[[comparisons]]
models = ["plain", "chain"]
story = "It began plainly."
"""


@dataclass(frozen=True)
class Served:
    """A project that is being served."""

    project: Path
    address: str
    process: subprocess.Popen[bytes]
    said: Path

    def page(self, path: str) -> str:
        """Fetch a page; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        path = self.project / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve two toy nets, each in a file of its own."""
    project = toy_project(tmp_path_factory.mktemp("serve"), "Plain", "Chain", settings=SETTINGS)
    (project / "mine" / "site" / "about").mkdir(parents=True)
    (project / "mine" / "site" / "about" / "index.md.j2").write_text("# About\n\nOld news.\n")
    (project / "nets.py").write_bytes((project / "toys.py").read_bytes())
    config = project / "archatlas.toml"
    config.write_text(config.read_text().replace("./toys.py:Chain", "./nets.py:Chain"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "generator", "serve", "--port", str(port)]
    said = project.parent / f"{project.name}.log"
    with said.open("wb") as log, subprocess.Popen(command, cwd=project, stderr=log) as process:
        it = Served(project, f"http://127.0.0.1:{port}", process, said)
        try:
            until(lambda: "<h1" in it.page("models/chain/"), it)
            yield it
        finally:
            process.terminate()
            process.wait(timeout=20)


def until(is_so: Callable[[], bool], served: Served) -> None:
    """Ask again until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert served.process.poll() is None, served.said.read_text()
        assert time.monotonic() < deadline, served.said.read_text()
        time.sleep(0.3)


def test_an_edited_net_is_captured_again_and_its_page_follows(served: Served) -> None:
    """Only this net; the other one is reused."""
    assert "five_channels" not in served.page("models/chain/")
    before = served.said.stat().st_size

    served.edit("nets.py", "self.row", "self.five_channels")

    until(lambda: "five_channels" in served.page("models/chain/"), served)
    said = served.said.read_text()[before:]
    assert "changed: nets.py" in said
    assert "captured 1, reused 1" in said


def test_an_edited_title_is_on_every_page(served: Served) -> None:
    """Nothing is captured for it."""
    before = served.said.stat().st_size

    served.edit("archatlas.toml", '"Before"', '"After it"')

    until(lambda: "After it" in served.page("models/plain/"), served)
    assert "captured 0, reused 2" in served.said.read_text()[before:]


@pytest.mark.parametrize(
    ("file", "page", "old", "new"),
    [
        ("mine/site/about/index.md.j2", "about/", "Old news", "News of today"),
        ("archatlas.toml", "compare/plain-vs-chain/", "It began plainly", "In the beginning"),
        ("archatlas.toml", "models/plain/", "Plain is a toy", "Plain is no toy"),
    ],
    ids=["template", "story", "summary"],
)
def test_an_edited_text_is_on_its_page(
    file: str, page: str, old: str, new: str, served: Served
) -> None:
    """A template of one's own, a story, a summary: nothing is captured for it."""
    assert old in served.page(page)
    before = served.said.stat().st_size

    served.edit(file, old, new)

    until(lambda: new in served.page(page), served)
    until(lambda: "up to date" in served.said.read_text()[before:], served)
    said = served.said.read_text()[before:]
    assert f"changed: {file}" in said
    assert "captured 0, reused 2" in said


def test_broken_settings_are_reported_and_the_pages_stay(served: Served) -> None:
    """One message, no traceback; as soon as the settings are mended, pages follow them again."""
    config = served.project / "archatlas.toml"
    whole = config.read_text()
    before = served.said.stat().st_size

    config.write_text("title = [")

    until(lambda: "the pages stay as they were" in served.said.read_text()[before:], served)
    said = served.said.read_text()[before:]
    assert said.count("archatlas.toml: not valid TOML") == 1
    assert "Traceback" not in said
    assert "<h1" in served.page("models/plain/")

    config.write_text(whole.replace("After it", "Mended").replace("Before", "Mended"))

    until(lambda: "Mended" in served.page("models/plain/"), served)


def test_a_net_that_breaks_shows_why_until_it_is_mended(served: Served) -> None:
    """A mistake in a net's file is a failure on its page, and the next edit is noticed too."""
    source = served.project / "nets.py"
    whole = source.read_text()

    source.write_text(whole + "\nthis is no Python\n")
    until(lambda: "SyntaxError" in served.page("models/chain/"), served)
    assert "<h1" in served.page("models/plain/")

    source.write_text(whole)
    until(lambda: "SyntaxError" not in served.page("models/chain/"), served)


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl+C is how serving ends: exit code 0, no traceback, nobody on the port."""
    project = toy_project(tmp_path / "project", "Plain", settings="models = []")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "generator", "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as said, subprocess.Popen(command, cwd=project, stderr=said) as process:
        it = Served(project, f"http://127.0.0.1:{port}", process, log)
        until(lambda: "<h1" in it.page("models/plain/"), it)
        os.kill(process.pid, signal.SIGINT)

        assert process.wait(timeout=20) == 0
    assert "Traceback" not in log.read_text()
    assert it.page("") == ""
