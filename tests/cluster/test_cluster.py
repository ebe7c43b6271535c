"""A real scheduler and real workers capture models; one coordinator publishes what they did."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import archatlas, toy_project
from places import Cluster, cluster, kill, s3_server, sftp_server

from generator import store
from generator.capture.processes import family
from generator.cluster.bundle import bundle, unpack
from generator.cluster.errand import Receipt
from generator.cluster.scheduler import _receipt
from generator.cluster.task import differences
from generator.config import load_project
from generator.records import ModelSpec, Origin
from generator.zoo.catalog import select

pytestmark = pytest.mark.slow

LASTING = """
import time
from torch import nn

class Lasting(nn.Flatten):
    def __init__(self):
        super().__init__()
        time.sleep(40)
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run one scheduler for all tests."""
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


def project_with_store(folder: Path, *names: str) -> Path:
    """Write a project of toys whose captures are kept in a folder beside it as well."""
    settings = 'models = []\nweights = "random"\nstore = "../store"\n'
    return toy_project(folder / "project", *names, settings=settings)


def test_two_workers_capture_what_one_machine_publishes(scheduler: Cluster, tmp_path: Path) -> None:
    """Own nets travel along, failures are recorded, and a second machine fetches all of it."""
    project = project_with_store(tmp_path, "Plain", "Shared", "Raises")
    with scheduler.worker("one"), scheduler.worker("two"):
        ran = archatlas("capture", "--scheduler", scheduler.address, folder=project)
        again = archatlas("capture", "--scheduler", scheduler.address, folder=project)
    shutil.copytree(project, tmp_path / "laptop", ignore=shutil.ignore_patterns(".archatlas"))
    rendered = archatlas("render", "--no-strict", folder=tmp_path / "laptop")
    fetched = archatlas("capture", "--no-strict", folder=tmp_path / "laptop")

    assert ran.returncode == 1, ran.stderr
    assert "captured 3, reused 0" in ran.stderr
    assert "plain: features" in ran.stderr
    assert "raises: forward: ValueError" in ran.stderr
    assert "captured 1, reused 2" in again.stderr  # what failed is always tried again
    assert "fetched 3 from the store" in rendered.stderr
    assert (tmp_path / "laptop" / "site_src" / "models" / "plain" / "index.md").is_file()
    assert "captured 1, reused 2" in fetched.stderr


@contextmanager
def bucket(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run an S3 server; yield an address in it, and the environment that reaches it."""
    import boto3  # noqa: PLC0415 - comes with the server

    with s3_server(folder) as url:
        secrets = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
        reached = {**secrets, "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "us-east-1"}
        known = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **known)
        client.create_bucket(Bucket="bucket")
        yield "s3://bucket/captures", reached


