"""Claims about writing files: whole, only when needed, and never over the user's own."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import DiskError
from generator.files import MANIFEST_NAME, Content, PublishReport, publish, write_if_changed

_OLD = {"a.txt": b"old", "same.txt": b"same", "gone/deep/b.txt": b"b", "turns": b"into a folder"}
_NEW = {"a.txt": b"new", "same.txt": b"same", "new/deep/c.txt": b"c", "turns/into/d.txt": b"d"}
_MORE = {f"more/{letter}.txt": b"more" for letter in "abcd"}
_USER = {"notes.txt": b"mine", "gone/notes.txt": b"mine too", "new/e.txt": b"my e"}


def _lay(folder: Path, files: Mapping[str, bytes]) -> Path:
    for uri, content in files.items():
        (folder / uri).parent.mkdir(parents=True, exist_ok=True)
        (folder / uri).write_bytes(content)
    return folder


def _tree(folder: Path) -> dict[str, bytes | str]:
    """Describe everything below the folder, empty folders and links included."""

    def describe(path: Path) -> bytes | str:
        if path.is_symlink():
            return f"link to {path.readlink()}"
        return "folder" if path.is_dir() else path.read_bytes()

    return {path.relative_to(folder).as_posix(): describe(path) for path in folder.rglob("*")}


def _listed(folder: Path) -> list[str]:
    uris: list[str] = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    return uris


def test_a_write_of_equal_bytes_touches_nothing(tmp_path: Path) -> None:
    """Equal bytes leave even the time stamp and the inode as they were."""
    path = tmp_path / "deep/a.txt"
    assert write_if_changed(path, b"one") is True
    before = path.stat()
    assert write_if_changed(path, b"one") is False
    assert path.stat() == before
    assert write_if_changed(path, b"two") is True
    assert _tree(path.parent) == {"a.txt": b"two"}


def test_a_written_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    """The user's umask decides who may read a file, as it does for one made in an editor."""
    (tmp_path / "plain.txt").touch()
    write_if_changed(tmp_path / "ours.txt", b"")
    assert (tmp_path / "ours.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode


def test_a_write_replaces_a_link_and_spares_its_target(tmp_path: Path) -> None:
    """A link planted where a file belongs does not lead the write astray."""
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"new")
    (tmp_path / "link.txt").symlink_to(outside)
    assert write_if_changed(tmp_path / "link.txt", b"new") is True
    assert _tree(tmp_path) == {"link.txt": b"new", "outside.txt": b"new"}


def test_publishing_writes_copies_and_lists(tmp_path: Path) -> None:
    """Bytes and source files end up alike, and the manifest names exactly them, sorted."""
    source = tmp_path / "source.onnx"
    source.write_bytes(b"onnx" * 1_000_000)
    files: dict[str, Content] = {"models/x/模型 1.onnx": source, "a.txt": b"a"}
    report = publish(files, tmp_path / "out")
    assert report == PublishReport(("a.txt", "models/x/模型 1.onnx"), (), ())
    assert _listed(tmp_path / "out") == ["a.txt", "models/x/模型 1.onnx"]
    assert (tmp_path / "out/models/x/模型 1.onnx").read_bytes() == source.read_bytes()


def test_a_second_run_touches_nothing(tmp_path: Path) -> None:
    """Publishing the same again writes 0 files: every time stamp and inode stays."""
    source = tmp_path / "source.onnx"
    source.write_bytes(b"onnx")
    out = tmp_path / "out"
    files: dict[str, Content] = {"b/model.onnx": source, "a.txt": b"a"}
    publish(files, out)
    before = {path: path.stat() for path in [out, *out.rglob("*")]}
    assert publish(dict(reversed(files.items())), out) == PublishReport((), (), ())
    after = {path: path.stat() for path in [out, *out.rglob("*")]}
    # Reading a file may move its access time; nothing else.
    assert {path: (stat.st_mtime_ns, stat.st_ino) for path, stat in after.items()} == {
        path: (stat.st_mtime_ns, stat.st_ino) for path, stat in before.items()
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"onnx", b"onnY"), (b"onnx", b"onnx, longer"), (b"onnx", b""), (b"", b"onnx")],
)
def test_a_changed_source_is_copied_again(tmp_path: Path, old: bytes, new: bytes) -> None:
    """A source that differs is noticed by its length or by its bytes."""
    source = tmp_path / "source.onnx"
    source.write_bytes(old)
    publish({"model.onnx": source}, tmp_path / "out")
    source.write_bytes(new)
    assert publish({"model.onnx": source}, tmp_path / "out").written == ("model.onnx",)
    assert (tmp_path / "out/model.onnx").read_bytes() == new


