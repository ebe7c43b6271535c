"""Decides which models come with archatlas: one TOML file per family, read without torch."""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from generator.errors import RequestError
from generator.facts import explained, read_facts, unwrapped
from generator.records import Frozen, ModelSpec, Origin, Paper

FOLDER = Path(__file__).parent
_LATEST = 9999


class _Family(Frozen):
    """One file: its name, the papers its models share, and a table per model."""

    family: str = Field(min_length=1)
    paper: Mapping[str, Paper]
    model: tuple[Mapping[str, Any], ...] = Field(min_length=1)


@cache
def zoo_entries() -> tuple[ModelSpec, ...]:
    """Return every entry of every family file, in order of years, then as the files have them."""
    entries = [entry for path in sorted(FOLDER.glob("*.toml")) for entry in read_family(path)]
    return by_year(entries)


def by_year(specs: Iterable[ModelSpec]) -> tuple[ModelSpec, ...]:
    """Put models in order of years, those of one year as they came; last those without a year."""
    return tuple(sorted(specs, key=lambda spec: spec.year or _LATEST))


def read_family(path: Path) -> tuple[ModelSpec, ...]:
    """Read the models of one family file.

    Raises:
        RequestError: it is no TOML, a key is unknown, or a value is missing or of the wrong kind;
            one line for each mistake, with file, slug and key.
    """
    family = read_facts(path, _Family)
    entries, problems = [], []
    for number, model in enumerate(family.model, start=1):
        where = f"{path.name}: {model.get('slug') or f'model no. {number}'}"
        try:
            entries.append(_entry(model, family))
        except ValidationError as error:
            problems.append(explained(where, error))
        except RequestError as error:
            problems.append(f"{where}: {error}")
    if problems:
        raise RequestError("\n".join(problems))
    return tuple(entries)


def _entry(model: Mapping[str, Any], family: _Family) -> ModelSpec:
    is_torchvision = str(model.get("factory")).startswith("torchvision:")
    decided = {
        "family": family.family,
        "paper": _paper(model, family.paper),
        "origin": Origin.TORCHVISION if is_torchvision else Origin.OWN,
    }
    return ModelSpec.model_validate({**unwrapped(model), **decided})


def _paper(model: Mapping[str, Any], papers: Mapping[str, Paper]) -> Paper:
    if "paper" not in model:
        raise RequestError(f"'paper' is missing; name one of {', '.join(papers)}")
    name = str(model["paper"])
    if name not in papers:
        near = difflib.get_close_matches(name, papers, n=1) or papers
        raise RequestError(
            f"'paper' names '{name}', which is no paper here; did you mean {', '.join(near)}?"
        )
    return papers[name]
