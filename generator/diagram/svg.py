"""Decides how DOT becomes a picture: SVG by the Graphviz that pygraphviz carries."""

import re
import xml.etree.ElementTree as ET
from html import escape

import pygraphviz

from generator.diagram.text import drawable
from generator.errors import RenderError

_PROLOG = re.compile(rb"^.*?(?=<svg)", re.DOTALL)
_INNER_TITLE = re.compile(r"<title>[^<]*</title>\n?")
_LINK = re.compile(r'(<a\b[^>]*\bxlink:title="([^"]*)"[^>]*>)')
_NUMBERED = re.compile(r' id="(?:a_)?(?:graph|node|edge|clust)\d+"')
_COMMENT = re.compile(rb"<!--.*?-->\n?", re.DOTALL)


def draw(dot: str, name: str, description: str, role: str = "img") -> str:
    """Lay a graph out and return it as SVG with an accessible name and description.

    A drawing with links in it is a group, for what is inside a picture is not read out.

    Raises:
        RenderError: Graphviz refused the graph.
    """
    try:
        graph = pygraphviz.AGraph(string=dot)
        drawn = bytes(graph.draw(format="svg", prog="dot"))
    except (OSError, ValueError, pygraphviz.DotError) as error:
        raise RenderError(f"{name}: Graphviz could not draw it: {error}") from error
    return _accessible(drawn, name, description, role)


def lean(svg: str, font: str) -> str:
    """Drop what a large drawing repeats for every mark, and say it once."""
    head, _, body = svg.partition(">")
    title, _, body = body.partition("</desc>")
    for repeated in (f' font-family="{font}"', ' xml:space="preserve"'):
        body = body.replace(repeated, "")
    body = _INNER_TITLE.sub("", body)
    return f'{head} font-family="{font}">{title}</desc>{body}'


def _accessible(svg: bytes, name: str, description: str, role: str) -> str:
    """Drop the prolog and the generator's comments, and let screen readers say what it shows.

    Of several drawings in one page no two may share an id, and what a pointer is told is the
    tooltip, not the name that a box has in DOT.
    """
    text = _COMMENT.sub(b"", _PROLOG.sub(b"", svg)).decode()
    head, _, body = text.partition(">")
    body = _NUMBERED.sub("", _INNER_TITLE.sub("", body))
    body = _LINK.sub(r"\1<title>\2</title>", body)
    head = re.sub(r'\b(width|height)="([\d.]+)pt"', r'\1="\2"', head)
    name, description = escape(drawable(name)), escape(drawable(description))
    title = f"<title>{name}</title><desc>{description}</desc>"
    return f'{head} role="{role}" aria-label="{name}">{title}{body}'.strip() + "\n"


def size_of(svg: str) -> tuple[int, int]:
    """Return the width and height an SVG asks for, in pixels."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return round(float(root.get("width", 0))), round(float(root.get("height", 0)))
