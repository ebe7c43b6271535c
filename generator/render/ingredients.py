"""Decides what a page depends on beside what it shows: our code and words, and its templates."""

import hashlib
import platform
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment

from generator.render.environment import templates_folder

_PACKAGE = Path(__file__).parent.parent
_APART = (
    *("capture/", "cli/", "cluster/", "zoo/nets/", "templates/"),
    *("collection.py", "remote.py", "toolchain.py"),
)
"""What pages do not depend on; templates count one by one."""
_FACTS = ("zoo", "stories")
"""Where facts about single models lie, which reach pages as what they show."""
_DRAWN_WITH = ("babel", "graphviz", "jinja2", "markupsafe", "pillow", "pydantic", "pygraphviz")
_NAMING = re.compile(r"""\{%[-+]?\s*(?:import|from|include|extends)\b\s*(?:"([^"]+)")?""")
_ANYWHERE = ("partials/linked.j2",)
"""Templates that filters fill in."""


@cache
def code_digest() -> str:
    """Digest our code and its translations, and what else has a say in every page."""
    digest = hashlib.sha256(platform.python_version().encode())
    for name in _DRAWN_WITH:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in _code():
        digest.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def sources(environment: Environment) -> dict[str, str]:
    """Return the text of every template, by name."""
    loader = environment.loader
    names = environment.list_templates(extensions=("j2",))
    return {name: loader.get_source(environment, name)[0] for name in names} if loader else {}


def closure(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a template, and of all that it can take others from."""
    used: dict[str, str] = {}
    waiting = [name, *_ANYWHERE]
    while waiting:
        found = waiting.pop()
        if found not in used and found in texts:
            used[found] = texts[found]
            named = _NAMING.findall(texts[found])
            # A name that is computed can be any.
            waiting += named if all(named) else texts
    return used


def _code() -> Iterator[Path]:
    for path in sorted((*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.toml"))):
        is_fact = path.suffix == ".toml" and path.parent.name in _FACTS
        is_apart = path.relative_to(_PACKAGE).as_posix().startswith(_APART)
        if not is_fact and not is_apart:
            yield path
    yield from sorted((templates_folder() / "locale").rglob("*.po"))
