"""Captures travel to a store and back: a shared folder, a real SFTP server, a real S3 server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import s3_server, sftp_server

from generator import store
from generator.dependencies import depends_on
from generator.errors import RequestError
from generator.records import Artifact, ModelRecord, ModuleCall
from generator.remote import Remote, connect, heads, is_shared, pull, push
from generator.stamps import digest_of

SLUG = "net"
KEY = "made so"
CALL = ModuleCall(path="", call=0, type="Net", is_leaf=False, macs=3)


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one SFTP server for all tests; the driver finds its key in the environment."""
    folder = tmp_path_factory.mktemp("sftp")
    with sftp_server(folder) as (address, _), pytest.MonkeyPatch.context() as patch:
        patch.setenv("FSSPEC_SFTP_KEY_FILENAME", str(folder / "user"))
        _reread_settings()
        yield address


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one S3 server with a bucket."""
    import boto3  # noqa: PLC0415 - comes with the server

    with s3_server(tmp_path_factory.mktemp("s3")) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield "s3://bucket/captures"


@pytest.fixture(params=["folder", "sftp", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a place in each kind of store that no other test uses."""
    if request.param == "folder":
        return str(tmp_path / "shared")
    return f"{request.getfixturevalue(request.param)}/{tmp_path.name}"


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """Return the state folder of a machine that has nothing yet."""
    return tmp_path / "laptop" / ".archatlas"


@pytest.fixture
def worker(tmp_path: Path) -> Path:
    """Return the state folder of a machine that has one capture."""
    state = tmp_path / "worker" / ".archatlas"
    keep(state, b"maps")
    return state


def keep(state: Path, content: bytes) -> None:
    """Keep a capture of one picture, two folders deep."""
    making = store.begin(state)
    picture = making / "features" / "deep" / "maps.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(content)
    artifact = Artifact(
        kind="features",
        file="features/deep/maps.webp",
        bytes=len(content),
        sha256=digest_of(picture),
    )
    record = ModelRecord(slug=SLUG, input_shape=(3,), calls=(CALL,), artifacts=(artifact,))
    source = state.parent / "nets.py"
    source.write_text("net = 1\n")
    elsewhere = state.parent.parent / f"weights of {state.parent.name}"
    store.finish(state, making, record, KEY, depends_on(state, [source, elsewhere]))


def test_a_capture_arrives_as_it_was_sent(address: str, worker: Path, laptop: Path) -> None:
    """Byte for byte, by any way, and it counts there."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    laptop.parent.mkdir()
    shutil.copy(worker.parent / "nets.py", laptop.parent)

    found = heads(there, [SLUG, "unknown"])

    assert found.keys() == {SLUG}
    assert pull(there, laptop, SLUG, found[SLUG])
    assert files_of(store.load(laptop, SLUG).folder) == files_of(store.load(worker, SLUG).folder)
    assert store.current(laptop, SLUG, KEY)
    assert is_shared(there, laptop, SLUG)


def test_what_lies_outside_the_project_says_nothing_elsewhere(address: str, worker: Path) -> None:
    """The weights that a worker has, or lacks, are no reason to capture on another machine."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    names = [one.name for one in heads(there, [SLUG])[SLUG].dependencies]
    assert names == ["project:nets.py"]


def test_an_upload_that_broke_off_is_a_miss(address: str, worker: Path, laptop: Path) -> None:
    """Without its record a capture is not there; the next upload completes it."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    head = heads(there, [SLUG])[SLUG]
    there.files.rm_file(there.path("captures", head.capture, "record.json"))

    assert not pull(there, laptop, SLUG, head)
    shutil.rmtree(worker / "shared")
    push(there, worker, SLUG)
    assert pull(there, laptop, SLUG, head)


@pytest.mark.parametrize("content", [b"", b"mops"], ids=["cut off", "changed"])
def test_a_damaged_file_is_a_miss_that_heals(
    address: str, worker: Path, laptop: Path, content: bytes
) -> None:
    """It never reaches a page, and whoever has the capture uploads it anew."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    head = heads(there, [SLUG])[SLUG]
    there.files.pipe_file(there.path("captures", head.capture, "features/deep/maps.webp"), content)

    assert not pull(there, laptop, SLUG, head)
    assert store.known(laptop) == set()
    shutil.rmtree(worker / "shared")
    push(there, worker, SLUG)
    assert pull(there, laptop, SLUG, head)


