"""Decides how an edition of the site speaks, and below which address it lies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from generator.analysis.message import Message
from generator.records import Text
from generator.render.environment import templates_folder

_NUMBER = re.compile(r"\d+(?:×\d+)*")
_NAMES = {"en": "English", "zh": "中文"}


@dataclass(frozen=True)
class Edition:
    """The site in one language."""

    code: str
    prefix: str
    """What its addresses begin with: nothing, or the language and a slash."""
    words: NullTranslations
    """The catalogue of its interface."""

    @property
    def name(self) -> str:
        """Its language, in that language."""
        return _NAMES[self.code]

    def say(self, value: Text | str | None) -> str:
        """Return a passage, a message or a name in this language; what nobody translated, as it is.

        The plain texts among a message's values are names, and stay.
        """
        if isinstance(value, Text):
            return str(getattr(value, self.code))
        if isinstance(value, Message):
            return self.words.gettext(value.template).format(**self._said(value.values))
        return self.words.gettext(value) if value else ""

    def pieces(self, text: str) -> str:
        """Translate a list of words, each by itself; a number in one stands for any number."""
        return self.words.gettext(", ").join(self._piece(piece) for piece in text.split(", "))

    def title(self, text: str) -> str:
        """Say what something in a drawing is called: a message, or words of the analysis."""
        return self.say(text) if isinstance(text, Message) else self.pieces(text)

    def _piece(self, piece: str) -> str:
        template, values = _NUMBER.sub("{}", piece), _NUMBER.findall(piece)
        said = self.words.gettext(template)
        return said.format(*values) if said != template else self.words.gettext(piece)

    def _said(self, values: dict[str, object]) -> dict[str, object]:
        return {
            name: self.say(value) if isinstance(value, Text | Message) else value
            for name, value in values.items()
        }


def editions(languages: Sequence[str]) -> tuple[Edition, ...]:
    """Return an edition per language: the first lies at the site's root, others in a folder."""
    return tuple(
        Edition(code, f"{code}/" if number else "", catalogue(code))
        for number, code in enumerate(dict.fromkeys(languages))
    )


@cache
def catalogue(code: str) -> NullTranslations:
    """Read the words of a language; English ones are the keys themselves."""
    if code == "en":
        return NullTranslations()
    path = templates_folder() / "locale" / code / "LC_MESSAGES" / "archatlas.po"
    with path.open("rb") as source:
        messages = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