@contextmanager
def remote_folder(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Run an SFTP server; yield the address of a folder, and the environment that reaches it."""
    with sftp_server(folder) as (address, _):
        yield address, {"FSSPEC_SFTP_KEY_FILENAME": str(folder / "user")}


@pytest.mark.parametrize("place", [remote_folder, bucket])
def test_workers_and_a_laptop_that_share_no_disk_meet_in_a_store(
    place: Callable[[Path], AbstractContextManager[tuple[str, dict[str, str]]]],
    scheduler: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sources go there and captures come back by SFTP or S3; a third machine publishes them."""
    (tmp_path / "server").mkdir()
    with place(tmp_path / "server") as (address, reached):
        for name, value in reached.items():
            monkeypatch.setenv(name, value)
        settings = f'models = []\nweights = "random"\nstore = "{address}"\n'
        project = toy_project(tmp_path / "project", "Plain", "Shared", settings=settings)
        ignored = shutil.ignore_patterns(".archatlas")
        with scheduler.worker("afar", **reached), scheduler.worker("farther", **reached):
            ran = archatlas("capture", "--scheduler", scheduler.address, folder=project)
        shutil.copytree(project, tmp_path / "laptop", ignore=ignored)
        rendered = archatlas("render", folder=tmp_path / "laptop")

    assert ran.returncode == 0, ran.stderr
    assert "captured 2, reused 0" in ran.stderr
    assert rendered.returncode == 0, rendered.stderr
    assert "fetched 2 from the store" in rendered.stderr
    for slug in ("plain", "shared"):
        there = store.address(project / ".archatlas", slug)
        assert store.address(tmp_path / "laptop" / ".archatlas", slug) == there
        assert (tmp_path / "laptop" / "site_src" / "models" / slug / "index.md").is_file()


def test_a_worker_with_other_code_is_refused_before_any_work(
    scheduler: Cluster, tmp_path: Path
) -> None:
    """By its address, with what differs and what to do: its captures would not be ours."""
    project = project_with_store(tmp_path, "Plain")
    other = shutil.copytree(Path(store.__file__).parent, tmp_path / "other" / "generator")
    with (other / "capture" / "session.py").open("a") as edited:
        edited.write("# edited")
    elsewhere = {"PYTHONPATH": str(tmp_path / "other"), "PYTHONSAFEPATH": "1"}
    with scheduler.worker("other", **elsewhere):
        ran = archatlas("capture", "--scheduler", scheduler.address, folder=project)

    assert ran.returncode == 2, ran.stderr
    assert "tcp://127.0.0.1:" in ran.stderr
    assert "another version of archatlas itself" in ran.stderr
    assert "install the same on every worker as here" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not store.known(project / ".archatlas")


def test_what_a_cluster_captures_is_what_is_captured_here(
    scheduler: Cluster, tmp_path: Path
) -> None:
    """The same capture, to the last byte, so that it has the same address."""
    project = project_with_store(tmp_path, "Plain")
    with scheduler.worker("same"):
        archatlas("capture", "--scheduler", scheduler.address, folder=project)
    there = store.address(project / ".archatlas", "plain")
    shutil.rmtree(project / ".archatlas")
    shutil.rmtree(tmp_path / "store")
    archatlas("capture", folder=project)
    assert there is not None
    assert store.address(project / ".archatlas", "plain") == there


def test_a_worker_that_says_much_is_not_kept_waiting(scheduler: Cluster, tmp_path: Path) -> None:
    """Megabytes of warnings: nobody reads them, and they stop nothing."""
    project = project_with_store(tmp_path, "Plain")
    with scheduler.worker("chatty", PYTHONVERBOSE="1"):
        ran = archatlas("capture", "--scheduler", scheduler.address, folder=project, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "captured 1, reused 0" in ran.stderr


def test_a_model_whose_workers_are_lost_becomes_a_recorded_failure(
    scheduler: Cluster, tmp_path: Path
) -> None:
    """It is tried once more; then the others go on without it."""
    project = project_with_store(tmp_path)
    (project / "nets.py").write_text(LASTING)
    with (project / "archatlas.toml").open("a") as settings:
        settings.write('[[model]]\nslug = "lasting"\nfactory = "./nets.py:Lasting"\n')
    command = [sys.executable, "-m", "generator", "capture", "--scheduler", scheduler.address]
    log = tmp_path / "log"
    with (
        scheduler.worker("first") as first,
        scheduler.worker("second") as second,
        scheduler.worker("third") as third,
        log.open("wb") as said,
        subprocess.Popen(command, cwd=project, stderr=said) as running,
    ):
        workers = (first, second, third)
        for number in (1, 2):
            _await(log, "lasting: build", number)
            kill(next(worker for worker in workers if _is_busy(worker)))
        assert running.wait(timeout=120) == 1
    assert "lasting: cluster: NotCaptured: its worker was lost" in log.read_text()


def test_ctrl_c_ends_at_once_and_keeps_what_is_done(scheduler: Cluster, tmp_path: Path) -> None:
    """What did not begin never will; exit code 130, no traceback."""
    project = project_with_store(tmp_path, "Plain")
    (project / "nets.py").write_text(LASTING)
    with (project / "archatlas.toml").open("a") as settings:
        settings.write('[[model]]\nslug = "lasting"\nfactory = "./nets.py:Lasting"\n')
    command = [sys.executable, "-m", "generator", "capture", "--scheduler", scheduler.address]
    log = tmp_path / "log"
    with (
        scheduler.worker("only"),
        log.open("wb") as said,
        subprocess.Popen(command, cwd=project, stderr=said) as running,
    ):
        _await(log, "lasting: build", 1)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 130
    assert "stopped; finished captures are kept" in log.read_text()
    assert "Traceback" not in log.read_text()
    assert store.load(project / ".archatlas", "plain").record.is_captured


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "no Dask scheduler answers"),
        ("nonsense", "is no address of a Dask scheduler"),
    ],
)
def test_a_scheduler_that_is_not_there_is_explained(
    tmp_path: Path, address: str, said: str
) -> None:
    """Exit code 2, and what to do."""
    project = project_with_store(tmp_path, "Plain")
    ran = archatlas("capture", "--scheduler", address, folder=project)
    assert ran.returncode == 2, ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_cluster_without_workers_is_explained(scheduler: Cluster, tmp_path: Path) -> None:
    """The message says how to start one."""
    project = project_with_store(tmp_path, "Plain")
    ran = archatlas("capture", "--scheduler", scheduler.address, folder=project)
    assert ran.returncode == 2
    assert f"dask worker {scheduler.address}" in ran.stderr


