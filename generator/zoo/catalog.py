"""Decides which model a name means."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.config import OwnModel, Project
from generator.errors import RequestError
from generator.records import ModelSpec, Origin, Text
from generator.zoo.families import zoo_entries
from generator.zoo.registered import checked_timm, checked_torchvision, near

_TIMM = "timm:"


def select(project: Project, names: Iterable[str] | None = None) -> tuple[ModelSpec, ...]:
    """Return the models of a project, or those of them (or others) that were named.

    Raises:
        RequestError: names that mean nothing, and slugs that two models claim; all at once.
    """
    settings = project.settings
    own, problems = _own_specs(project)
    problems += _duplicates([*zoo_entries(), *own], project.config_name)
    known = {spec.slug: spec for spec in (*zoo_entries(), *own)}
    wanted = names if names is not None else settings.models
    chosen: list[ModelSpec] = []
    for name in known if wanted is None else wanted:
        try:
            chosen.append(_resolve(name, known, project.root))
        except RequestError as error:
            problems.append(str(error))
    if names is None:
        chosen.extend(own)
    unique = list(dict.fromkeys(spec.slug for spec in chosen))
    by_slug = {spec.slug: spec for spec in chosen}
    problems.extend(_clashes((spec for spec in chosen if spec not in own), by_slug))
    if not chosen and not problems:
        problems.append(f"{project.config_name}: no models chosen; name some in 'models'")
    if problems:
        raise RequestError("\n".join(dict.fromkeys(problems)))
    return tuple(by_slug[slug] for slug in unique)


def _duplicates(specs: Iterable[ModelSpec], config_name: str) -> list[str]:
    seen: dict[str, ModelSpec] = {}
    problems = []
    for spec in specs:
        if spec.slug in seen:
            problems.append(
                f"duplicate slug '{spec.slug}': {_home(seen[spec.slug], config_name)} and "
                f"{_home(spec, config_name)}; give one of them another slug"
            )
        seen[spec.slug] = spec
    return problems


def _clashes(chosen: Iterable[ModelSpec], by_slug: Mapping[str, ModelSpec]) -> list[str]:
    return [
        f"duplicate slug '{spec.slug}': {spec.factory} and {by_slug[spec.slug].factory}; "
        "describe one of them in a [[model]] table with another slug"
        for spec in chosen
        if spec.factory != by_slug[spec.slug].factory
    ]


def _home(spec: ModelSpec, config_name: str) -> str:
    if spec.origin is Origin.USER:
        return f"{spec.factory} in {config_name}"
    return f"{spec.factory} in the zoo"


def _own_specs(project: Project) -> tuple[list[ModelSpec], list[str]]:
    specs, problems = [], []
    for model in project.settings.model:
        try:
            specs.append(_own_spec(model, project.root))
        except RequestError as error:
            problems.append(f"{project.config_name}: model '{model.slug}': {error}")
    return specs, problems


def _own_spec(model: OwnModel, root: Path) -> ModelSpec:
    return ModelSpec(
        slug=model.slug,
        title=model.title or model.slug,
        family=model.family,
        year=model.year,
        origin=Origin.USER,
        factory=_checked_factory(model.factory, root),
        kwargs=model.kwargs,
        input_shape=_input_shape(model),
        inputs=None if model.inputs is None else _checked_inputs(model.inputs, root),
        labels=tuple(model.labels),
        weights=model.weights,
        summary=Text(en=model.summary, zh=model.summary) if model.summary else None,
    )


def _input_shape(model: OwnModel) -> tuple[int, ...] | None:
    """Return the shape that was asked for; none where inputs, or timm, decide about it."""
    is_given = "input_shape" in model.model_fields_set
    if is_given and model.inputs is not None:
        raise RequestError("'input_shape' and 'inputs' both say what the model gets; leave one out")
    is_decided = model.inputs is not None or model.factory.startswith(_TIMM)
    return None if is_decided and not is_given else tuple(model.input_shape)


def _resolve(name: str, known: Mapping[str, ModelSpec], root: Path) -> ModelSpec:
    if name in known:
        return known[name]
    scheme, colon, rest = name.partition(":")
    if not colon:
        raise RequestError(
            f"unknown model '{name}'{near(name, known)} ('archatlas list' names those that come "
            "with archatlas)"
        )
    if scheme == "torchvision":
        return _torchvision_spec(rest, known)
    if scheme == "timm":
        return _timm_spec(rest)
    same = [spec for spec in known.values() if spec.factory == name]
    return same[0] if same else _factory_spec(name, root)


def _torchvision_spec(name: str, known: Mapping[str, ModelSpec]) -> ModelSpec:
    factory = f"torchvision:{name}"
    for spec in known.values():
        if spec.factory == factory and spec.is_stock:
            return spec
    return ModelSpec(
        slug=checked_torchvision(name).lower(),
        title=name,
        family="torchvision",
        origin=Origin.TORCHVISION,
        factory=factory,
        weights="DEFAULT",
    )


def _timm_spec(name: str) -> ModelSpec:
    """Describe a model of timm by its name, perhaps with the tag of its weights: resnet50.a1_in1k.

    What the zoo calls the same keeps its slug.
    """
    slug = re.sub(r"[^a-z0-9_-]", "-", checked_timm(name).lower())[:75]
    is_taken = any(entry.slug == slug for entry in zoo_entries())
    return ModelSpec(
        slug=f"timm_{slug}" if is_taken else slug,
        title=name[:120],
        family="timm",
        origin=Origin.TIMM,
        factory=f"{_TIMM}{name}",
    )


def _factory_spec(name: str, root: Path) -> ModelSpec:
    attribute = name.rpartition(":")[2]
    slug = re.sub(r"[^a-z0-9_-]", "-", attribute.lower()).lstrip("_-")[:80]
    return ModelSpec(
        slug=slug or "model",
        title=attribute[:120],
        family="Own models",
        origin=Origin.USER,
        factory=_checked_factory(name, root),
        input_shape=(3, 224, 224),
    )


def _checked_factory(factory: str, root: Path) -> str:
    """Return the factory if its form is right and its file, when it names one, exists."""
    source, _, attribute = factory.rpartition(":")
    is_name = attribute.isidentifier() or source == "timm"
    if not source or not is_name:
        raise RequestError(
            f"'{factory}' is no factory; write package.module:name, ./file.py:name, "
            "torchvision:name or timm:name"
        )
    if source == "torchvision":
        checked_torchvision(attribute)
    if source == "timm":
        checked_timm(attribute)
    _check_file(factory, root)
    return factory


def _checked_inputs(name: str, root: Path) -> str:
    """Return the name of a function if its form is right and its file exists."""
    source, _, attribute = name.rpartition(":")
    if not source or not attribute.isidentifier():
        raise RequestError(
            f"'inputs' names no function: '{name}'; write package.module:name or ./file.py:name"
        )
    _check_file(name, root)
    return name


def _check_file(name: str, root: Path) -> None:
    source = name.rpartition(":")[0]
    if source.endswith(".py") and not (root / source).is_file():
        raise RequestError(f"'{name}': no file {source} in {root.name or root}")
