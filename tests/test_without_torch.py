"""The right half lives where torch does not: a real environment, from a real wheel."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import BuiltSite

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
LEFT = ("numpy", "onnx", "onnx-ir", "onnxscript", "scikit-image", "scikit-learn", "torch")


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install archatlas from its wheel, with the packages of the right half alone."""
    folder = tmp_path_factory.mktemp("light")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = [name for name in project["dependencies"] if not name.startswith(LEFT)]
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *packages], check=True)
    subprocess.run([*pip, "--no-deps", ROOT], check=True)
    return folder / "bin"


@pytest.mark.parametrize("package", ["torch", "torchvision", "torchinfo", "onnx", "numpy"])
def test_nothing_of_the_left_half_is_there(light: Path, package: str) -> None:
    """Otherwise the next test would show nothing."""
    tried = [light / "python", "-c", f"import {package}"]
    assert subprocess.run(tried, capture_output=True, check=False).returncode != 0


def test_rendering_elsewhere_gives_the_same_pages(light: Path, built_site: BuiltSite) -> None:
    """From stored captures, without torch, byte for byte: no file has to be written."""
    command = [light / "archatlas", "render", "--no-strict"]
    ran = subprocess.run(
        command, cwd=built_site.project, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "pages: 0 files written" in ran.stderr


def test_capturing_elsewhere_says_what_is_missing(light: Path, built_site: BuiltSite) -> None:
    """The message names the package and what still works."""
    ran = subprocess.run(
        [light / "archatlas", "build"],
        cwd=built_site.project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "capturing needs torch, which is not installed" in ran.stderr
    assert "archatlas render" in ran.stderr
