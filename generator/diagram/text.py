"""Decides which characters of a name a drawing can carry."""

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def drawable(text: str) -> str:
    """Replace what XML has no way to write, such as control characters."""
    return _NOT_XML.sub("\ufffd", text)
