"""Claims about kept times: they belong to one capture, and a damaged file is none."""

from pathlib import Path

import pytest

from generator import timings
from generator.records import BatchTiming, Timing

TIMING = Timing(
    slug="net", capture="c1", key="k", batches=(BatchTiming(batch=1, median_ms=2.5, runs=9),)
)


def test_what_is_kept_is_loaded(tmp_path: Path) -> None:
    """Every number of it."""
    timings.keep(tmp_path, TIMING)
    assert timings.load(tmp_path, "net", "c1") == TIMING


@pytest.mark.parametrize("capture", ["c2", None])
def test_times_of_another_capture_are_none(tmp_path: Path, capture: str | None) -> None:
    """The model that was timed is not the one that is shown."""
    timings.keep(tmp_path, TIMING)
    assert timings.load(tmp_path, "net", capture) is None


@pytest.mark.parametrize("content", ["", "{", '{"slug": "net"}', "[]", "\x00\xff"])
def test_a_damaged_file_is_none(tmp_path: Path, content: str) -> None:
    """It is measured again."""
    (tmp_path / "timings").mkdir()
    (tmp_path / "timings" / "net.json").write_text(content)
    assert timings.load(tmp_path, "net", "c1") is None


def test_times_of_another_model_are_none(tmp_path: Path) -> None:
    """Somebody copied a file."""
    timings.keep(tmp_path, TIMING.model_copy(update={"slug": "other"}))
    (tmp_path / "timings" / "other.json").rename(tmp_path / "timings" / "net.json")
    assert timings.load(tmp_path, "net", "c1") is None


def test_a_batch_that_was_not_timed_is_none() -> None:
    """Only what was asked for is known."""
    assert TIMING.of_batch(1) == TIMING.batches[0]
    assert TIMING.of_batch(8) is None
