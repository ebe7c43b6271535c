"""Captures on disk: found again as long as they count, and never lost halfway."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import captures, dependencies, store
from generator.dependencies import depends_on
from generator.errors import StoreError
from generator.records import SCHEMA_VERSION, Artifact, Failure, ModelRecord, ModuleCall

KEY = store.key_of({"seed": 0})
CALL = ModuleCall(path="", call=0, type="Net", is_leaf=False, macs=3)


class Interrupted(BaseException):
    """Stands in for a kill: nothing after it runs."""


def record(content: bytes = b"onnx", **facts: object) -> ModelRecord:
    """Return a record with one file."""
    artifact = Artifact(
        kind="onnx",
        file="files/model.onnx",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    known = {"slug": "net", "input_shape": (3, 8, 8), "calls": (CALL,), "artifacts": (artifact,)}
    return ModelRecord.model_validate({**known, **facts})


def put(
    state: Path, content: bytes = b"onnx", key: str = KEY, sources: tuple[Path, ...] = ()
) -> ModelRecord:
    """Store a capture as a build does."""
    making = store.begin(state)
    (making / "files").mkdir()
    (making / "files" / "model.onnx").write_bytes(content)
    made = record(content)
    store.finish(state, making, made, key, depends_on(state, sources))
    return made


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Write the source of a net."""
    path = tmp_path / "nets.py"
    path.write_text("WIDTH = 8")
    return path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Name a state folder that does not exist yet."""
    return tmp_path / ".archatlas"


def test_a_stored_capture_is_read_back(state: Path) -> None:
    """Record and files come back as they were."""
    made = put(state)

    found = store.load(state, "net")

    assert found.record == made
    assert (found.folder / "files" / "model.onnx").read_bytes() == b"onnx"
    assert store.current(state, "net", KEY)


def test_equal_captures_are_equal_to_the_byte(tmp_path: Path) -> None:
    """Where and when a capture was stored does not show in it."""
    put(tmp_path / "one")
    put(tmp_path / "two")

    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


def test_nothing_is_current_before_the_first_capture(state: Path) -> None:
    """An empty state is no error; reading from it says what to do."""
    assert not store.current(state, "net", KEY)
    with pytest.raises(StoreError, match=r"net: not captured yet; run 'archatlas build'"):
        store.load(state, "net")


@pytest.mark.parametrize("key", ["", store.key_of({"seed": 1})])
def test_another_key_is_not_current(state: Path, key: str) -> None:
    """Other settings, other versions: the capture is readable still, but out of date."""
    put(state, key=key)

    assert not store.current(state, "net", KEY)
    assert store.load(state, "net")


def test_the_key_does_not_depend_on_the_order_of_facts() -> None:
    """A mapping has no order, and neither has what it stands for."""
    assert store.key_of({"a": 1, "b": (2, 3)}) == store.key_of({"b": [2, 3], "a": 1})
    assert store.key_of({"a": 1}) != store.key_of({"a": 2})


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("WIDTH = 9"),
        lambda path: path.unlink(),
        lambda path: path.with_name("weights.pth").write_bytes(b"appeared"),
    ],
    ids=["changed", "deleted", "appeared"],
)
def test_a_changed_dependency_makes_a_capture_out_of_date(
    state: Path, source: Path, change: Callable[[Path], object]
) -> None:
    """Edited, gone, or there at last: each can change what a model is."""
    put(state, sources=(source, source.with_name("weights.pth")))
    assert store.current(state, "net", KEY)

    change(source)

    assert not store.current(state, "net", KEY)


def test_a_source_that_was_only_touched_is_unchanged(state: Path, source: Path) -> None:
    """A fresh checkout has new times and old contents."""
    put(state, sources=(source,))

    os.utime(source, (1, 1))

    assert store.current(state, "net", KEY)


def test_large_files_count_by_content_too(state: Path, source: Path) -> None:
    """Weights that were only copied anew are the same weights; others of the same size are not."""
    weights = source.with_name("weights.pth")
    weights.write_bytes(bytes(2 << 20))
    put(state, sources=(weights,))

    os.utime(weights, (1, 1))
    assert store.current(state, "net", KEY)

    weights.write_bytes(b"1" + bytes((2 << 20) - 1))
    os.utime(weights, (1, 1))
    assert not store.current(state, "net", KEY)


def test_a_project_can_be_moved_and_copied(state: Path, source: Path) -> None:
    """A copy depends on its own files, not on those it was copied from."""
    put(state, sources=(source,))
    copy = state.parent / "copy"
    copy.mkdir()
    shutil.copytree(state, copy / state.name)
    shutil.copy(source, copy)

    assert store.current(copy / state.name, "net", KEY)

    (copy / source.name).write_text("WIDTH = 9")
    assert not store.current(copy / state.name, "net", KEY)
    assert store.current(state, "net", KEY)


def test_another_version_of_a_package_makes_a_capture_out_of_date(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A net may come from a package, which is known only once it was imported."""
    dependencies._version.cache_clear()
    found = depends_on(state, (), ("jinja2", "nobody_has_this"))
    store.finish(state, store.begin(state), record(artifacts=()), KEY, found)
    assert [one.name for one in found] == ["package:Jinja2"]
    assert store.current(state, "net", KEY)

    monkeypatch.setattr(dependencies, "_version", lambda name: f"{name} of tomorrow")

    assert not store.current(state, "net", KEY)


