"""Decides how a sentence keeps what it was made of, so that it can be said in another language."""

from typing import Self

from generator.words import marked

__all__ = ["Message", "marked"]


class Message(str):
    """English words that remember their template and its values.

    Catalogues of translations are keyed by templates, which are collected from the calls of this
    class: the template must stand there literally. A value may be a message itself.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Say it in English, and keep the parts."""
        made = super().__new__(cls, template.format(**values))
        made.template = template
        made.values = values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Let copies be said anew, from the parts."""
        return (self.template,), self.values

    def __getstate__(self) -> None:
        """Leave nothing else to copy."""
