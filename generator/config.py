"""Decides what the user asked for: reads archatlas.toml and reports every mistake in it at once."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from generator.errors import RequestError
from generator.settings import (
    ALLOWED,
    Comparison,
    Device,
    FeatureSettings,
    OwnModel,
    OwnStory,
    Settings,
    WeightsPolicy,
)

__all__ = [
    "Comparison",
    "Device",
    "FeatureSettings",
    "OwnModel",
    "OwnStory",
    "Project",
    "Settings",
    "WeightsPolicy",
    "load_project",
]

CONFIG_NAME = "archatlas.toml"
STATE_FOLDER = ".archatlas"
WEIGHTS_VARIABLE = "ARCHATLAS_WEIGHTS"


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
    def templates(self) -> Path | None:
        """The user's own templates.

        Raises:
            RequestError: there is no such folder.
        """
        if self.settings.templates is None:
            return None
        folder = self.root / self.settings.templates
        if not folder.is_dir():
            raise RequestError(f"{self.config_name}: 'templates': {folder}: no such folder")
        return folder

    @property
    def state(self) -> Path:
        """The folder of captures, locks and other things nobody publishes."""
        return self.root / STATE_FOLDER


_TABLES: dict[str, type[BaseModel]] = {
    r"model\[": OwnModel,
    r"features\.": FeatureSettings,
    r"comparisons\[\d+\]\.story": OwnStory,
    r"comparisons\[": Comparison,
}
"""Tables that have keys of their own, by where they stand; the first that fits counts."""
_FORMS = {
    "Comparison": "a list of slugs, or a table with 'models', and perhaps 'title' and 'story'",
    "OwnStory": "a text, or a table with 'en' and 'zh'",
}


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
        settings = _check(_from_environment(), CONFIG_NAME)
        return Project(root=here, config_name=CONFIG_NAME, settings=settings, is_configured=False)
    table = _read_table(path) | _from_environment()
    return Project(root=path.parent, config_name=path.name, settings=_check(table, path.name))


def _from_environment() -> dict[str, object]:
    """Return what a machine decides for itself: a workflow downloads what a laptop need not."""
    policy = os.environ.get(WEIGHTS_VARIABLE)
    if policy and policy not in set(WeightsPolicy):
        allowed = ", ".join(WeightsPolicy)
        raise RequestError(f"{WEIGHTS_VARIABLE}: should be one of {allowed} (got {policy!r:.80})")
    return {"weights": policy} if policy else {}


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
    if "kwargs" in loc[:-1]:
        return (
            f"'{_address(loc[: loc.index('kwargs') + 2])}': should be true or false, a number, "
            f"a text, or a list or table of such (got {item['input']!r:.80})"
        )
    where = _address(loc)
    if item["type"] == "extra_forbidden":
        found = [table for start, table in _TABLES.items() if re.match(start, where)]
        known = (found or [Settings])[0].model_fields
        return f"unknown key '{where}'; known keys: {', '.join(sorted(known))}"
    message = str(item["msg"])
    if item["type"] == "string_pattern_mismatch":
        message = f"should be {ALLOWED[item['ctx']['pattern']]}"
    elif item["type"] == "model_type" and item["ctx"]["class_name"] in _FORMS:
        message = f"should be {_FORMS[item['ctx']['class_name']]}"
    return f"'{where}': {message[:1].lower()}{message[1:]} (got {item['input']!r:.80})"


def _address(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
