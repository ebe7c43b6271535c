"""Decides which parts of the installed Netron are published, and how its page is tamed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from generator.errors import RenderError

# Netron finds everything else from these: the page, and the one format this site publishes.
_ROOTS = ("index.html", "onnx.js")

# How Netron's files name one another. `register('./x')` is left out on purpose: it names the
# readers of the other formats, which the shim answers for.
_REFERENCE = re.compile(
    r"""(?:href|src)="(?P<html>[\w-]+\.[a-z]+)"
      | (?:from\s|import\(|require\(|worker\()\s*'\./(?P<script>[\w-]+)(?:\.js)?'
      | asset\('(?P<asset>[\w.-]+)'""",
    re.VERBOSE,
)
_PRELOADED = re.compile(r"var modules = \[(?P<names>.*?)\];", re.DOTALL)

# What the shim takes hold of: a Netron without one of these would phone home or ignore `&node=`.
_HOOKS = (
    ("index.js", "window.exports.preload = function(callback) {"),
    ("index.js", "window.exports.terminate = function(message) {"),
    ("index.js", "window.exports.preload(function("),
    ("browser.js", "    async view(view) {"),
    ("browser.js", "    async start() {"),
    ("browser.js", "    get version() {"),
    ("browser.js", "    async asset(file) {"),
    ("browser.js", "    async require(id) {"),
    ("view.js", "`name-${value.name}`"),
    ("view.js", "await this._host.view(this);"),
    ("view.js", "await this._host.start();"),
    ("index.html", 'id="message-text"'),
    ("index.html", 'id="sidebar-closebutton"'),
)

# Netron styles elements inline, and draws its PNG export from a `data:` picture.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
)

_NOTICE = """\
Netron {version}, https://github.com/lutzroeder/netron
Copyright (c) Lutz Roeder

Its graph layout (dagre.js) derives from dagre, https://github.com/dagrejs/dagre
Copyright (c) 2012 Chris Pettitt

Both under the MIT License. The files are as published, except index.html, which loads
archatlas.js and forbids requests to other hosts; archatlas.js is not part of Netron.

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


@dataclass(frozen=True)
class NetronApp:
    """Netron as this site serves it."""

    version: str
    files: Mapping[str, bytes]
    """Uri in the site, below `netron/`, and content; sorted by uri."""


def netron_version() -> str:
    """Return the version of the installed Netron.

    Raises:
        RenderError: there is none.
    """
    return _wheel().version


def load_netron(shim: str) -> NetronApp:
    """Read Netron from its wheel, without importing it, and add `shim` as `netron/archatlas.js`.

    Raises:
        RenderError: Netron is absent, or no longer the one the shim was written for.
    """
    wheel = _wheel()
    version = wheel.version
    files = _collect(Path(str(wheel.locate_file("netron"))), version)
    _check_hooks(files, version)
    files["index.html"] = _tame(files["index.html"].decode(), version).encode()
    files["archatlas.js"] = shim.encode()
    files["LICENSE.txt"] = _NOTICE.format(version=version).encode()
    uris = {f"netron/{name}": files[name] for name in sorted(files)}
    return NetronApp(version, MappingProxyType(uris))


def _wheel() -> metadata.Distribution:
    try:
        return metadata.distribution("netron")
    except metadata.PackageNotFoundError as error:
        raise RenderError(
            "netron: not installed, so no page can open a model in it; `pip install netron` adds it"
        ) from error


def _collect(folder: Path, version: str) -> dict[str, bytes]:
    """Read the roots and whatever they lead to: the wheel holds 25 MB, an ONNX graph needs 8."""
    contents: dict[str, bytes] = {}
    waiting = list(_ROOTS)
    while waiting:
        name = waiting.pop()
        if name not in contents:
            contents[name] = _read(folder / name, version)
            waiting += _references(name, contents[name], version)
    return contents


def _read(path: Path, version: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _changed(version, f"'{path.name}' cannot be read from {path.parent}") from error


def _references(name: str, content: bytes, version: str) -> list[str]:
    """List the files of Netron that one of them loads."""
    if not name.endswith((".html", ".js")):
        return []
    text = content.decode()
    names = [
        f"{match['script']}.js" if match["script"] else match["html"] or match["asset"]
        for match in _REFERENCE.finditer(text)
    ]
    return names + _preloaded(text, version) if name == "index.js" else names


def _preloaded(text: str, version: str) -> list[str]:
    modules = _PRELOADED.search(text)
    if modules is None:
        raise _changed(version, "index.js no longer lists the modules it preloads")
    return [f"{name}.js" for name in re.findall(r"'([\w-]+)'", modules["names"])]


def _check_hooks(files: Mapping[str, bytes], version: str) -> None:
    for name, hook in _HOOKS:
        if hook.encode() not in files.get(name, b""):
            raise _changed(version, f"{name} no longer holds {hook.strip()!r}")


def _tame(page: str, version: str) -> str:
    """Patch the page: no version or build date to act upon, our policy, our script."""
    own_script = (
        f'<script type="module" src="archatlas.js" data-netron-version="{version}"></script>'
    )
    replacements = (
        (r'<meta name="version" content="[^"]*">\n', ""),
        (r'<meta name="date" content="[^"]*">\n', ""),
        (r'(<meta http-equiv="Content-Security-Policy" content=)"[^"]*">', rf'\1"{_POLICY}">'),
        (r'(<script type="text/javascript" src="index\.js"></script>)', rf"\1\n{own_script}"),
    )
    for pattern, replacement in replacements:
        page, count = re.subn(pattern, replacement, page)
        if count != 1:
            raise _changed(version, f"index.html holds {count} instead of 1 of {pattern!r}")
    return page


def _changed(version: str, finding: str) -> RenderError:
    return RenderError(
        f"netron {version}: {finding}, so it cannot be published safely;"
        " install another version (9.3.3 is known to work)"
    )
