"""Decides how pages stay up to date while they are looked at."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator import store
from generator.cli import commands
from generator.cli.terminal import say
from generator.config import Project
from generator.errors import ArchatlasError
from generator.records import ModelSpec
from generator.render.environment import templates_folder
from generator.stories import stories
from generator.zoo import families

_LOOK_EVERY_S = 0.5
_SETTLES_IN_S = 0.2

Looks = dict[Path, tuple[int, int]]
"""Size and time of change of every file that is watched and there."""


def serve(options: argparse.Namespace) -> int:
    """Capture, render, and let MkDocs serve the pages; again after every change, until stopped."""
    project, specs = commands.prepared(options)
    looks = _looks(project, specs)
    commands.refresh(project, specs, options.jobs)
    address = f"{options.host}:{options.port}"
    with _mkdocs(project, address) as server:
        say(f"serving on http://{address}/ until Ctrl+C")
        try:
            while server.poll() is None:
                time.sleep(_LOOK_EVERY_S)
                now = _settled(project, specs, looks)
                if now != looks:
                    _say_changed(project, looks, now)
                    project, specs = _refreshed(options, project, specs)
                    # What changed while that was going on is a change of its own.
                    looks = _looks(project, specs) | now
        except KeyboardInterrupt:
            return 0
        return server.returncode


def _refreshed(
    options: argparse.Namespace, project: Project, specs: tuple[ModelSpec, ...]
) -> tuple[Project, tuple[ModelSpec, ...]]:
    """Bring the pages up to date; where that is impossible, say why and leave them as they are."""
    families.zoo_entries.cache_clear()
    stories.curated.cache_clear()
    try:
        project, specs = commands.prepared(options)
        commands.refresh(project, specs, options.jobs)
    except ArchatlasError as error:
        say(f"archatlas: {error}\nthe pages stay as they were")
    else:
        say("the pages are up to date")
    return project, specs


@contextmanager
def _mkdocs(project: Project, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let MkDocs serve while the block runs; it ends with us, and tidies up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = str(project.state / "mkdocs.yml")  # it is part of mkdocs.yml, but MkDocs forgets it
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address, "--watch", settings]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    with subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        command,
        cwd=project.root,
        env=environment,
        start_new_session=True,  # or Ctrl+C would reach it twice
    ) as server:
        try:
            yield server
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                server.kill()


def _settled(project: Project, specs: Sequence[ModelSpec], before: Looks) -> Looks:
    """Note how everything looks, once nobody is writing: half a file of settings says otherwise."""
    now = _looks(project, specs)
    while now != before:
        time.sleep(_SETTLES_IN_S)
        before, now = now, _looks(project, specs)
    return now


def _looks(project: Project, specs: Sequence[ModelSpec]) -> Looks:
    """Note how everything looks that pages are made from, but for what MkDocs watches itself."""
    found = {}
    for path in _watched(project, specs):
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_size, status.st_mtime_ns)
    return found


def _watched(project: Project, specs: Sequence[ModelSpec]) -> set[Path]:
    settings = project.settings
    files = {project.root / project.config_name}
    files |= {project.root / name for name in settings.images}
    files |= {project.root / spec.weights for spec in specs if spec.weights}
    sources = {spec.factory.rpartition(":")[0] for spec in specs}
    files |= {project.root / source for source in sources if source.endswith(".py")}
    for spec in specs:
        files.update(store.sources_of(project.state, spec.slug))
    own = [project.templates] if project.templates else []
    ours = (templates_folder(), stories.FOLDER, families.FOLDER, project.docs / "guide")
    for folder in (*own, *ours):
        files.update(folder.rglob("*"))
    return files


def _say_changed(project: Project, before: Looks, now: Looks) -> None:
    changed = sorted({path for path, _ in before.items() ^ now.items()})
    names = [os.path.relpath(path, project.root) for path in changed[:3]]
    more = f" and {len(changed) - len(names)} more" if len(changed) > len(names) else ""
    say(f"changed: {', '.join(names)}{more}")