def test_what_is_no_longer_wanted_goes_and_the_users_own_stays(tmp_path: Path) -> None:
    """Old files go with the folders they leave empty; a file may even become a folder."""
    publish(_OLD, _lay(tmp_path, _USER))
    report = publish(_NEW, tmp_path)
    assert report.written == ("a.txt", "new/deep/c.txt", "turns/into/d.txt")
    assert report.deleted == ("gone/deep/b.txt", "turns")
    tree = _tree(tmp_path)
    assert {uri: tree[uri] for uri in (*_NEW, *_USER)} == _NEW | _USER
    assert "gone/deep" not in tree
    assert publish(_OLD, tmp_path).deleted == ("new/deep/c.txt", "turns/into/d.txt")


def test_the_users_own_file_is_kept_run_after_run(tmp_path: Path) -> None:
    """A file that was there first is not overwritten, not listed and never deleted."""
    _lay(tmp_path, {"a.txt": b"the user's"})
    files = {"a.txt": b"ours", "b.txt": b"b"}
    assert publish(files, tmp_path) == PublishReport(("b.txt",), (), ("a.txt",))
    assert publish(files, tmp_path) == PublishReport((), (), ("a.txt",))
    assert _listed(tmp_path) == ["b.txt"]
    publish({}, tmp_path)
    assert _tree(tmp_path) == {"a.txt": b"the user's", MANIFEST_NAME: b"[]\n"}


def test_a_file_with_the_wanted_bytes_is_adopted(tmp_path: Path) -> None:
    """Equal bytes are ours whoever wrote them, so a lost manifest heals by itself."""
    publish(_OLD, tmp_path)
    (tmp_path / MANIFEST_NAME).unlink()
    assert publish(_OLD, tmp_path) == PublishReport((), (), ())
    assert _listed(tmp_path) == sorted(_OLD)


@pytest.mark.parametrize(
    "damaged",
    [b"", b'[\n"a.txt",\n"sa', b"\xff\xfe", b"{}", b"null", b"[" * 100_000, b"[1, null]"],
    ids=["empty", "truncated", "not UTF-8", "object", "null", "nested", "no strings"],
)
def test_a_damaged_manifest_costs_nobody_a_file(tmp_path: Path, damaged: bytes) -> None:
    """Without a readable manifest nothing is deleted or overwritten, and what differs is named."""
    publish(_OLD, _lay(tmp_path, _USER))
    (tmp_path / MANIFEST_NAME).write_bytes(damaged)
    report = publish({**_OLD, "a.txt": b"new"}, tmp_path)
    assert report == PublishReport((), (), ("a.txt",))
    tree = _tree(tmp_path)
    assert {uri: tree[uri] for uri in (*_OLD, *_USER)} == _OLD | _USER


@pytest.mark.parametrize(
    "listed", ["../secret", "/{outside}/secret", "link/secret", "a/../../secret"]
)
def test_a_forged_manifest_deletes_nothing_outside(tmp_path: Path, listed: str) -> None:
    """What a manifest names is checked like any other uri before it is deleted."""
    _lay(tmp_path, {"secret": b"s", "out/a.txt": b"a"})
    (tmp_path / "out/link").symlink_to(tmp_path)
    uri = listed.format(outside=tmp_path)
    (tmp_path / "out" / MANIFEST_NAME).write_text(json.dumps([uri]), encoding="utf-8")
    assert publish({}, tmp_path / "out").deleted == ()
    assert (tmp_path / "secret").read_bytes() == b"s"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "a/",
        "./a",
        "a/./b",
        "a\\..\\x",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "a\ud800b",
        MANIFEST_NAME,
        MANIFEST_NAME.upper(),
        f"{MANIFEST_NAME}/x",
        "fine.txt/x",
        ".archatlas-0.partial",
    ],
)
def test_an_unsafe_uri_is_refused_before_anything_is_written(tmp_path: Path, uri: str) -> None:
    """One bad name stops the whole publication, and the message shows it."""
    with pytest.raises(ValueError, match="cannot be published") as caught:
        publish({"fine.txt": b"fine", uri: b"x"}, tmp_path / "out")
    assert repr(uri) in str(caught.value)
    assert _tree(tmp_path) == {}


_SEGMENT = st.one_of(
    st.sampled_from(["..", ".", "", "a", "link", "file", "~", "C:", "\0", MANIFEST_NAME, "%2e%2e"]),
    st.text(alphabet=st.characters(), max_size=4),  # surrogates included
)
_URI = st.one_of(
    st.text(alphabet=st.characters()),
    st.builds(str.join, st.sampled_from(["/", "\\", "//"]), st.lists(_SEGMENT, max_size=6)),
)


