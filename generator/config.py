"""Decides what the user asked for: reads archatlas.toml and reports every mistake in it at once."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from generator.errors import RequestError

CONFIG_NAME = "archatlas.toml"
STATE_FOLDER = ".archatlas"

_PLAIN_TEXT = r"^[^<>\x00-\x1f\x7f]*$"
_SLUG = r"^[a-z0-9][a-z0-9_-]*$"
_LANGUAGE = r"^(en|zh)$"
_ALLOWED = {
    _PLAIN_TEXT: "text on one line, without < and >",
    _SLUG: "lower-case letters, digits, - and _, the first a letter or a digit",
    _LANGUAGE: "'en' or 'zh'",
}

PlainText = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_PLAIN_TEXT)]
"""Text that is printed in titles, menus and browser tabs, where markup must not reach."""

Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=80)]


class WeightsPolicy(StrEnum):
    """Where weights may come from."""

    CACHED = "cached"
    DOWNLOAD = "download"
    RANDOM = "random"


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OwnModel(_Checked):
    """One [[model]] table: a net of the user's own, with its facts."""

    slug: Slug
    factory: str = Field(min_length=3)
    kwargs: dict[str, bool | int | float | str | list[int]] = {}
    input_shape: list[Annotated[int, Field(gt=0)]] = Field(default=[3, 224, 224], min_length=1)
    title: PlainText | None = None
    family: PlainText = "Own models"
    year: int | None = Field(default=None, ge=1940, le=2200)
    labels: list[PlainText] = []
    weights: str | None = None
    summary: str = ""


class FeatureSettings(_Checked):
    """The [features] table: what may be spent on pictures of a model's insides."""

    budget_mb: float = Field(
        default=6.0,
        gt=0,
        le=1000,
        description="10⁶ bytes that all pictures of one model may weigh: inputs, feature grids, "
        "thumbnails, attributions, kernels; what does not fit is drawn smaller or left out",
    )

    @property
    def budget_bytes(self) -> int:
        """The same in bytes."""
        return round(self.budget_mb * 1e6)


class Settings(_Checked):
    """Everything archatlas.toml can say; every key is optional."""

    title: PlainText = "archatlas"
    models: list[str] | None = Field(default=None, description="none: every model of the zoo")
    images: list[str] = []
    weights: Annotated[WeightsPolicy, Field(strict=False)] = WeightsPolicy.CACHED
    comparisons: list[Annotated[list[str], Field(min_length=2)]] = []
    languages: list[Annotated[str, StringConstraints(pattern=_LANGUAGE)]] = ["en"]
    seed: int = Field(default=0, ge=0, lt=2**32)
    time_limit_s: float = Field(default=600, gt=0, description="seconds one model may take")
    features: FeatureSettings = FeatureSettings()
    model: list[OwnModel] = []


class Project(BaseModel):
    """A folder with a mkdocs.yml, and the settings that rule there."""

    model_config = ConfigDict(frozen=True)

    root: Path
    config_name: str
    is_configured: bool = True
    """Whether there is a settings file; false where defaults stand in."""
    settings: Settings

    @property
    def mkdocs(self) -> Path:
        """The settings of MkDocs."""
        return self.root / "mkdocs.yml"

    @property
    def docs(self) -> Path:
        """The folder MkDocs reads."""
        return self.root / "site_src"

    @property
    def state(self) -> Path:
        """The folder of captures, locks and other things nobody publishes."""
        return self.root / STATE_FOLDER


def load_project(config: Path | None = None, folder: Path | None = None) -> Project:
    """Read the settings of a project.

    Args:
        config: the file to read; none means archatlas.toml or pyproject.toml in the folder.
        folder: where to look; none means the current folder.

    Raises:
        RequestError: the file is missing, is no TOML, or holds wrong keys or values (all listed).
    """
    here = (folder or Path.cwd()).resolve()
    path = _find_config(here) if config is None else config.resolve()
    if path is None:
        return Project(root=here, config_name=CONFIG_NAME, settings=Settings(), is_configured=False)
    table = _read_table(path)
    return Project(root=path.parent, config_name=path.name, settings=_check(table, path.name))


def _find_config(folder: Path) -> Path | None:
    if (folder / CONFIG_NAME).is_file():
        return folder / CONFIG_NAME
    pyproject = folder / "pyproject.toml"
    if pyproject.is_file() and _tool_table(pyproject) is not None:
        return pyproject
    return None


def _read_table(path: Path) -> dict[str, object]:
    return _parse(path) if path.name != "pyproject.toml" else _tool_table(path) or {}


def _tool_table(pyproject: Path) -> dict[str, object] | None:
    tools = _parse(pyproject).get("tool")
    own = tools.get("archatlas") if isinstance(tools, dict) else None
    if own is not None and not isinstance(own, dict):
        raise RequestError(
            f"{pyproject.name}: 'tool.archatlas' should be a table (got {own!r:.80})"
        )
    return own


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RequestError(
            f"{path}: no such file; name an existing file with --config, or run 'archatlas init'"
        ) from error
    except OSError as error:
        raise RequestError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"{path.name}: not valid TOML: {error}") from error


def _check(table: dict[str, object], name: str) -> Settings:
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        lines = [f"{name}: {_explain(item)}" for item in error.errors()]
        raise RequestError("\n".join(dict.fromkeys(lines))) from error


def _explain(item: object) -> str:
    """Turn one pydantic error into: key, what is wrong, what is allowed."""
    assert isinstance(item, dict)  # noqa: S101 - pydantic's TypedDict
    loc = item["loc"]
    if "kwargs" in loc[:-2]:  # one error for each type of value that it could have been
        return (
            f"'{_address(loc[: loc.index('kwargs') + 2])}': should be true or false, a number, "
            "a text, or a list of whole numbers"
        )
    where = _address(loc)
    if item["type"] == "extra_forbidden":
        tables: dict[str, type[BaseModel]] = {"model[": OwnModel, "features.": FeatureSettings}
        found = [table for start, table in tables.items() if where.startswith(start)]
        known = (found or [Settings])[0].model_fields
        return f"unknown key '{where}'; known keys: {', '.join(sorted(known))}"
    message = str(item["msg"])
    if item["type"] == "string_pattern_mismatch":
        message = f"should be {_ALLOWED[item['ctx']['pattern']]}"
    return f"'{where}': {message[:1].lower()}{message[1:]} (got {item['input']!r:.80})"


def _address(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
