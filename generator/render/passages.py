"""Decides how a passage points to the glossary."""

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from generator.glossary.mentions import link_terms
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
    pieces = link_terms(edition.say(passage), edition.code, without={without})
    partial = context.environment.get_template("partials/linked.j2")
    # The partial escapes what it prints, as every template does.
    return Markup(partial.render(pieces=pieces, home=context["home"]))  # noqa: S704