@settings(deadline=None)
@given(st.lists(_URI, min_size=1, max_size=3))
def test_no_uri_reaches_outside_the_folder(uris: list[str]) -> None:
    """Whatever the names, all that changes lies below the folder, and no link is followed."""
    with tempfile.TemporaryDirectory() as name:
        root = _lay(Path(name), {"outside/secret": b"s", "out/file": b"the user's"})
        (root / "out/link").symlink_to(root / "outside")
        published: PublishReport | None = None
        with suppress(ValueError, DiskError):
            published = publish(dict.fromkeys(uris, b"x"), root / "out")
        tree = _tree(root)
        within = {uri for uri in tree if uri.startswith("out/")}
        assert tree.keys() - within == {"out", "outside", "outside/secret"}
        assert tree["outside/secret"] == b"s"
        assert tree["out/file"] == b"the user's"
        if published is not None:
            assert {f"out/{uri}" for uri in published.written} <= within
            assert {*published.written, *published.kept} == set(uris)


@pytest.mark.parametrize("uri", ["a", "a/secret", "a/deep/secret"])
@pytest.mark.parametrize("target", ["outside", "outside/secret", "nowhere", "out/inside"])
@pytest.mark.parametrize("wanted", [True, False], ids=["wanted", "stale"])
def test_a_link_in_the_way_is_kept_though_we_once_wrote_there(
    tmp_path: Path,
    uri: str,
    target: str,
    *,
    wanted: bool,
) -> None:
    """A link below the folder is the user's: not followed, not replaced, not deleted."""
    out = tmp_path / "out"
    _lay(tmp_path, {"outside/secret": b"s", "outside/deep/secret": b"s", "out/inside/secret": b"s"})
    (out / "a").symlink_to(tmp_path / target)
    (out / MANIFEST_NAME).write_text(json.dumps([uri]), encoding="utf-8")
    before = _tree(tmp_path)
    report = publish({uri: b"x"} if wanted else {}, out)
    assert report == PublishReport((), (), (uri,) if wanted else ())
    assert _tree(tmp_path) == before | {f"out/{MANIFEST_NAME}": b"[]\n"}


@pytest.mark.parametrize(("theirs", "uri"), [("a", "a/b.txt"), ("a/b/c.txt", "a/b")])
def test_a_file_and_a_folder_in_each_others_place_are_kept(
    tmp_path: Path,
    theirs: str,
    uri: str,
) -> None:
    """A user's file where we need a folder stays, and the other way round."""
    _lay(tmp_path, {theirs: b"the user's"})
    assert publish({uri: b"x"}, tmp_path) == PublishReport((), (), (uri,))
    assert (tmp_path / theirs).read_bytes() == b"the user's"


def test_a_link_to_the_folder_itself_is_followed(tmp_path: Path) -> None:
    """Naming the folder by a link is the user's choice, not a trap."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    publish(_OLD, tmp_path / "out")
    (tmp_path / "real/.archatlas-0.partial").touch()
    publish(_NEW, tmp_path / "out")
    publish(_NEW, tmp_path / "clean")
    assert _tree(tmp_path / "real") == _tree(tmp_path / "clean")


def test_a_missing_source_stops_before_anything_changes(tmp_path: Path) -> None:
    """The message says which source is missing and where it was to go."""
    publish(_OLD, tmp_path / "out")
    before = _tree(tmp_path)
    with pytest.raises(DiskError, match=r"gone\.onnx: no file to publish as model\.onnx; "):
        publish({"a.txt": b"new", "model.onnx": tmp_path / "gone.onnx"}, tmp_path / "out")
    assert _tree(tmp_path) == before


def test_a_full_disk_is_explained_and_leaves_no_half_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message says what, where and what next; the old file is still whole."""

    def fill_the_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    source = tmp_path / "source"
    source.write_bytes(b"new")
    out = _lay(tmp_path / "out", {"b.txt": b"the user's"})
    publish({"a.txt": b"old"}, out)
    monkeypatch.setattr("generator.files.shutil.copyfileobj", fill_the_disk)
    with pytest.raises(DiskError, match=r"out/a\.txt: .*No space left.*; free some disk space"):
        publish({"a.txt": source}, out)
    assert _tree(out) == {
        "a.txt": b"old",
        "b.txt": b"the user's",
        MANIFEST_NAME: b'[\n"a.txt"\n]\n',
    }


