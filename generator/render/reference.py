"""Decides how the schema of the settings reads as a page."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.render.templates import Templates
from generator.settings import Settings
from generator.words import marked

PAGE = "guide/configuration.md"
"""Where the page lies among an edition's sources."""

_TEMPLATE = "guide/configuration.md.j2"
_KINDS = {
    "string": marked("text"),
    "integer": marked("whole number"),
    "number": marked("number"),
    "boolean": marked("true or false"),
    "object": marked("table"),
}
_LISTS = {
    "string": marked("list of texts"),
    "integer": marked("list of whole numbers"),
    "object": marked("list of tables"),
}
_BOUNDS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}
_NOTHING: tuple[object, ...] = (None, [], {}, "")

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """One key of a table."""

    name: str
    meaning: str
    kind: str
    choices: tuple[str, ...]
    bounds: str
    default: str | None
    """As TOML writes it; none: there is none, or it is nothing."""
    is_required: bool


@dataclass(frozen=True)
class Table:
    """One table of the settings."""

    name: str
    """As TOML writes its head; empty: the file's own keys."""
    meaning: str
    keys: tuple[Key, ...]


def reference_page(templates: Templates) -> str:
    """Return the page about all keys, in an edition's language, as Markdown."""
    return templates.text(_TEMPLATE, tables=tuple(settings_tables()))


def settings_tables() -> Iterator[Table]:
    """Yield every table of the settings: the file's own keys first, then tables in tables."""
    schema = Settings.model_json_schema()
    yield from _tables("", "", schema, schema.get("$defs", {}))


def _tables(name: str, meaning: str, table: Schema, defs: Mapping[str, Schema]) -> Iterator[Table]:
    properties = {key: _resolved(value, defs) for key, value in table["properties"].items()}
    required = table.get("required", ())
    yield Table(name, meaning, tuple(_key(k, v, k in required) for k, v in properties.items()))
    for key, value in properties.items():
        inner = value["items"] if value.get("type") == "array" else value
        if "properties" in inner:
            path = f"{name.strip('[]')}.{key}".strip(".")
            head = f"[[{path}]]" if inner is not value else f"[{path}]"
            yield from _tables(head, value["description"], inner, defs)


def _resolved(value: Schema, defs: Mapping[str, Schema]) -> Schema:
    """Follow references, and take what may be left out for what it is otherwise."""
    choices = [choice for choice in value.get("anyOf", ()) if choice.get("type") != "null"]
    for inner in [*choices, value]:
        if "$ref" in inner:
            value = {**defs[inner["$ref"].rpartition("/")[2]], **value}
        elif inner is not value:
            value = {**inner, **value}
    if "items" in value:
        value = {**value, "items": _resolved(value["items"], defs)}
    return value


def _key(name: str, value: Schema, is_required: bool) -> Key:  # noqa: FBT001 - what the schema says
    default = value.get("default")
    has_default = default not in _NOTHING and "properties" not in value
    return Key(
        name=name,
        meaning=value["description"],
        kind=_kind(value),
        choices=tuple(json.dumps(choice) for choice in value.get("enum", ())),
        bounds=", ".join(f"{sign} {value[k]}" for k, sign in _BOUNDS.items() if k in value),
        default=json.dumps(default, ensure_ascii=False) if has_default else None,
        is_required=is_required,
    )


def _kind(value: Schema) -> str:
    kind: str = value["type"]
    if kind != "array":
        return _KINDS[kind]
    of: str = value["items"]["type"]
    return _LISTS[of]
