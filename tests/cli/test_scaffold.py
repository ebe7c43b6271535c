"""A new project: complete, or not there at all."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from generator.cli import scaffold
from generator.config import load_project
from generator.errors import DiskError, RequestError
from generator.zoo.catalog import select

PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Return a fresh project."""
    scaffold.create(tmp_path / "fresh")
    return tmp_path / "fresh"


def test_a_project_has_everything_that_a_build_and_a_workflow_need(made: Path) -> None:
    """Settings, a net, what git ignores, what is installed, and what publishes it."""
    assert {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()} == {
        *("archatlas.toml", "mkdocs.yml", "nets.py", "requirements.txt", ".gitignore"),
        ".github/workflows/pages.yml",
    }
    project = load_project(folder=made)
    assert "tinynet" in {spec.slug for spec in select(project)}


def test_every_action_is_pinned_to_a_commit_and_says_its_release(made: Path) -> None:
    """A tag can be moved to other code; a commit cannot."""
    text = (made / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    used = [line.strip().removeprefix("- ") for line in text.splitlines() if "uses:" in line]
    assert len(used) == 5
    assert [line for line in used if not PINNED.match(line)] == []


def test_the_workflow_may_do_no_more_than_it_has_to(made: Path) -> None:
    """Only the job that publishes may write, and only what the main branch says is published."""
    text = (made / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in build
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert "default_branch" in publish["if"]
    assert {"run": "archatlas build"} in build["steps"]
    (upload,) = [s for s in build["steps"] if "upload-pages-artifact" in s.get("uses", "")]
    assert upload["with"]["path"] == "site"


def test_git_keeps_what_people_write_and_nothing_else(made: Path) -> None:
    """Pages of the guide in both languages are kept; pages that archatlas writes are not."""
    files = ("nets.py", "site_src/guide/a.md", "site_src/zh/guide/a.md")
    made_by_us = ("site_src/index.md", "site_src/zh/index.md", "site_src/models/x/index.md")
    git = shutil.which("git") or "git"
    for name in (*files, *made_by_us, ".archatlas/lock", "site/index.html"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).touch()
    subprocess.run([git, "init", "--quiet"], cwd=made, check=True)
    listed = [git, "ls-files", "--others", "--exclude-standard"]
    ran = subprocess.run(listed, cwd=made, check=True, capture_output=True, text=True)
    kept = set(ran.stdout.splitlines())
    assert kept >= set(files)
    assert kept.isdisjoint(made_by_us)
    assert not any(name.startswith((".archatlas", "site/")) for name in kept)


def test_a_fresh_repository_counts_as_empty(tmp_path: Path) -> None:
    """Most people begin with one."""
    (tmp_path / "repository/.git").mkdir(parents=True)
    scaffold.create(tmp_path / "repository")
    assert (tmp_path / "repository/archatlas.toml").is_file()


@pytest.mark.parametrize(
    ("name", "said"), [("full", "not empty (notes.txt is there)"), ("file", "file: is a file")]
)
def test_what_is_there_is_left_alone(tmp_path: Path, name: str, said: str) -> None:
    """The message names it and what next."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").touch()
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match=re.escape(said) + ".*name a new folder"):
        scaffold.create(tmp_path / name)
    assert {path.name for path in tmp_path.rglob("*")} == {"full", "notes.txt", "file"}


def test_below_a_file_there_is_no_folder(tmp_path: Path) -> None:
    """The file is what the message names."""
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match=re.escape(f"{tmp_path / 'file'}: is a file")):
        scaffold.create(tmp_path / "file/deep/er")


@pytest.mark.parametrize("is_there", [False, True])
def test_a_disk_that_refuses_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    """Neither files nor folders; an empty folder stays, and is empty."""
    folder = tmp_path / "fresh"
    if is_there:
        (folder / ".git").mkdir(parents=True)
    write = scaffold.write_if_changed

    def full(path: Path, content: bytes) -> bool:
        if path.name == "nets.py":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(scaffold, "write_if_changed", full)
    with pytest.raises(DiskError, match="No space left"):
        scaffold.create(folder)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == ({"fresh", "fresh/.git"} if is_there else set())


def test_what_was_installed_from_a_repository_is_so_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workflow installs the very commit; a folder of this machine it cannot."""
    origin = {"url": "https://example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}

    class Installed:
        def read_text(self, _name: str) -> str:
            return json.dumps(origin)

    monkeypatch.setattr(scaffold, "distribution", lambda _name: Installed())
    scaffold.create(tmp_path / "one")
    origin.pop("vcs_info")
    scaffold.create(tmp_path / "two")
    lines = [
        (tmp_path / name / "requirements.txt").read_text(encoding="utf-8").splitlines()[-1]
        for name in ("one", "two")
    ]
    assert lines == ["archatlas @ git+https://example.org/a.git@abc", "archatlas"]
