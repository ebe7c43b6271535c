"""Decides which models come with archatlas: one TOML file per family, read without torch."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from generator.records import ModelSpec, Origin

FOLDER = Path(__file__).parent


@cache
def zoo_entries() -> tuple[ModelSpec, ...]:
    """Return every entry of every family file, in order of years."""
    entries = [entry for path in sorted(FOLDER.glob("*.toml")) for entry in read_family(path)]
    return tuple(sorted(entries, key=lambda entry: (entry.year or 9999, entry.slug)))


def read_family(path: Path) -> tuple[ModelSpec, ...]:
    """Read one family: its name, the papers its models share, and a table per model.

    Raises:
        ValueError: a key is unknown, or a value is missing or of the wrong kind.
    """
    family = tomllib.loads(path.read_text(encoding="utf-8"))
    papers = family.get("paper", {})
    return tuple(_entry(model, family["family"], papers) for model in family["model"])


def _entry(model: Mapping[str, Any], family: str, papers: Mapping[str, object]) -> ModelSpec:
    is_torchvision = model["factory"].startswith("torchvision:")
    given = {
        **_unwrapped(model),
        "family": family,
        "paper": papers[model["paper"]],
        "origin": Origin.TORCHVISION if is_torchvision else Origin.OWN,
    }
    return ModelSpec.model_validate(given)


def _unwrapped(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Join the lines of every passage: with spaces, but for Chinese without."""
    if isinstance(value, list):
        return [_unwrapped(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: ("" if key == "zh" else " ").join(item.split("\n")).strip()
        if isinstance(item, str)
        else _unwrapped(item)
        for key, item in value.items()
    }