def damage_record(folder: Path) -> None:
    """Cut the end off."""
    path = folder / "record.json"
    path.write_bytes(path.read_bytes()[:-20])


def forge_record(folder: Path) -> None:
    """Leave a valid record that is not the one that was stored."""
    (folder / "record.json").write_text(record(total_macs=99).model_dump_json(indent=1) + "\n")


@pytest.mark.parametrize(
    "damage",
    [
        damage_record,
        forge_record,
        lambda folder: (folder / "record.json").write_text('{"somebody": "else"}'),
        lambda folder: (folder / "record.json").write_bytes(b"\xff\x00"),
        lambda folder: (folder / "record.json").unlink(),
        lambda folder: (folder / "files" / "model.onnx").unlink(),
        lambda folder: (folder / "files" / "model.onnx").write_bytes(b"on"),
        lambda folder: (folder / "files" / "model.onnx").write_bytes(b"onNx"),
        shutil.rmtree,
    ],
    ids=[
        *("truncated", "forged", "foreign", "binary", "gone"),
        *("file gone", "file cut", "file changed", "all gone"),
    ],
)
def test_a_damaged_capture_is_made_anew(state: Path, damage: Callable[[Path], object]) -> None:
    """It is not current, says so when read, and storing it again repairs it."""
    put(state)
    whole = snapshot(state / "captures")
    damage(store.load(state, "net").folder)

    assert not store.current(state, "net", KEY)
    with pytest.raises(StoreError, match=r"net: its capture is damaged; 'archatlas build' makes"):
        store.load(state, "net")
    put(state)
    assert snapshot(state / "captures") == whole


def test_an_edit_that_hides_its_time_is_found(state: Path) -> None:
    """A byte flips, the size stays, the time is set back: what was verified is read again."""
    put(state)
    path = store.load(state, "net").folder / "files" / "model.onnx"
    before = path.stat()

    path.write_bytes(b"onnX")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert not store.current(state, "net", KEY)


