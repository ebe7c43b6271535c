"""Decides how a file of facts is read, and what is said of a wrong one."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from generator.errors import RequestError

Facts = TypeVar("Facts", bound=BaseModel)


def read_facts(path: Path, kind: type[Facts]) -> Facts:
    """Read a TOML file as one value of a kind.

    Raises:
        RequestError: it is no TOML, a key is unknown, or a value is missing or of the wrong kind;
            one line for each mistake, with file and key.
    """
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"{path.name}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise RequestError(explained(path.name, error)) from error


def explained(where: str, error: ValidationError) -> str:
    """Turn pydantic's errors into lines: where, which key, what is wrong with it."""
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            lines.append(f"{where}: unknown key '{key}'")
        elif item["type"] == "missing":
            lines.append(f"{where}: '{key}' is missing")
        else:
            lines.append(f"{where}: '{key}': {item['msg']} (got {item['input']!r:.80})")
    return "\n".join(lines)


def unwrapped(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Join the lines of every passage: with spaces, but for Chinese without."""
    if isinstance(value, list):
        return [unwrapped(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: ("" if key == "zh" else " ").join(item.split("\n")).strip()
        if isinstance(item, str)
        else unwrapped(item)
        for key, item in value.items()
    }