def test_a_head_that_is_half_written_is_none(address: str, worker: Path) -> None:
    """As is one of another program."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    there.files.pipe_file(there.path("heads", f"{SLUG}.json"), b'{"key": "made')
    assert heads(there, [SLUG]) == {}


def test_pushing_again_asks_nobody(address: str, worker: Path) -> None:
    """A build with nothing to do does not wait for a network."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    push(Remote(there.address, None, there.root), worker, SLUG)


def test_a_head_cannot_name_files_outside(tmp_path: Path, laptop: Path) -> None:
    """Whoever writes into the store writes nowhere else."""
    there = connect(str(tmp_path / "shared"), tmp_path)
    outside = Artifact(kind="features", file="../../../evil", bytes=1, sha256="0" * 64)
    record = ModelRecord(slug=SLUG, input_shape=(3,), calls=(CALL,), artifacts=(outside,))
    content = (record.model_dump_json(indent=1) + "\n").encode()
    digest = store.key_of({})
    there.files.makedirs(there.path("captures", digest))
    there.files.pipe_file(there.path("captures", digest, "record.json"), content)
    head = store.Head(key=KEY, capture=digest, dependencies=())
    assert not pull(there, laptop, SLUG, head)
    assert not pull(there, laptop, SLUG, head.model_copy(update={"capture": "../heads"}))


def test_the_newest_capture_wins(address: str, worker: Path, laptop: Path) -> None:
    """One that others made since replaces what came from the store before."""
    there = connect(address, worker.parent)
    push(there, worker, SLUG)
    pull(there, laptop, SLUG, heads(there, [SLUG])[SLUG])
    keep(worker, b"other maps")
    push(there, worker, SLUG)

    assert pull(there, laptop, SLUG, heads(there, [SLUG])[SLUG])
    picture = store.load(laptop, SLUG).folder / "features" / "deep" / "maps.webp"
    assert picture.read_bytes() == b"other maps"
    assert not pull(there, laptop, SLUG, heads(there, [SLUG])[SLUG])


def test_what_was_captured_here_only_is_not_shared(tmp_path: Path, worker: Path) -> None:
    """So that it is not replaced by what lies in the store."""
    there = connect(str(tmp_path / "shared"), tmp_path)
    assert not is_shared(there, worker, SLUG)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("s3://no-such-bucket/x", "there is no such place"),
        ("nonsense://x", "check the address"),
        ("sftp://127.0.0.1:1/x", "check the address"),
        ("abfs://container/x", "pip install 'archatlas"),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(
    s3: str, tmp_path: Path, named: str, said: str
) -> None:
    """In one line that names the address and what to do, without a traceback."""
    assert s3
    with pytest.raises(RequestError, match=said) as caught:
        connect(named, tmp_path)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_passwords_are_not_printed(tmp_path: Path) -> None:
    """Messages go into logs that anybody reads."""
    with pytest.raises(RequestError) as caught:
        connect("sftp://me:secret@127.0.0.1:1/x", tmp_path)
    assert "secret" not in str(caught.value)


def test_a_store_that_cannot_be_written_to_says_so(s3: str, worker: Path) -> None:
    """The bucket is gone between two requests: the capture here is kept."""
    import boto3  # noqa: PLC0415

    boto3.client("s3").create_bucket(Bucket="passing")
    there = connect("s3://passing/x", worker)
    boto3.client("s3").delete_bucket(Bucket="passing")
    assert s3
    with pytest.raises(RequestError, match="passing"):
        push(there, worker, SLUG)
    assert store.load(worker, SLUG)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _reread_settings() -> None:
    """Let fsspec read its environment again: it did so when it was imported."""
    from fsspec.config import conf, set_conf_env  # noqa: PLC0415

    set_conf_env(conf)
