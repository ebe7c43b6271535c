"""Decides what to examine when something does not work."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from generator.config import Project
from generator.diagram.svg import draw
from generator.errors import ArchatlasError
from generator.pictures import read_pictures, sample_digits, sample_photos
from generator.render.environment import templates_folder
from generator.render.formats import byte_count
from generator.render.netron import load_netron
from generator.zoo.catalog import select

_PACKAGES = ("torch", "torchvision", "torchinfo", "onnx", "onnxscript", "mkdocs", "mkdocs-material")


@dataclass(frozen=True)
class Finding:
    """One thing that was examined."""

    what: str
    says: str
    is_fine: bool


def examine(project: Project) -> tuple[Finding, ...]:
    """Examine packages, drawing, the viewer, pictures, settings and disk, without loading torch."""
    packages = [_package(name) for name in _PACKAGES]
    return (
        *packages,
        _tried("Graphviz", lambda: f"draws {len(draw('digraph {a -> b}', 'test', ''))} bytes"),
        _tried("Netron", _netron),
        _tried("pictures", lambda: _pictures(project)),
        _tried("models", lambda: f"{len(select(project))} chosen"),
        Finding("free disk", byte_count(shutil.disk_usage(project.root).free), is_fine=True),
        Finding("captures", str(_captures(project.state)), is_fine=True),
    )


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name), is_fine=True)
    except PackageNotFoundError:
        return Finding(name, "not installed", is_fine=False)


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what, attempt(), is_fine=True)
    except ArchatlasError as error:
        return Finding(what, str(error), is_fine=False)


def _netron() -> str:
    shim = (templates_folder() / "netron" / "archatlas.js").read_text(encoding="utf-8")
    app = load_netron(shim)
    return f"{app.version}, {len(app.files)} files can be hosted"


def _pictures(project: Project) -> str:
    own = read_pictures(project.root, project.settings.images)
    return f"{len(own)} of yours" if own else f"{len(sample_photos() + sample_digits())} samples"


def _captures(state: Path) -> str:
    return f"{len(list((state / 'heads').glob('*.json')))} models in {state.name}"
