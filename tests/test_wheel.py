"""The wheel holds everything: a new environment, outside of the checkout, makes a report."""

import json
import os
import shutil
import site
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
INSIDE = (
    *("generator/templates/site/index.md.j2", "generator/templates/theme/main.html"),
    *("generator/templates/assets/archatlas.css.j2", "generator/templates/assets/logo.svg"),
    *("generator/templates/locale/zh/LC_MESSAGES/archatlas.po",),
    *("generator/templates/project/mkdocs.yml", "generator/templates/project/dot_gitignore"),
    *("generator/templates/project/dot_github/workflows/pages.yml",),
    *("generator/zoo/resnet.toml", "generator/stories/resnet.toml", "generator/glossary/cost.toml"),
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what git would carry, so that nothing else of this folder helps."""
    source = tmp_path_factory.mktemp("source") / "archatlas"
    for name in ("generator", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder)]
    subprocess.run([*pip, str(source)], check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """Install the wheel into a new environment, and return how its command is called.

    The packages it needs come from here, for PyTorch weighs gigabytes; the checkout does not.
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    (packages,) = folder.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    # A line of a .pth file is a path: unlike `import site`, it brings no .pth of that folder along,
    # such as the one that makes the checkout importable.
    others = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (packages / "others.pth").write_text("\n".join(others) + "\n", encoding="utf-8")
    return [str(folder / "bin/archatlas")]


def ran(command: Sequence[str], *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command somewhere else."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_templates_words_and_facts_are_inside(wheel: Path) -> None:
    """And neither tests nor what was generated."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set(INSIDE) - names == set()
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"generator"}


def test_the_code_that_runs_is_the_wheels(command: Sequence[str], tmp_path: Path) -> None:
    """Otherwise the tests below would show nothing."""
    python = str(Path(command[0]).parent / "python")
    asked = "import generator; print(generator.__file__)"
    said = ran([python, "-c", asked], folder=tmp_path).stdout
    assert Path(said.strip()).is_relative_to(Path(command[0]).parent.parent)


def test_models_are_listed_and_the_machine_examined(command: Sequence[str], tmp_path: Path) -> None:
    """Without any project."""
    listed = ran(command, "list", "--json", folder=tmp_path)
    assert "resnet50" in {row["slug"] for row in json.loads(listed.stdout)}
    examined = ran(command, "doctor", folder=tmp_path)
    assert "BAD" not in examined.stdout, examined.stdout


def test_a_new_project_becomes_a_site(command: Sequence[str], tmp_path: Path) -> None:
    """From nothing to pages with styles, viewer and both models."""
    assert ran(command, "init", "report", folder=tmp_path).returncode == 0
    project = tmp_path / "report"
    built = ran(command, "build", folder=project)
    assert built.returncode == 0, built.stderr
    site_folder = Path(built.stdout.strip())
    for uri in ("models/tinynet/index.html", "compare/tinynet-vs-resnet18/index.html"):
        assert (site_folder / uri).is_file()
    for uri in ("assets/archatlas.css", "assets/logo.svg", "netron/index.html", "404.html"):
        assert (site_folder / uri).is_file()
    again = ran(command, "render", folder=project)
    assert (again.returncode, "pages: 0 files written" in again.stderr) == (0, True)
