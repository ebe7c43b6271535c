"""Decides how a passage points to the glossary."""

from collections.abc import Iterable

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from generator.glossary.mentions import Piece, link_terms
from generator.records import Text


@pass_context
def linked(context: Context, passage: Text | str | None, without: str = "") -> Markup:
    """Say a passage in the edition's language, as HTML; terms link to the glossary, once each.

    Args:
        context: of the page: it knows the edition, and its root's address as `home`.
        passage: what to say; everything in it is text.
        without: id of a term that is not to be linked.
    """
    edition = context["edition"]
    return _written(context, link_terms(edition.say(passage), edition.code, without={without}))


@pass_context
def linked_once(context: Context, passages: Iterable[Text | str | None]) -> tuple[Markup, ...]:
    """Say passages that are read one after the other: a term links where it comes up first.

    What an edition has no words for is left out.
    """
    edition = context["edition"]
    said: list[Markup] = []
    seen: set[str] = set()
    for text in filter(None, map(edition.say, passages)):
        pieces = link_terms(text, edition.code, without=seen)
        seen |= {piece.term for piece in pieces if piece.term}
        said.append(_written(context, pieces))
    return tuple(said)


def _written(context: Context, pieces: Iterable[Piece]) -> Markup:
    partial = context.environment.get_template("partials/linked.j2")
    # The partial escapes what it prints, as every template does.
    return Markup(partial.render(pieces=pieces, home=context["home"]))  # noqa: S704
