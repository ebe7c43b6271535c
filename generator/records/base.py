"""Decides what all records have in common: frozen, plain, nothing unknown in them."""

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
"""Raised whenever a stored capture of an earlier version can no longer be read."""

REMEMBERED = 64
"""How many records analysis keeps in mind, so that pages do not derive the same thing anew."""

Shape = tuple[int, ...]
"""A tensor's shape as observed, the batch of one first: (1, C, H, W)."""

Argument = bool | int | float | str | tuple[int, ...] | tuple[float, ...]
"""One plain argument of an operation."""


class Frozen(BaseModel):
    """A value that nobody changes once it is made."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


class Text(Frozen):
    """A passage for readers, in each language of the site."""

    en: str
    zh: str
