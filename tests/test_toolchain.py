"""What beside a model has a say in its capture: every package, every line that captures."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator import toolchain
from generator.config import Device

PACKAGE = Path(toolchain.__file__).parent
PACKAGES = {
    *("torch", "torchvision", "torchinfo", "onnx", "onnx-ir", "onnxscript", "numpy", "pillow"),
    *("safetensors", "scikit-learn"),
}
NO_SAY = {
    "__init__.py",
    "capture/causes.py",  # whether it is tried again
    "config.py",  # what it lets through stands in the key
    "errors.py",
    "files.py",  # how bytes come to lie on disk
    "settings.py",
    "words.py",
}
"""What a capturing process loads of ours, and what still decides nothing about a record."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of our code, to be edited, that digests are taken of."""
    copied = shutil.copytree(PACKAGE, tmp_path / "generator")
    monkeypatch.setattr(toolchain, "__file__", str(copied / "toolchain.py"))
    return copied


def loaded_by_a_capture() -> set[str]:
    """Return the files of ours that a process loads which captures anything."""
    code = (
        "import sys, generator.capture.preload, generator.capture.session\n"
        "import generator.capture.timm_models, generator.capture.train\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'generator'),"
        " sep=chr(10))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {Path(line).relative_to(PACKAGE).as_posix() for line in ran.stdout.splitlines()}


def decides(package: Path, name: str) -> bool:
    """Say whether an edit of one file makes captures out of date."""
    path = package / name
    content = path.read_bytes()
    before = toolchain.toolchain(Device.CPU)
    path.write_bytes(content + b"\n# edited\n")
    after = toolchain.toolchain(Device.CPU)
    path.write_bytes(content)
    return before != after


def test_a_version_of_every_package_that_captures_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each alone: whichever is upgraded, its numbers or its words may be others."""
    usual = toolchain.versions()
    assert usual.keys() == PACKAGES | {"python"}

    for name in PACKAGES:
        known = {**usual, name: "of tomorrow"}
        monkeypatch.setattr(toolchain, "version", known.__getitem__)
        assert toolchain.toolchain(Device.CPU)["versions"] == known


@pytest.mark.slow
def test_every_line_of_ours_that_a_capture_loads_decides(package: Path) -> None:
    """But for what only fetches, stores, or says no."""
    loaded = loaded_by_a_capture()
    assert {"capture/session.py", "records/models.py", "pictures.py"} <= loaded

    assert {name for name in loaded if not decides(package, name)} == NO_SAY & loaded


@pytest.mark.parametrize(
    "name",
    [
        *(
            "pipeline.py",
            "cli/main.py",
            "render/site.py",
            "analysis/checks.py",
            "glossary/terms.py",
        ),
        *("capture/supervisor.py", "capture/latency/worker.py", "capture/export/delivery.py"),
    ],
)
def test_what_comes_before_and_after_a_capture_decides_nothing(name: str, package: Path) -> None:
    """Commands, pages, and what starts the processes may be edited without a new capture."""
    assert not decides(package, name)