def test_a_write_that_breaks_off_leaves_no_half_file(tmp_path: Path) -> None:
    """The kernel refuses the second half of the bytes; not even the first half stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DiskError, match=r"a\.txt: .*File too large.*run again"):
            write_if_changed(tmp_path / "a.txt", b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _tree(tmp_path) == {}


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    """A file where the output folder should go is an error with a next step, not a traceback."""
    (tmp_path / "out").touch()
    with pytest.raises(DiskError, match=r"out.*; check the disk and the folder, then run again"):
        publish({"a.txt": b"a"}, tmp_path / "out")


# The child kills itself at the n-th change it is about to make to the disk.
_KILLED_PUBLISH = """
import os, signal, sys
from pathlib import Path
from generator.files import publish

left = int(sys.argv[1])
folder = Path(sys.argv[2])

def count_down(event, arguments):
    global left
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
    if writes or event in {"os.mkdir", "os.rmdir", "os.rename", "os.remove"}:
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

files = eval(sys.argv[3])
sys.addaudithook(count_down)
publish(files, folder)
"""


def _publish_until_killed(files: Mapping[str, bytes], folder: Path, changes: int) -> int:
    arguments = [str(changes), str(folder), repr(files)]
    return subprocess.run(
        [sys.executable, "-c", _KILLED_PUBLISH, *arguments],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    ).returncode


@pytest.mark.parametrize("changes", range(26))
def test_a_killed_run_is_completed_by_the_next(tmp_path: Path, changes: int) -> None:
    """Killed before any change to the disk, then run again, equals a run that never was killed."""
    after, clean = (_lay(tmp_path / name, _USER) for name in ("after", "clean"))
    publish(_OLD, after)
    publish(_NEW, clean)
    assert _publish_until_killed(_NEW, after, changes) == -signal.SIGKILL
    publish(_NEW, after)
    assert _tree(after) == _tree(clean)


@pytest.mark.parametrize("changes", range(26))
def test_a_killed_run_can_be_taken_back(tmp_path: Path, changes: int) -> None:
    """Publishing the old files after a killed run leaves no trace of the new ones."""
    after, clean = (_lay(tmp_path / name, _USER) for name in ("after", "clean"))
    publish(_OLD, after)
    publish(_OLD, clean)
    assert _publish_until_killed(_NEW, after, changes) == -signal.SIGKILL
    publish(_OLD, after)
    assert _tree(after) == _tree(clean)


@pytest.mark.parametrize("changes", range(24))
def test_a_first_run_that_is_killed_claims_no_user_file(tmp_path: Path, changes: int) -> None:
    """A file the first run found in its way is still the user's after the kill."""
    user = {"a.txt": b"the user's", "new/deep/c.txt": b"the user's"}
    after, clean = (_lay(tmp_path / name, user) for name in ("after", "clean"))
    publish(_NEW | _MORE, clean)
    assert _publish_until_killed(_NEW | _MORE, after, changes) == -signal.SIGKILL
    assert publish(_NEW | _MORE, after).kept == ("a.txt", "new/deep/c.txt")
    assert _tree(after) == _tree(clean)


def test_what_was_noted_as_equal_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of copies are told by their looks, once a run has compared them."""
    source, out, notes = tmp_path / "made.onnx", tmp_path / "out", tmp_path / "notes"
    source.write_bytes(b"graph")
    publish({"model.onnx": source}, out, notes=notes)
    publish({"model.onnx": source}, out, notes=notes)
    monkeypatch.setattr("generator.files._is_equal", lambda path, _: path.name == MANIFEST_NAME)

    assert publish({"model.onnx": source}, out, notes=notes) == PublishReport((), (), ())


@pytest.mark.parametrize("touched", ["made.onnx", "out/model.onnx"])
@pytest.mark.parametrize("noted", [None, b"[]", b"{", b"\xff"])
def test_what_was_touched_since_it_was_noted_is_compared(
    tmp_path: Path, touched: str, noted: bytes | None
) -> None:
    """An edit of the same size, its time set back, is found, whatever the notes say."""
    source, out, notes = tmp_path / "made.onnx", tmp_path / "out", tmp_path / "notes"
    source.write_bytes(b"graph")
    publish({"model.onnx": source}, out, notes=notes)
    publish({"model.onnx": source}, out, notes=notes)
    before = (tmp_path / touched).stat()
    (tmp_path / touched).write_bytes(b"grapH")
    os.utime(tmp_path / touched, ns=(before.st_atime_ns, before.st_mtime_ns))
    if noted is not None:
        notes.write_bytes(noted)

    assert publish({"model.onnx": source}, out, notes=notes).written == ("model.onnx",)
    assert (out / "model.onnx").read_bytes() == source.read_bytes()
