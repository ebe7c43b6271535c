"""Power cuts, full disks, locked folders, damaged stores: afterwards everything is as it should."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from conftest import archatlas, toy_project

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("ARCHATLAS_KILLS", "4"))
BUILD = [sys.executable, "-m", "generator", "build"]
TOYS = ("Plain", "Chain", "Gated")
PLACES = ("site_src", "site", ".archatlas/captures")


def project(folder: Path) -> Path:
    """Write a project of three toy nets that look at one small picture."""
    from PIL import Image  # noqa: PLC0415

    made = toy_project(folder, *TOYS, settings='models = []\nimages = ["one.png"]')
    image = Image.new("RGB", (40, 40), (200, 30, 40))
    image.paste((0, 0, 0), (0, 0, 20, 40))
    image.save(made / "one.png")
    return made


def published(folder: Path) -> dict[str, bytes]:
    """Return everything that a build gives out, the captures it was made from included."""
    files = (path for place in PLACES for path in (folder / place).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def differences(folder: Path, clean: dict[str, bytes]) -> list[str]:
    """Name the files that are not as in a clean build."""
    found = published(folder)
    return sorted(uri for uri in found.keys() | clean.keys() if found.get(uri) != clean.get(uri))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Build once, undisturbed; return the project, and the seconds it took."""
    folder = project(tmp_path_factory.mktemp("clean") / "project")
    began = time.monotonic()
    ran = archatlas("build", folder=folder)
    assert ran.returncode == 0, ran.stderr
    return folder, time.monotonic() - began


@pytest.fixture
def clean(built: tuple[Path, float]) -> dict[str, bytes]:
    """Return what an undisturbed build gives out."""
    return published(built[0])


@pytest.fixture
def copy(built: tuple[Path, float], tmp_path: Path) -> Path:
    """Return a built project to do harm to."""
    return shutil.copytree(built[0], tmp_path / "project")


def test_however_often_the_power_goes_the_next_build_completes_it(
    built: tuple[Path, float], clean: dict[str, bytes], tmp_path: Path
) -> None:
    """Killed at random moments, all of it or only the coordinator; then it equals a clean build."""
    folder = project(tmp_path / "project")
    chance = Random(KILLS)  # noqa: S311 - to be repeated, not kept secret
    for _ in range(KILLS):
        with subprocess.Popen(
            BUILD, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True
        ) as build:
            time.sleep(chance.uniform(0, built[1]))
            if chance.random() < 0.5:
                build.kill()
            elif build.poll() is None:
                os.killpg(build.pid, signal.SIGKILL)
        _make_something_due(folder, chance)

    ran = archatlas("build", folder=folder)

    assert ran.returncode == 0, ran.stderr
    assert differences(folder, clean) == []
    assert not list((folder / ".archatlas" / "making").glob("*"))
    assert not list((folder / ".archatlas" / "staging").glob("*"))


def _make_something_due(folder: Path, chance: Random) -> None:
    """See to it that the next build has something to capture, to render or to publish."""
    places = [".archatlas/heads", ".archatlas/heads", "site_src/models", "site"]
    files = sorted(p for p in (folder / chance.choice(places)).rglob("*") if p.is_file())
    if files and chance.random() < 0.8:
        chance.choice(files).unlink()


def test_two_builds_at_once_give_what_one_gives(clean: dict[str, bytes], tmp_path: Path) -> None:
    """Whoever is second waits; neither fails."""
    folder = project(tmp_path / "project")

    both = [subprocess.Popen(BUILD, cwd=folder, stderr=subprocess.PIPE) for _ in range(2)]
    said = [build.communicate()[1].decode() for build in both]

    assert [build.returncode for build in both] == [0, 0], said
    assert sum("another archatlas works in this project" in text for text in said) == 1
    assert sorted("captured 0, reused 3" in text for text in said) == [False, True]
    assert differences(folder, clean) == []


def flip(path: Path) -> None:
    """Change one byte, and neither size nor time."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def cut(path: Path) -> None:
    """Lose the second half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replace(path: Path) -> None:
    """Put something of somebody else's in its place."""
    path.write_bytes(b'{"schema_version": 0, "slug": "plain", "input_shape": [1, 2, 3]}')