def test_files_are_read_through_once(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of megabytes are not digested again as long as nobody touched them."""
    put(state)
    store.load(state, "net")
    monkeypatch.setattr(captures, "digest_of", lambda path: pytest.fail(f"reads {path}"))

    assert store.current(state, "net", KEY)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.randoms(use_true_random=False))
def test_whatever_becomes_of_an_entry_it_is_never_shown_as_something_else(
    seed: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A flipped, cut, added or swapped piece of any file is a miss, or changes nothing."""
    state = tmp_path_factory.mktemp("state")
    source = state / "nets.py"
    source.write_text("WIDTH = 8")
    made = put(state / "it", b"onnx", sources=(source,))
    paths = sorted(p for p in (state / "it").rglob("*") if p.is_file())
    path = seed.choice(paths)
    content = bytearray(path.read_bytes())
    place = seed.randrange(len(content))
    match seed.choice(("flip", "cut", "insert", "swap")):
        case "flip":
            content[place] ^= 1 << seed.randrange(8)
        case "cut":
            del content[place:]
        case "insert":
            content.insert(place, seed.randrange(256))
        case "swap":
            content = bytearray(seed.choice(paths).read_bytes())
    path.write_bytes(content)

    try:
        found = store.load(state / "it", "net")
    except StoreError:
        assert not store.current(state / "it", "net", KEY)
        return
    assert found.record == made
    assert (found.folder / "files" / "model.onnx").read_bytes() == b"onnx"


def test_a_capture_of_another_schema_is_told_apart(state: Path) -> None:
    """It may look right and mean something else."""
    older = record(artifacts=(), schema_version=SCHEMA_VERSION - 1)
    store.finish(state, store.begin(state), older, KEY, ())

    assert not store.current(state, "net", KEY)
    with pytest.raises(StoreError, match="net: its capture was made by another version of arch"):
        store.load(state, "net")


@pytest.mark.parametrize("file", ["../../heads/net.json", "/etc/hostname"])
def test_a_record_that_names_files_elsewhere_is_refused(state: Path, file: str) -> None:
    """Nothing from outside a capture's folder gets published as a part of it."""
    put(state)
    path = state / "captures" / file
    size, sha256 = 0, ""
    if path.is_file():
        size, sha256 = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    foreign = Artifact(kind="onnx", file=file, bytes=size, sha256=sha256)
    store.finish(state, store.begin(state), record(artifacts=(foreign,)), KEY, ())

    with pytest.raises(StoreError, match="net: its capture is damaged"):
        store.load(state, "net")


def test_what_a_stopped_process_left_is_not_kept(state: Path) -> None:
    """Its files are half done, and no record lists them."""
    making = store.begin(state)
    (making / "features").mkdir()
    (making / "features" / "half.webp").write_bytes(b"half")

    store.finish(state, making, record(artifacts=()), KEY, ())

    assert not list(store.load(state, "net").folder.rglob("*.webp"))


@pytest.mark.parametrize("content", [b"", b"{}", b'{"key": 3}', b"[]", b"\xff"])
def test_a_damaged_head_counts_as_no_capture(state: Path, content: bytes) -> None:
    """Whatever is in the file, the model is captured again."""
    put(state)
    (state / "heads" / "net.json").write_bytes(content)

    assert not store.current(state, "net", KEY)
    with pytest.raises(StoreError, match="not captured yet"):
        store.load(state, "net")


def test_a_record_of_another_model_is_refused(state: Path) -> None:
    """A head that was copied does not make one model pass for another."""
    put(state)
    shutil.copy(state / "heads" / "net.json", state / "heads" / "other.json")

    with pytest.raises(StoreError, match="other: its capture is damaged"):
        store.load(state, "other")


def test_a_failed_capture_is_tried_again(state: Path) -> None:
    """Its failure can be shown meanwhile."""
    failure = Failure(kind="build", error="ValueError", message="no")
    failed = record(calls=(), artifacts=(), failures=(failure,))

    store.finish(state, store.begin(state), failed, KEY, ())

    assert not store.current(state, "net", KEY)
    assert store.load(state, "net").record.failures == (failure,)


@pytest.mark.parametrize("step", range(3))
def test_an_interrupted_finish_leaves_the_old_capture_or_the_new(
    state: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before any of its three moves, the model is readable, and the next run completes."""
    old = put(state, b"old")
    moves = 0
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves > step:
            raise Interrupted
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(Interrupted):
            put(state, b"new")

    assert store.load(state, "net").record == old
    store.sweep(state)
    assert store.load(state, "net").record == old
    new = put(state, b"new")
    assert store.load(state, "net").record == new


def test_the_same_result_again_is_stored_once(state: Path, source: Path) -> None:
    """An edit without effect moves the head, not the capture."""
    put(state, sources=(source,))
    source.write_text("WIDTH = 4 + 4")

    put(state, sources=(source,))

    assert store.current(state, "net", KEY)
    assert len(list((state / "captures").iterdir())) == 1


def test_sweeping_removes_what_was_interrupted_and_what_nobody_has(state: Path) -> None:
    """Captures in the making and earlier ones go, those that models have stay."""
    put(state, b"old")
    new = put(state, b"new")
    (store.begin(state) / "half.webp").write_bytes(b"half")

    store.sweep(state)

    assert not (state / "making").exists()
    assert len(list((state / "captures").iterdir())) == 1
    assert store.load(state, "net").record == new


def test_sweeping_an_empty_state_does_nothing(state: Path) -> None:
    """The first build of a project begins with it."""
    store.sweep(state)

    assert not state.exists()


def test_captures_in_the_making_have_folders_of_their_own(state: Path) -> None:
    """Two captures of one model never write into each other."""
    folders = {store.begin(state) for _ in range(3)}

    assert len(folders) == 3
    assert all(folder.is_dir() and not list(folder.iterdir()) for folder in folders)


def test_a_whole_capture_is_known_without_reading_its_record(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody touched anything, no record is parsed to say that it is there."""
    put(state)
    folder = store.load(state, "net").folder
    monkeypatch.setattr(store, "load", lambda *_: pytest.fail("reads the record"))

    assert store.whole(state, "net") == store.Whole(folder, is_captured=True)


@pytest.mark.parametrize("note", ["", "{}", "0 {}", "\x00", "forged"])
def test_a_damaged_note_says_nothing(state: Path, note: str) -> None:
    """What was noted of a capture counts only as it was written; else its files are read."""
    put(state)
    folder = store.load(state, "net").folder
    path = state / "verified" / folder.name
    path.write_text(path.read_text().replace("true", "false") if note == "forged" else note)

    assert store.whole(state, "net") == store.Whole(folder, is_captured=True)
