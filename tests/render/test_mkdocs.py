"""From sources to HTML: MkDocs works aside, and only when there is something to do."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import RenderError
from generator.files import PublishReport
from generator.render import mkdocs as room
from generator.render.mkdocs import build_html

SETTINGS = """
INHERIT: .archatlas/mkdocs.yml
docs_dir: site_src
site_url: https://nets.example/
theme: {name: mkdocs, highlightjs: false}
plugins: []
validation: {links: {not_found: warn}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a project of two pages."""
    (tmp_path / "site_src" / "more").mkdir(parents=True)
    (tmp_path / "site_src" / "index.md").write_text("# Home\n")
    (tmp_path / "site_src" / "more" / "index.md").write_text("# More\n")
    (tmp_path / "mkdocs.yml").write_text(SETTINGS)
    (tmp_path / ".archatlas").mkdir()
    (tmp_path / ".archatlas" / "mkdocs.yml").write_text("site_name: Test\n")
    return tmp_path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Copy sources instead of running MkDocs, and note where each run wrote."""
    staged: list[Path] = []

    def copy(root: Path, staging: Path) -> None:
        staged.append(staging)
        for path in (root / "site_src").rglob("*.md"):
            target = staging / path.relative_to(root / "site_src").with_suffix(".html")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())

    monkeypatch.setattr(room, "_run_mkdocs", copy)
    return staged


def build(root: Path, out: str = "site") -> PublishReport:
    """Build the project's site."""
    return build_html(root, root / ".archatlas", root / out)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_first_build_writes_every_page(root: Path, runs: list[Path]) -> None:
    """What MkDocs made lies in the output folder afterwards, and no copy elsewhere."""
    report = build(root)

    assert report.written == ("index.html", "more/index.html", "robots.txt")
    assert (root / "site" / "more" / "index.html").read_text() == "# More\n"
    assert not runs[0].exists()


def test_the_second_build_does_not_even_start(root: Path, runs: list[Path]) -> None:
    """Neither sources, nor settings, nor the site changed."""
    build(root)

    report = build(root)

    assert report == PublishReport((), (), ())
    assert len(runs) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "site_src" / "index.md").write_text("# Start\n"),
        lambda root: (root / "site_src" / "new.md").write_text("# New\n"),
        lambda root: (root / "site_src" / "more" / "index.md").unlink(),
        lambda root: (root / "mkdocs.yml").write_text(SETTINGS + "strict: true\n"),
        lambda root: (root / ".archatlas" / "mkdocs.yml").write_text("site_name: Other\n"),
        lambda root: (root / "site" / "index.html").write_text("edited"),
        lambda root: (root / "site" / "more" / "index.html").unlink(),
    ],
    ids=["page", "new page", "page gone", "settings", "menu", "site edited", "site incomplete"],
)
def test_any_change_starts_it_again(
    root: Path, runs: list[Path], change: Callable[[Path], object]
) -> None:
    """Then the site is as if it had been built for the first time."""
    build(root)
    change(root)

    build(root)

    build(root, out="fresh")
    assert len(runs) == 3
    assert snapshot(root / "site") == snapshot(root / "fresh")


def test_only_what_changed_is_written(root: Path, runs: list[Path]) -> None:
    """A page that is gone is deleted, others keep their times."""
    build(root)
    (root / "site_src" / "new.md").write_text("# New\n")
    (root / "site_src" / "more" / "index.md").unlink()

    report = build(root)

    assert len(runs) == 2
    assert (report.written, report.deleted) == (("new.html",), ("more/index.html",))


@pytest.mark.usefixtures("runs")
def test_files_of_the_users_own_stay_in_the_site(root: Path) -> None:
    """A CNAME beside the pages is none of our business."""
    build(root)
    (root / "site" / "CNAME").write_text("nets.example")
    (root / "site_src" / "index.md").write_text("# Start\n")

    build(root)

    assert (root / "site" / "CNAME").read_text() == "nets.example"


def test_each_output_folder_is_remembered_for_itself(root: Path, runs: list[Path]) -> None:
    """Building elsewhere does not make the first site look out of date."""
    build(root)
    build(root, out="elsewhere")

    build(root)
    build(root, out="elsewhere")

    assert len(runs) == 2


def test_no_two_runs_share_a_folder(root: Path, runs: list[Path]) -> None:
    """The MkDocs of a killed build may still be writing into its own."""
    leftover = root / ".archatlas" / "staging" / "killed"
    leftover.mkdir(parents=True)
    (leftover / "stale.html").write_text("stale")
    build(root)
    (root / "site_src" / "index.md").write_text("# Start\n")

    build(root)

    assert len(set(runs)) == 2
    assert "stale.html" not in snapshot(root / "site")
    assert not leftover.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"0" * 64])
def test_a_damaged_stamp_means_building_again(root: Path, runs: list[Path], content: bytes) -> None:
    """What cannot be trusted is made anew, without a word."""
    build(root)
    (stamp,) = (root / ".archatlas" / "built").iterdir()
    stamp.write_bytes(content)

    assert build(root) == PublishReport((), (), ())
    assert len(runs) == 2


def test_a_variable_that_settings_name_belongs_to_them(
    root: Path, runs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new address of the site is a new site; variables of others are nobody's business."""
    settings = SETTINGS.replace("https://nets.example/", '!ENV [SITE_URL, ""]')
    (root / "mkdocs.yml").write_text(settings)
    for value, other in (("", "1"), ("", "2"), ("https://a.example/", "2")):
        monkeypatch.setenv("SITE_URL", value)
        monkeypatch.setenv("UNRELATED", other)
        build(root)
    assert len(runs) == 2


def test_what_mkdocs_refuses_leaves_the_old_site(root: Path) -> None:
    """Its own words are in the message; the next build tries again."""
    build(root)
    before = snapshot(root / "site")
    (root / "site_src" / "index.md").write_text("# Home\n\n[lost](missing.md)\n")

    for _ in range(2):
        with pytest.raises(RenderError, match=r"(?s)could not build the site.*missing\.md"):
            build(root)

    assert snapshot(root / "site") == before
    assert not list((root / ".archatlas" / "staging").glob("*"))


def test_the_same_sources_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    """No clock gets into the site, the sitemap included."""
    build(root)
    build(root, out="again")

    assert snapshot(root / "site") == snapshot(root / "again")
    assert b"2000-01-01" in (tmp_path / "site" / "sitemap.xml").read_bytes()


def test_mkdocs_runs_in_the_project_without_a_shell(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project in a folder of any name is built from within."""
    seen: dict[str, object] = {}

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        seen.update(options, command=command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(room.subprocess, "run", run)

    build(root)

    assert seen["cwd"] == root
    assert "shell" not in seen
    assert "--strict" in str(seen["command"])
