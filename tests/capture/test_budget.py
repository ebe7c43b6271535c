"""The ledger: what fits is written, what does not is named, and the sum is true."""

from pathlib import Path

from generator.capture.budget import Ledger


def test_files_are_written_while_they_fit(tmp_path: Path) -> None:
    """A set is written whole or not at all; smaller ones may still follow."""
    ledger = Ledger(tmp_path, 10)

    assert ledger.take(["a"], {"x/a": b"1234"})
    assert not ledger.take(["b", "c"], {"x/b": b"1234", "x/c": b"567"})
    assert ledger.take(["d"], {"d": b"123456"})

    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["a", "d"]
    assert (ledger.used_bytes, ledger.room_bytes) == (10, 0)
    assert ledger.left_out == ["b", "c"]


def test_what_is_there_already_counts(tmp_path: Path) -> None:
    """It may exceed the limit alone; then there is no room, and not less than none."""
    (tmp_path / "input").write_bytes(b"12345")
    ledger = Ledger(tmp_path, 3)

    ledger.note(["input"])

    assert (ledger.used_bytes, ledger.room_bytes) == (5, 0)
    assert ledger.take([], {})
