"""Decides whether a built site hangs together: every link arrives, every published file is linked.

A page is read once and never fetched. What a script requests at run time is not seen here.
"""

import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from generator.errors import RenderError

DATA_ROOTS = ("models/", "data/")

_DOCUMENTS = (".html", ".svg")  # they have ids, and so can be the target of a fragment
_PARSED = (*_DOCUMENTS, ".css")
_LINKING = (".html", ".css")  # what makes a published file reachable for a reader
_WEB_SCHEMES = frozenset({"http", "https"})
_HOSTLESS_SCHEMES = frozenset({"about", "blob", "data", "javascript", "mailto", "tel"})
# A link element's other relations (canonical, alternate, next, license …) wait for a click.
_LOADING_REL = re.compile(r"(?i)icon|stylesheet|manifest|preconnect|preload|prefetch|prerender")
_PAINT = re.compile(r"style|fill|stroke|filter|mask|cursor|clip-path|marker-(start|mid|end)")
_CSS_TOKEN = re.compile(
    r"""/\*.*?\*/ | @namespace[^;]*;  # neither loads anything
    | (?:@import\s+(?:url\(\s*)? | url\(\s*)
      (?: "(?P<double>(?:[^"\\]|\\.)*)"
        | '(?P<single>(?:[^'\\]|\\.)*)'
        | (?P<bare>[^\s"'()]+)\s*\) )
    | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'  # a string that merely speaks of url()""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CANDIDATE = re.compile(r"[\s,]*([^\s,](?:\S*[^\s,])?)(?:\s+[^,]*)?")  # of a srcset
_REFRESH = re.compile(r"\d+\s*[;,]\s*url\s*=\s*[\"']?([^\"']+)", re.IGNORECASE)
# html.parser spends microseconds on each tag, and nine in ten of a drawing's or a table's tags can
# neither link nor be linked to. Dropping those first makes a site of 60 MB a matter of seconds.
# Elements whose content is plain text stay whole: without their end tag they would eat the page.
_IDLE_TAG = re.compile(
    r"""</?(?!(?:script|style|title|textarea|iframe|noembed|noframes|plaintext|xmp)\b)
    [a-z][a-z0-9]*+
    (?:\s++(?!(?:id|name|href|xlink:href|src|srcset|imagesrcset|poster|data|action|formaction
               |http-equiv|data-aa-file[a-z-]*)=)
       [a-z][a-z0-9:_-]*+(?:="[^"<>(]*+")?+)*+
    \s*+/?>""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class BrokenLink:
    """One link of a built page that a reader's browser could not, or should not, follow."""

    page: str  # posix, in the site; a stylesheet or a drawing counts as a page
    target: str  # as written there
    reason: str


@dataclass(frozen=True)
class LinkReport:
    """What following every link of a built site found."""

    broken: tuple[BrokenLink, ...]
    orphans: tuple[str, ...]  # published files that no page links to


class _Reference(NamedTuple):
    target: str
    loads: bool  # the browser requests it unasked, unlike a link that waits for a click


@dataclass(frozen=True)
class _Page:
    references: tuple[_Reference, ...]
    anchors: frozenset[str]
    canonical: str


@dataclass(frozen=True)
class _Site:
    files: frozenset[str]
    pages: Mapping[str, _Page]
    base_path: str  # where the site will be mounted, ending in a slash


class _BrokenError(ValueError):
    """Carries the reason up from wherever following a link ended, as urlsplit's own error does."""


def broken_links(site: Path) -> tuple[BrokenLink, ...]:
    """List the links of the built site that lead nowhere or to another host's resources."""
    return check_links(site).broken


def orphans(site: Path, data_roots: Sequence[str] = DATA_ROOTS) -> tuple[str, ...]:
    """List the published files below the roots that no page or stylesheet refers to."""
    return check_links(site, data_roots).orphans


def check_links(site: Path, data_roots: Sequence[str] = DATA_ROOTS) -> LinkReport:
    """Find broken links and orphans in one reading of the site.

    A page's link to itself does not save it from being an orphan.
    """
    built = _read_site(site)
    broken: list[BrokenLink] = []
    linked: set[str] = set()
    for page_uri, page in built.pages.items():
        for reference in page.references:
            reached, reason = _follow(built, page_uri, reference)
            if reason:
                broken.append(BrokenLink(page_uri, reference.target, reason))
            if page_uri.endswith(_LINKING):
                linked.update(uri for uri in reached if uri != page_uri)
    roots = tuple(f"{root.rstrip('/')}/" for root in data_roots)
    unlinked = (uri for uri in built.files - linked if uri.startswith(roots))
    return LinkReport(tuple(broken), tuple(sorted(unlinked)))


def _read_site(site: Path) -> _Site:
    files = frozenset(
        Path(folder, name).relative_to(site).as_posix()
        for folder, _, names in os.walk(site)
        for name in names
    )
    pages = {uri: _read_page(site / uri) for uri in sorted(files) if uri.endswith(_PARSED)}
    if not any(uri.endswith(".html") for uri in pages):
        raise RenderError(f"{site}: no built site here; run `archatlas build` first")
    canonical = pages["index.html"].canonical if "index.html" in pages else ""
    return _Site(files, pages, base_path=f"{urlsplit(canonical).path.rstrip('/')}/")


def _read_page(path: Path) -> _Page:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".css":  # its fragments belong to whatever document it styles
        ours = (one for one in _css_references(text) if not one.target.startswith("#"))
        return _Page(tuple(dict.fromkeys(ours)), frozenset(), "")
    collector = _Collector()
    collector.feed(_IDLE_TAG.sub("", text))
    collector.close()
    references = dict.fromkeys(collector.references)
    return _Page(tuple(references), frozenset(collector.anchors), collector.canonical)


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.references: list[_Reference] = []
        self.anchors: set[str] = set()
        self.canonical = ""

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002
        """Skip counting lines: nobody asks, and it costs a third of the time."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}  # the first one counts
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "name" in given:
            self.anchors.add(given["name"])
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical = given.get("href", "")
        self.references.extend(_references(tag, given))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.references.extend(_css_references(data))


def _references(tag: str, given: Mapping[str, str]) -> Iterator[_Reference]:
    for name, value in given.items():
        if name in {"href", "xlink:href"}:
            yield _Reference(value, loads=_href_loads(tag, given))
        elif _loads(tag, name):
            yield _Reference(value, loads=True)
        elif name in {"srcset", "imagesrcset"}:
            yield from (_Reference(one, loads=True) for one in _CANDIDATE.findall(value))
        elif name in {"action", "formaction"}:
            yield _Reference(value, loads=False)
        elif "(" in value and _PAINT.fullmatch(name):
            yield from _css_references(value)
        elif name == "content" and given.get("http-equiv", "").lower() == "refresh":
            yield from (_Reference(one, loads=True) for one in _REFRESH.findall(value))


def _loads(tag: str, name: str) -> bool:
    """Say whether an attribute names a file that the page fetches; our own scripts use data-…."""
    is_media = name in {"src", "poster"} or (tag, name) == ("object", "data")
    return is_media or name.startswith("data-aa-file")


def _href_loads(tag: str, given: Mapping[str, str]) -> bool:
    if tag == "link":
        return bool(_LOADING_REL.search(given.get("rel", "")))
    return tag not in {"a", "area"}


def _css_references(css: str) -> Iterator[_Reference]:
    for token in _CSS_TOKEN.finditer(css):
        if target := token["double"] or token["single"] or token["bare"]:
            yield _Reference(target, loads=True)


def _follow(site: _Site, page_uri: str, reference: _Reference) -> tuple[Sequence[str], str]:
    """Return the files reached and, if the way ends early, the reason."""
    reached: list[str] = []
    try:
        for file_uri, fragment in _hops(site, page_uri, reference):
            reached.append(file_uri)
            _require_anchor(site, file_uri, fragment)
    except ValueError as broken:
        return reached, str(broken)
    return reached, ""


def _hops(site: _Site, page_uri: str, reference: _Reference) -> Iterator[tuple[str, str]]:
    """Yield the uri and the fragment of each file that one reference asks for."""
    # Browsers trim an address and read a backslash as a slash.
    target = reference.target.strip(" \t\r\n\f").replace("\\", "/")
    url = urlsplit(target)
    if reference.loads and not target:
        raise _BrokenError("empty address")
    if _is_elsewhere(target, url, loads=reference.loads):
        return
    file_uri = _file_uri(site, page_uri, unquote(url.path))
    yield file_uri, url.fragment
    for asked in parse_qs(url.query).get("url", ()):  # a viewer that opens what it is asked for
        try:
            yield from _hops(site, file_uri, _Reference(asked, loads=True))
        except ValueError as broken:
            raise _BrokenError(f"url={asked}: {broken}") from broken


def _is_elsewhere(target: str, url: SplitResult, *, loads: bool) -> bool:
    if url.scheme in _WEB_SCHEMES or target.startswith("//"):
        if loads:
            raise _BrokenError("loads from another host")
        return True
    if url.scheme and url.scheme not in _HOSTLESS_SCHEMES:
        raise _BrokenError(f"unknown scheme '{url.scheme}:'")
    return bool(url.scheme)


def _file_uri(site: _Site, page_uri: str, path: str) -> str:
    if not path:
        return page_uri
    uri = posixpath.normpath(posixpath.join(*_start(site, page_uri, path)))
    if uri == ".." or uri.startswith("../"):
        raise _BrokenError("leaves the site folder")
    is_folder = path.endswith(("/", "/.", "/..")) or path in {".", ".."}
    index_uri = posixpath.normpath(f"{uri}/index.html")
    for candidate in (index_uri,) if is_folder else (uri, index_uri):
        if candidate in site.files:
            return candidate
    raise _BrokenError(f"no file {index_uri if is_folder else uri}")


def _start(site: _Site, page_uri: str, path: str) -> tuple[str, str]:
    if not path.startswith("/"):
        return posixpath.dirname(page_uri), path
    # The one page that is served for any address, and so cannot speak relatively.
    if posixpath.basename(page_uri) != "404.html":
        raise _BrokenError("absolute path; breaks under a base path")
    if not path.startswith(site.base_path):
        raise _BrokenError("leaves the site folder")
    return "", path.removeprefix(site.base_path)


def _require_anchor(site: _Site, uri: str, fragment: str) -> None:
    name = fragment.partition(":~:")[0]  # what follows is text to search for
    if name in {"", "top"} or name.startswith("__") or not uri.endswith(_DOCUMENTS):
        return
    if {name, unquote(name)}.isdisjoint(site.pages[uri].anchors):
        raise _BrokenError(f"{uri} has no element with the id '{unquote(name)}'")