@pytest.mark.parametrize("damage", [flip, cut, replace, Path.unlink])
def test_a_damaged_store_is_a_store_that_lacks_something(
    damage: Callable[[Path], None], copy: Path, clean: dict[str, bytes]
) -> None:
    """A picture, a graph, a record: rendering says so, building makes it anew."""
    for toy, wanted in zip(TOYS, ("*.webp", "model.onnx", "record.json"), strict=True):
        (head,) = (copy / ".archatlas" / "heads").glob(f"{toy.lower()}.json")
        address = head.read_text().partition('"capture":"')[2].partition('"')[0]
        damage(min((copy / ".archatlas" / "captures" / address).rglob(wanted)))

    rendered = archatlas("render", folder=copy)
    pages = [(copy / f"site_src/models/{toy.lower()}/index.md").read_text() for toy in TOYS]
    ran = archatlas("build", folder=copy)

    assert rendered.returncode == 1
    assert "Traceback" not in rendered.stderr
    assert all("its capture is damaged" in page for page in pages)
    assert "captured 3, reused 0" in ran.stderr
    assert ran.returncode == 0
    assert differences(copy, clean) == []


@pytest.mark.parametrize("damages", [(flip, cut, replace), (replace, Path.unlink, flip)])
def test_a_damaged_head_is_no_head(
    damages: Sequence[Callable[[Path], None]], copy: Path, clean: dict[str, bytes]
) -> None:
    """Which capture a model has is found out by capturing it."""
    for toy, damage in zip(TOYS, damages, strict=True):
        damage(copy / ".archatlas" / "heads" / f"{toy.lower()}.json")

    ran = archatlas("build", folder=copy)

    assert "captured 3, reused 0" in ran.stderr
    assert ran.returncode == 0
    assert differences(copy, clean) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 150 MB; without the right to, say loudly what stays untested."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=150m", "tmpfs", str(folder)):
        pytest.skip("NO RIGHT TO MOUNT: full disks and locked folders are not tested for real")
    yield folder
    subprocess.run([shutil.which("umount") or "", "--lazy", str(folder)], check=True)


def _mount(*arguments: str) -> bool:
    mount = shutil.which("mount")
    return mount is not None and not subprocess.run([mount, *arguments], check=False).returncode


@pytest.mark.parametrize("moment", [": forward", "[1/3]", "captured 3", "pages: "])
def test_a_disk_that_runs_full_is_told_and_nothing_is_torn(
    moment: str, small_disk: Path, clean: dict[str, bytes]
) -> None:
    """One message without a traceback; with room again, the next build equals a clean one."""
    folder = project(small_disk / "project")
    with subprocess.Popen(BUILD, cwd=folder, stderr=subprocess.PIPE, text=True) as build:
        assert build.stderr is not None
        said = ""
        for line in build.stderr:
            said += line
            if moment in line:
                break
        _fill(small_disk)
        said += build.stderr.read()

    assert build.returncode in {1, 2}
    assert "No space left on device" in said
    assert "Traceback" not in said
    (small_disk / "filler").unlink()
    again = archatlas("build", folder=folder)
    assert again.returncode == 0, again.stderr
    assert differences(folder, clean) == []


def _fill(disk: Path) -> None:
    """Leave no room at all."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filler.write(bytes(size))
            except OSError:  # it is full for pieces of this size
                continue


def test_a_locked_folder_is_told_before_any_work(small_disk: Path, copy: Path) -> None:
    """What only reads still works there."""
    shutil.copytree(copy, small_disk / "project")
    folder = small_disk / "project"
    assert _mount("-o", "remount,ro", str(small_disk))

    ran = {name: archatlas(name, folder=folder) for name in ("build", "render", "list", "check")}

    codes = [(name, it.returncode) for name, it in ran.items()]
    assert codes == [("build", 2), ("render", 2), ("list", 0), ("check", 0)]
    assert "cannot be written to" in ran["build"].stderr
    assert not [name for name, it in ran.items() if "Traceback" in it.stderr]


def test_a_locked_site_leaves_the_rest_alone(small_disk: Path, copy: Path) -> None:
    """The message names the folder and the option."""
    assert _mount("-o", "remount,ro", str(small_disk))

    ran = archatlas("build", "--out", str(small_disk / "site"), folder=copy)

    assert ran.returncode == 2
    assert "cannot be written to" in ran.stderr
    assert "--out" in ran.stderr
    assert "Traceback" not in ran.stderr
