"""Decides what becomes of a capture that ended, on this machine or on a worker of a cluster."""

from pathlib import Path

from generator import store
from generator.capture.causes import is_passing
from generator.capture.supervisor import Outcome
from generator.dependencies import depends_on


def keep(state: Path, outcome: Outcome, key: str) -> None:
    """Store a capture; one that the moment had a part in is shown, but made anew next time."""
    done = outcome.done
    is_chance = done.is_dated or done.is_cut_short or any(map(is_passing, done.record.failures))
    found = depends_on(state, done.dependencies, done.packages)
    store.finish(state, outcome.request.folder, done.record, "" if is_chance else key, found)
