"""What was made once is not made twice, and what was tampered with is never believed."""

import json
import marshal
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import memo as memo_module
from generator.analysis.message import Message
from generator.memo import Memo, key_of
from generator.records import Text

FILES = {"page.md": b"words", "deep/drawing.svg": b"<svg/>", "empty": b""}


class Maker:
    """Counts how often something is made."""

    def __init__(self, made: object = None) -> None:
        self.made = made
        self.times = 0

    def __call__(self) -> object:
        self.times += 1
        return self.made


def contents(files: dict[str, bytes | Path]) -> dict[str, bytes]:
    """Read files, wherever they are."""
    return {n: c.read_bytes() if isinstance(c, Path) else c for n, c in files.items()}


def test_files_are_made_once(tmp_path: Path) -> None:
    """The second time they come from the disk, with the same names, bytes and order."""
    make = Maker(FILES)
    first = contents(Memo(tmp_path).files("key", make))
    second = contents(Memo(tmp_path).files("key", make))
    assert make.times == 1
    assert list(first.items()) == list(second.items()) == list(FILES.items())


def test_without_a_folder_nothing_is_remembered() -> None:
    """Every request is answered anew."""
    make = Maker(FILES)
    memo = Memo()
    assert memo.files("key", make) == memo.files("key", make) == FILES
    assert make.times == 2


def test_another_key_is_another_thing(tmp_path: Path) -> None:
    """Nothing is shared between keys."""
    memo = Memo(tmp_path)
    memo.files("one", Maker({"a": b"1"}))
    assert contents(memo.files("two", Maker({"a": b"2"}))) == {"a": b"2"}


def test_nothing_made_is_remembered_too(tmp_path: Path) -> None:
    """A template that had nothing to say is not asked again."""
    make = Maker({})
    assert Memo(tmp_path).files("key", make) == Memo(tmp_path).files("key", make) == {}
    assert make.times == 1


def _truncate(entry: Path) -> None:
    (entry / "0").write_bytes(b"wor")


def _flip(entry: Path) -> None:
    (entry / "0").write_bytes(b"wordz")


def _lose(entry: Path) -> None:
    (entry / "1").unlink()


def _rename(entry: Path) -> None:
    index = entry / "index"
    index.write_text(index.read_text().replace("page.md", "pagE.md"))


def _empty(entry: Path) -> None:
    (entry / "index").write_text("")


def _swap(entry: Path) -> None:
    other = entry.with_name("other")
    Memo(entry.parent).files("other", lambda: {"page.md": b"of another"})
    for path in entry.iterdir():
        path.unlink()
    for path in other.iterdir():
        path.rename(entry / path.name)


@pytest.mark.parametrize("damage", [_truncate, _flip, _lose, _rename, _empty, _swap])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """Whatever happened to it, the answer is right, and the next one is remembered again."""
    make = Maker(FILES)
    Memo(tmp_path).files("key", make)
    damage(tmp_path / "key")
    assert contents(Memo(tmp_path).files("key", make)) == FILES
    assert contents(Memo(tmp_path).files("key", make)) == FILES
    assert make.times == 2


def test_a_value_comes_back_as_it_was(tmp_path: Path) -> None:
    """Messages keep what they were made of, so that they can be said in another language."""
    value = (Message("a {b} in {{braces}}", b=Message("{n} of", n=3)), Text(en="x", zh="{y}"))
    make = Maker(value)
    Memo(tmp_path).value("key", make)
    back = Memo(tmp_path).value("key", make)
    assert make.times == 1
    assert back == value
    assert back[0].template == "a {b} in {{braces}}"
    assert back[0].values["b"].values == {"n": 3}


class Evil:
    """Runs a program when it is read."""

    def __reduce__(self) -> tuple[object, ...]:
        return (subprocess.check_call, (["touch", "/nowhere"],))


@pytest.mark.parametrize(
    "content", [pickle.dumps(Evil()), b"cgenerator.memo\nshutil.rmtree\n(S'/nowhere'\ntR.", b"..."]
)
def test_a_foreign_value_runs_no_code(tmp_path: Path, content: bytes) -> None:
    """Even one whose digests are right is read as nothing but values of ours."""
    Memo(tmp_path).files("key", lambda: {"value": content})
    assert Memo(tmp_path).value("key", lambda: "made anew") == "made anew"


def _double() -> CodeType:
    return compile("twice = 2 * number", "page.j2", "exec")


def _ran(program: CodeType) -> int:
    names = {"number": 21}
    exec(program, names)  # noqa: S102 - our own
    return names["twice"]


def test_a_program_is_compiled_once(tmp_path: Path) -> None:
    """What comes back does the same."""
    make = Maker(_double())
    Memo(tmp_path).program("key", make)
    assert _ran(Memo(tmp_path).program("key", make)) == 42
    assert make.times == 1


@pytest.mark.parametrize("content", [b"", b"...", marshal.dumps("no program"), pickle.dumps(1)])
def test_what_is_no_program_is_compiled_anew(tmp_path: Path, content: bytes) -> None:
    """Even where its digests are right."""
    Memo(tmp_path).files("key", lambda: {"value": content})
    assert _ran(Memo(tmp_path).program("key", _double)) == 42


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    """Half an entry is never found, and does not stay."""
    left = tmp_path / "key-1234.partial"
    left.mkdir()
    memo = Memo(tmp_path)
    memo.files("key", Maker(FILES))
    memo.sweep()
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_unused_entries_go_when_they_take_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run used stays, however large; of the rest, what was used last."""
    for number, key in enumerate(["old", "new"]):
        Memo(tmp_path).files(key, Maker({"a": b"x" * 100}))
        memo_module.os.utime(tmp_path / key, (number, number))
    monkeypatch.setattr(memo_module, "_SPARE_BYTES", 1500)
    memo = Memo(tmp_path)
    memo.files("used", Maker({"a": b"x" * 10_000}))
    memo.sweep()
    kept = {path.name for path in tmp_path.iterdir()}
    assert "used" in kept
    assert "old" not in kept or "new" in kept
    monkeypatch.setattr(memo_module, "_SPARE_BYTES", 0)
    later = Memo(tmp_path)
    later.files("used", Maker(FILES))
    later.files("more", Maker(FILES))
    later.sweep()
    assert {path.name for path in tmp_path.iterdir()} == {"used", "more"}


def test_a_folder_that_takes_nothing_only_costs_time(tmp_path: Path) -> None:
    """A file where the folder should be: the result is as good."""
    (tmp_path / "file").write_text("in the way")
    memo = Memo(tmp_path / "file")
    assert contents(memo.files("key", Maker(FILES))) == FILES
    memo.sweep()


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(plain, plain)
def test_unequal_facts_have_unequal_keys(one: object, other: object) -> None:
    """And equal ones the same, whatever order a mapping has."""
    is_same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (key_of(one) == key_of(other)) == is_same
