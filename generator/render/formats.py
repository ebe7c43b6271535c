"""Decides how numbers and names are written for readers."""

import re
from html import escape
from urllib.parse import quote

_THOUSAND = 1000
_ROUNDS_UP = 999.5
"""From here on, three digits are a thousand."""
_THIN_SPACE = "\u202f"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!])")


def count(number: int | None) -> str:
    """Write a count with three digits and a unit: 61.1 M; a dash where there is none."""
    if number is None:
        return "–"
    return _scaled(float(number), ("", "K", "M", "G", "T"))


def exact(number: int | None) -> str:
    """Write every digit, thousands apart."""
    return "–" if number is None else f"{number:,}".replace(",", _THIN_SPACE)


def signed(number: int) -> str:
    """Write every digit of a difference, with its sign."""
    return f"{'+' if number > 0 else '−'}{exact(abs(number))}"


def byte_count(number: int | None) -> str:
    """Write a size in decimal units: 244 MB."""
    return "–" if number is None else _scaled(float(number), ("B", "KB", "MB", "GB", "TB"))


def percent(share: float | None) -> str:
    """Write a share, 0…1, never rounding something down to nothing."""
    if share is None:
        return "–"
    if 0 < share < 0.001:  # noqa: PLR2004
        return f"<0.1{_THIN_SPACE}%"
    return f"{share * 100:.1f}{_THIN_SPACE}%"


def accuracy(percentage: float | None, digits: int = 2) -> str:
    """Write an accuracy that is published in percent: always as many digits, 76.13 %, 92.86 %."""
    return "–" if percentage is None else f"{percentage:.{digits}f}{_THIN_SPACE}%"


def number(value: float | None) -> str:
    """Write a real number with three significant digits."""
    return "–" if value is None else f"{value:.3g}".replace("-", "−")


def duration(milliseconds: float | None) -> str:
    """Write a time with three digits: 16.8 ms, 1.2 s."""
    if milliseconds is None:
        return "–"
    if milliseconds < _ROUNDS_UP:
        return f"{milliseconds:.3g}{_THIN_SPACE}ms"
    return _scaled(milliseconds / _THOUSAND, ("s",))


def shape(sizes: tuple[int, ...]) -> str:
    """Write a shape without its batch of one: 64×56×56."""
    inner = sizes[1:] if len(sizes) > 1 else sizes
    return "×".join(map(str, inner)) if inner else "–"


def sizes(values: tuple[int, ...]) -> str:
    """Write sizes as they are: 3×224×224."""
    return "×".join(map(str, values)) if values else "–"


def markdown_text(text: str) -> str:
    """Return text that Markdown and HTML read as nothing but text, on one line."""
    return _MARKDOWN.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def menu_text(text: str) -> str:
    """Return text for MkDocs titles, which themes print without escaping."""
    return text.replace("&", "&amp;").replace("<", "‹").replace(">", "›")


def meta_text(text: str) -> str:
    """Return text for a page's front matter that themes print inside of an attribute."""
    return menu_text(" ".join(text.split())).replace('"', "”")


def url(text: str) -> str:
    """Return text as one part of an address."""
    return quote(text, safe="")


def _scaled(value: float, units: tuple[str, ...]) -> str:
    for unit in units[:-1]:
        if value < _ROUNDS_UP:
            return _rounded(value, unit)
        value /= _THOUSAND
    return _rounded(value, units[-1])


def _rounded(value: float, unit: str) -> str:
    digits = f"{value:.3g}" if value < _ROUNDS_UP else f"{value:.0f}"
    return f"{digits}{_THIN_SPACE}{unit}".strip()


def netron_uri(slug: str, node: str) -> str:
    """Return where Netron opens a node of a model's graph, from the site's root."""
    return f"netron/index.html?url=../models/{slug}/model.onnx&node={url(node)}"
