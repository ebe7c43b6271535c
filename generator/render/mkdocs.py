"""Decides how sources become HTML: MkDocs builds aside, then the site is brought up to date."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from generator.errors import RenderError
from generator.files import MANIFEST_NAME, Content, PublishReport, publish, write_if_changed
from generator.render.environment import templates_folder
from generator.render.robots import add_robots
from generator.render.search_index import trim_search_index
from generator.stamps import looks_below

_FIXED_DATE = "946684800"
"""2000-01-01: MkDocs stamps the sitemap, and the same inputs must give the same bytes."""
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9_]+\b")
"""What may stand after !ENV; a word too many does no harm."""


def build_html(root: Path, state: Path, out: Path) -> PublishReport:
    """Build the site into a folder of its own, then copy what changed to `out`.

    A site that fails to build leaves `out` as it was. Where neither sources nor site changed since
    the last build, MkDocs is not even started.

    Raises:
        RenderError: MkDocs refused the sources; its words are in the message.
    """
    stamp_path = state / "built" / hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:16]
    stamp = _stamp(root, state, out)
    if stamp_path.is_file() and stamp_path.read_bytes() == stamp.encode():
        return PublishReport((), (), ())
    shutil.rmtree(state / "staging", ignore_errors=True)
    # A folder never used before: the MkDocs of a build that was killed may still be writing.
    staging = state / "staging" / uuid4().hex
    try:
        _run_mkdocs(root, staging)
        trim_search_index(staging)
        add_robots(staging)
        files: dict[str, Content] = {
            path.relative_to(staging).as_posix(): path for path in _files(staging)
        }
        report = publish(files, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    write_if_changed(stamp_path, _stamp(root, state, out).encode())
    return report


def standard_mkdocs() -> bytes:
    """Return the settings of MkDocs that a project starts with."""
    return (templates_folder() / "project" / "mkdocs.yml").read_bytes()


def _run_mkdocs(root: Path, staging: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(staging)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _FIXED_DATE, "NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        said = [line for line in ran.stderr.splitlines() if "INFO" not in line]
        # Where it crashed, the last line says why; those before tell of its code.
        shown = said[-1:] if any(line.startswith("Traceback") for line in said) else said[-20:]
        raise RenderError("MkDocs could not build the site:\n" + "\n".join(shown))


def _stamp(root: Path, state: Path, out: Path) -> str:
    """Digest the settings, and how sources and the finished site look now, by size and time."""
    digest = hashlib.sha256()
    for name in ("mkdocs", "mkdocs-material", "jieba"):
        digest.update(f"{name} {version(name)}\n".encode())
    for path in (root / "mkdocs.yml", state / "mkdocs.yml"):
        digest.update(path.read_bytes() if path.is_file() else b"absent")
    for name in _variables(root / "mkdocs.yml"):
        digest.update(f"{name}={os.environ.get(name)}\n".encode())
    for folder in (state / "theme", root / "site_src", out):
        digest.update(looks_below(folder).encode())
    return digest.hexdigest()


def _variables(settings: Path) -> list[str]:
    """Return the variables of the environment that settings may take values from."""
    return _VARIABLE.findall(settings.read_text(encoding="utf-8")) if settings.is_file() else []


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST_NAME)
