"""Decides what the files of a built site count as when it says what it weighs."""

import os
from collections import Counter
from enum import StrEnum
from pathlib import Path

from generator.files import MANIFEST_NAME
from generator.render.formats import byte_count


class Ware(StrEnum):
    """What a file is to those who download it."""

    PAGES = "pages"
    PICTURES = "pictures"
    DATA = "data"
    NETRON = "Netron"
    LOOKS = "styles and scripts"


_BY_SUFFIX = {
    ".html": Ware.PAGES,
    **dict.fromkeys((".svg", ".png", ".webp", ".jpg", ".jpeg", ".avif", ".gif"), Ware.PICTURES),
    **dict.fromkeys((".css", ".js", ".mjs", ".map", ".wasm", ".woff", ".woff2"), Ware.LOOKS),
}


def weigh(site: Path) -> dict[Ware, int]:
    """Return the bytes of a built site by kind, the heaviest kind first."""
    bytes_of: Counter[Ware] = Counter()
    for folder, _, names in os.walk(site):
        for name in names:
            path = Path(folder, name)
            if name != MANIFEST_NAME:
                bytes_of[_ware(path.relative_to(site))] += path.stat().st_size
    return dict(bytes_of.most_common())


def weight_line(bytes_of: dict[Ware, int]) -> str:
    """Say what a site weighs, in a line."""
    parts = ", ".join(f"{byte_count(weight)} {ware}" for ware, weight in bytes_of.items())
    return f"{byte_count(sum(bytes_of.values()))}: {parts}"


def _ware(uri: Path) -> Ware:
    if uri.parts[0] == "netron":
        return Ware.NETRON
    return _BY_SUFFIX.get(uri.suffix, Ware.DATA)