def test_without_a_store_nothing_can_come_back(tmp_path: Path) -> None:
    """The message names the setting."""
    project = toy_project(tmp_path / "project", "Plain", settings="models = []\n")
    ran = archatlas("capture", "--scheduler", "tcp://127.0.0.1:1", folder=project)
    assert ran.returncode == 2
    assert "'store'" in ran.stderr


def test_other_versions_on_a_worker_are_named() -> None:
    """Both versions stand there; nothing is said where there is nothing to say."""
    ours = {"versions": {"torch": "2.9", "onnx": "1"}, "code": "a", "device": ["cpu", None]}
    theirs = {**ours, "versions": {"torch": "2.8", "onnx": "1"}}
    assert differences(ours, theirs) == "torch 2.8 there, 2.9 here"
    assert differences(ours, {**ours, "code": "b"}) == "another version of archatlas itself"
    assert differences(ours, {**ours, "device": ["cpu", ["X"]]}).startswith("device")
    assert differences(ours, "needs torch") == "needs torch"
    assert differences(ours, dict(ours)) == ""


@pytest.mark.parametrize(
    ("message", "said"),
    [("gone\nand more", "OSError: gone"), (" \n", "OSError: "), ("", "OSError: ")],
)
def test_whatever_a_task_raises_is_a_receipt(message: str, said: str) -> None:
    """Its first line, if it has one: the coordinator goes on with the others."""
    future = SimpleNamespace(status="error", exception=lambda: OSError(message))

    assert _receipt(future, "net") == Receipt("net", 0.0, said)


def test_a_bundle_holds_sources_pictures_and_weights(tmp_path: Path) -> None:
    """Not what is installed or made in the project; the same files give the same bundle."""
    project = toy_project(tmp_path / "project", "Plain", settings='models = []\nimages=["a.png"]')
    for name in ("package/part.py", "a.png", "b.png", ".venv/x.py", "env/y.py", "site/z.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(name)
    (project / "env" / "pyvenv.cfg").write_text("")
    found = load_project(folder=project)
    packed = bundle(project, select(found), found.settings.images)
    unpack(packed, tmp_path / "there")

    names = {p.relative_to(tmp_path / "there").as_posix() for p in _files(tmp_path / "there")}
    assert names == {"toys.py", "package/part.py", "a.png"}
    assert packed == bundle(project, select(found), found.settings.images)


def test_published_models_need_no_sources(tmp_path: Path) -> None:
    """Nothing of a project is sent where only published models are captured."""
    (tmp_path / "secret.py").write_text("x = 1")
    spec = ModelSpec(
        slug="a", title="A", family="F", origin=Origin.TORCHVISION, factory="torchvision:alexnet"
    )
    unpack(bundle(tmp_path, [spec], []), tmp_path / "there")
    assert not _files(tmp_path / "there")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _await(log: Path, words: str, times: int) -> None:
    """Wait until something was said so often."""
    end = time.monotonic() + 120
    while log.read_text().count(words) < times:
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


def _is_busy(worker: subprocess.Popen[bytes]) -> bool:
    """Say whether a worker runs a node now."""
    commands = (Path(f"/proc/{pid}/cmdline") for pid in family(worker.pid))
    return any(b"generator.cluster.node" in path.read_bytes() for path in commands if path.exists())
