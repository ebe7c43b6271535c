"""Decides what search engines are told: they may read all of it, and where the site map lies."""

import xml.etree.ElementTree as ET
from pathlib import Path

from generator.files import write_if_changed

_LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def add_robots(site: Path) -> None:
    """Write robots.txt into a built site, unless its author wrote one.

    The site map is named by its full address, as the rule for these files asks; a site that does
    not know its address has none in its site map, and names none.
    """
    path = site / "robots.txt"
    if path.exists():
        return
    lines = ["User-agent: *", "Allow: /"]
    home = _home(site / "sitemap.xml")
    if home:
        lines += ["", f"Sitemap: {home}sitemap.xml"]
    write_if_changed(path, ("\n".join(lines) + "\n").encode())


def _home(site_map: Path) -> str | None:
    """Return the address of the home page: of all pages' it is the shortest."""
    if not site_map.is_file():
        return None
    tree = ET.parse(site_map)  # noqa: S314 - our own
    pages = [location.text or "" for location in tree.iter(_LOCATION)]
    return min(pages, key=len, default=None)
