"""Decides which model a piece of Python means, and with which settings it is captured."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from pydantic import JsonValue, ValidationError

from generator.config import Project, WeightsPolicy, load_project
from generator.errors import RequestError
from generator.records import ModelSpec
from generator.zoo.catalog import select

_POLICIES = frozenset(WeightsPolicy)


class Wishes(TypedDict, total=False):
    """What may be asked beside the model; what is left out is as the project's settings say."""

    input_shape: tuple[int, ...] | None
    inputs: str | None
    kwargs: Mapping[str, JsonValue] | None
    title: str | None
    labels: tuple[str, ...] | None
    weights: str | Path | None
    images: tuple[str | Path, ...] | None
    seed: int | None
    device: str | None
    time_limit_s: float | None
    memory_limit_mb: float | None


_OF_SPEC = ("input_shape", "inputs", "kwargs", "title", "labels")
_OF_SETTINGS = ("images", "seed", "device", "time_limit_s", "memory_limit_mb")


def project_for(folder: Path, wishes: Wishes) -> Project:
    """Return the project in a folder, or that of a folder without settings, as wished.

    Raises:
        RequestError: its settings, or the wishes, are wrong.
    """
    project = load_project(folder=folder)
    settings = project.settings.model_dump(mode="json", exclude_unset=True) | _given(
        wishes, _OF_SETTINGS
    )
    if wishes.get("images") is not None:
        settings["images"] = [str(path) for path in wishes["images"] or ()]
    if wishes.get("weights") in _POLICIES:
        settings["weights"] = str(wishes["weights"])
    try:
        checked = type(project.settings).model_validate(settings, strict=False)
    except ValidationError as error:
        raise RequestError(_explained(error)) from error
    return project.model_copy(update={"settings": checked})


def spec_for(name: str, project: Project, wishes: Wishes) -> ModelSpec:
    """Return the model of a name as the settings write it, changed as wished.

    Raises:
        RequestError: nothing has this name, or a wish is wrong.
    """
    (spec,) = select(project, [name])
    changed = spec.model_dump() | _given(wishes, _OF_SPEC)
    if wishes.get("inputs") is not None:
        if wishes.get("input_shape") is not None:
            raise RequestError(
                "capture: 'input_shape' and 'inputs' both say what the model gets; leave one out"
            )
        changed["input_shape"] = None
    weights = wishes.get("weights")
    if weights is not None and weights not in _POLICIES:
        changed["weights"] = str(Path(weights).resolve())
    try:
        return ModelSpec.model_validate(changed)
    except ValidationError as error:
        raise RequestError(_explained(error)) from error


def _given(wishes: Wishes, names: tuple[str, ...]) -> dict[str, object]:
    return {name: wish for name, wish in wishes.items() if name in names and wish is not None}


def _explained(error: ValidationError) -> str:
    """Say of every wish that is wrong what it should be."""
    lines = (
        f"capture: {'.'.join(map(str, item['loc']))}: {item['msg']} (got {item['input']!r:.80})"
        for item in error.errors()
    )
    return "\n".join(lines)
