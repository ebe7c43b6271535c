"""The guide's worked example, executed: every block of code on the page, in its order."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from generator.config import Project, Settings
from generator.zoo.catalog import select

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "site_src/guide/own-models.md"
CHINESE = ROOT / "site_src/zh/guide/own-models.md"

_BLOCK = re.compile(
    r"(?P<before>[^\n]*)\n\n```(?P<language>\w+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
_NAMED = re.compile(r"`(?P<file>[\w./-]+)`[^`]*[:：]$")
_END = "END_OF_A_BLOCK"


@dataclass(frozen=True)
class Block:
    """Code on a page; it becomes a file if the line before it ends with the file's name."""

    language: str
    code: str
    file: str | None


@dataclass(frozen=True)
class Ran:
    """What came of following the page."""

    project: Path
    printed: str


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    return [
        Block(
            found["language"],
            found["code"],
            named["file"] if (named := _NAMED.search(found["before"])) else None,
        )
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


def script(blocks: list[Block]) -> str:
    """Return what a reader would type who follows the page to the letter."""
    lines = []
    for number, block in enumerate(blocks):
        if block.file:
            lines.append(f"mkdir -p $(dirname {block.file})")
            lines.append(f"cat > {block.file} <<'{_END}'\n{block.code}{_END}")
        elif block.language == "python":
            lines.append(f"cat > step{number}.py <<'{_END}'\n{block.code}{_END}")
            lines.append(f"python step{number}.py")
        elif block.language == "sh":
            lines.append(block.code)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Follow the page once, in an empty folder."""
    folder = tmp_path_factory.mktemp("guide")
    who = {"AUTHOR_NAME": "A", "AUTHOR_EMAIL": "a@b.c", "COMMITTER_NAME": "A"}
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{f"GIT_{name}": value for name, value in who.items()},
        "GIT_COMMITTER_EMAIL": "a@b.c",
    }
    command = ["bash", "-eu", "-c", script(blocks_of(GUIDE))]
    followed = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert followed.returncode == 0, followed.stdout + followed.stderr
    return Ran(folder / "my-report", followed.stdout)


@pytest.mark.slow
def test_every_model_gets_its_page(ran: Ran) -> None:
    """Arguments, two inputs, and the comparison of two versions."""
    site = ran.project / "site"
    for page in ("models/tinynet", "models/measured", "compare/tinynet-vs-tinynet_wide"):
        assert (site / page / "index.html").is_file()
    assert "From TinyNet to TinyNet, wide" in ran.printed


@pytest.mark.slow
def test_the_check_fails_for_a_wider_net_and_says_why(ran: Ran) -> None:
    """The comment names the limit and the change."""
    comment = (ran.project / "comment.md").read_text(encoding="utf-8")
    assert "a limit was passed" in ran.printed
    assert "passes the limit +2%" in comment
    assert "width 16 → 20" in comment


@pytest.mark.slow
def test_python_says_the_same(ran: Ran) -> None:
    """Captured models, their comparison, and a project that is built."""
    assert "<Captured Narrow: " in ran.printed
    assert "### From Narrow to Wide" in ran.printed
    assert f"{ran.project / 'site/index.html'} ()" in ran.printed
    assert "From TinyNet to Measured" in ran.printed


def test_names_of_others_mean_something() -> None:
    """What the page only shows is read as settings, and every name in it is known."""
    shown = [block for block in blocks_of(GUIDE) if block.language == "toml" and not block.file]
    assert shown
    for block in shown:
        settings = Settings.model_validate(tomllib.loads(block.code))
        project = Project(root=ROOT, config_name="archatlas.toml", settings=settings)
        assert len(select(project)) == len(settings.models or ()) + len(settings.model)


def test_the_workflow_runs_the_script_that_was_tried() -> None:
    """With pinned actions, and no more rights than reading."""
    (text,) = [block.code for block in blocks_of(GUIDE) if block.language == "yaml"]
    workflow = yaml.safe_load(text)
    (job,) = workflow["jobs"].values()
    started = (ROOT / "templates/project/dot_github/workflows/pages.yml").read_text(
        encoding="utf-8"
    )
    used = [line.strip() for line in text.splitlines() if "uses:" in line]
    assert workflow["permissions"] == {"contents": "read"}
    assert all(line in started for line in used)
    assert "sh check.sh" in job["steps"][-1]["run"]


def test_both_languages_show_the_same_code() -> None:
    """Block by block, in files of the same names."""
    assert blocks_of(CHINESE) == blocks_of(GUIDE)
    headings = [
        len(re.findall(r"^## ", p.read_text("utf-8"), re.MULTILINE)) for p in (GUIDE, CHINESE)
    ]
    assert headings[0] == headings[1]
