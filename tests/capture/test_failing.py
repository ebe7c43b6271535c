"""Exceptions become facts that can be published: short, without this machine's paths."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.capture.failing import Failures, failure_of


def raised(error: Exception) -> Exception:
    """Raise an exception, so that it knows where."""
    try:
        raise error  # noqa: TRY301 - on purpose
    except Exception as caught:  # noqa: BLE001 - whatever it is
        return caught


def test_a_step_that_fails_is_noted_and_the_next_one_runs(tmp_path: Path) -> None:
    """By its name, the kind of the exception and what it says."""
    failures = Failures(tmp_path)
    with failures.contain("first"):
        raise ValueError("no  good\nat all\n\nmore about it")
    with failures.contain("second"):
        pass

    (failure,) = failures.found
    assert (failure.kind, failure.error, failure.message) == (
        "first",
        "ValueError",
        "no good at all",
    )


def test_what_fails_on_the_way_is_forgotten_once_the_whole_fails(tmp_path: Path) -> None:
    """One cause, one line; what failed before the step stays."""
    failures = Failures(tmp_path)
    with failures.contain("before"):
        raise KeyError
    with failures.contain("whole"):
        with failures.contain("part"):
            raise ValueError
        raise TypeError

    assert [failure.kind for failure in failures.found] == ["before", "whole"]


def test_what_is_no_error_is_not_contained(tmp_path: Path) -> None:
    """Ctrl-C ends the process."""
    failures = Failures(tmp_path)

    with pytest.raises(KeyboardInterrupt), failures.contain("step"):
        raise KeyboardInterrupt
    assert failures.found == []


def test_an_exception_without_words_is_described_by_its_line(tmp_path: Path) -> None:
    """A bare assertion says nothing else."""
    try:
        assert sys.path == 3
    except AssertionError as error:
        failure = failure_of("step", AssertionError().with_traceback(error.__traceback__), tmp_path)

    assert failure.message == "assert sys.path == 3"
    assert failure_of("step", ValueError(), tmp_path).message == ""


def test_no_folder_or_address_of_this_machine_is_published(tmp_path: Path) -> None:
    """The project's folder, the current one, Python's, and one's home."""
    home = Path("~").expanduser()
    error = raised(OSError(f"{tmp_path}/a {Path.cwd()}/b {sys.prefix}/c {home}/d <x at 0x7f12ab>"))

    assert failure_of("step", error, tmp_path).message == "…/a …/b …/c …/d <x>"


@given(st.text())
def test_whatever_is_said_a_failure_is_one_short_line(text: str) -> None:
    """It goes into a table."""
    message = failure_of("step", ValueError(text), Path("project")).message

    assert len(message) <= 600
    assert message == " ".join(message.split())
