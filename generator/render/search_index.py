"""Decides what the search knows of a large site: every page, but of models only what stands out."""

import json
import re
from pathlib import Path

from generator.files import write_if_changed

_MOST_BYTES = 8_000_000
"""What a reader's browser may have to load, and to read, before the first hit."""
_OF_MODEL = r"(?:[a-z]{2}/)?models/[^/#]+/"
_SPARED: tuple[re.Pattern[str], ...] = (
    re.compile(rf"{_OF_MODEL}[^/#]+/#.+"),  # sections of pages below a model's
    re.compile(rf"{_OF_MODEL}[^/#]+/"),  # those pages
    re.compile(rf"{_OF_MODEL}#.+"),  # sections of a model's page
)
"""What is left out, one after the other, until the rest is small enough."""


def trim_search_index(site: Path) -> None:
    """Leave out of a built site's search index what makes it too large to be loaded."""
    path = site / "search" / "search_index.json"
    if not path.is_file() or path.stat().st_size <= _MOST_BYTES:
        return
    index = json.loads(path.read_text(encoding="utf-8"))
    for spared in _SPARED:
        index["docs"] = [doc for doc in index["docs"] if not spared.fullmatch(doc["location"])]
        content = json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode()
        if len(content) <= _MOST_BYTES:
            break
    write_if_changed(path, content)
