"""Decides where measured times are kept, <state>/timings/<slug>.json, and when they count."""

from pathlib import Path

from pydantic import ValidationError

from generator.files import write_if_changed
from generator.records import Timing


def load(state: Path, slug: str, capture: str | None) -> Timing | None:
    """Read the times of a model's present capture; none if there are none, or they are damaged."""
    try:
        timing = Timing.model_validate_json(_path(state, slug).read_bytes())
    except (OSError, ValidationError):
        return None
    return timing if timing.slug == slug and timing.capture == capture else None


def keep(state: Path, timing: Timing) -> None:
    """Replace what was measured of a model, in one step."""
    content = timing.model_dump_json(indent=1) + "\n"
    write_if_changed(_path(state, timing.slug), content.encode())


def _path(state: Path, slug: str) -> Path:
    return state / "timings" / f"{slug}.json"
