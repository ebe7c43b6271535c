"""Decides how results look in a notebook: HTML that needs nothing from anywhere else."""

import base64
from dataclasses import dataclass
from functools import cache
from typing import Self

from generator.errors import RequestError
from generator.render.drawings import draw_model
from generator.render.editions import Edition, editions
from generator.render.model_page import ModelPage
from generator.render.templates import Templates

_LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Picture:
    """A drawing as an address that holds it whole."""

    address: str
    width: int
    height: int


@dataclass(frozen=True)
class Look:
    """A model as it is shown."""

    model: ModelPage
    design: Picture | None

    @classmethod
    def of(cls, page: ModelPage, language: str) -> Self:
        """Draw a model in a language."""
        drawn = draw_model(page.spec.title, page.outline, (), {}, _edition(language)).design
        if drawn is None:
            return cls(page, None)
        content = base64.b64encode(drawn.svg.encode()).decode()
        return cls(page, Picture(f"data:image/svg+xml;base64,{content}", drawn.width, drawn.height))


def shown(name: str, language: str, **view: object) -> str:
    """Fill in a template of the notebook's in a language; names lead nowhere there.

    Raises:
        RequestError: nobody speaks the language here.
    """
    return _templates(language).text(f"notebook/{name}.html.j2", home=None, **view)


@cache
def _templates(language: str) -> Templates:
    return Templates.of(_edition(language))


def _edition(language: str) -> Edition:
    if language not in _LANGUAGES:
        raise RequestError(f"language '{language}': should be {' or '.join(map(repr, _LANGUAGES))}")
    return editions([language])[0]
