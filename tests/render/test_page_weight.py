"""How much the pages of the largest nets weigh."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath

import material
import pytest
from conftest import RecordOf

from generator.captures import Capture
from generator.files import Content
from generator.render.site import Subject, render_site
from generator.zoo.families import zoo_entries

LIMIT_BYTES = 700_000
MENU_BYTES = 60_000
"""For the theme's frame around a page: header, menu of fifty models, table of contents."""


def theme_bytes() -> int:
    """Weigh what the theme loads with every page."""
    root = Path(material.__file__).parent / "templates/assets"
    patterns = ("stylesheets/main.*.css", "stylesheets/palette.*.css", "javascripts/bundle.*.js")
    files = [next(root.glob(pattern)) for pattern in patterns]
    return sum(file.stat().st_size for file in files)


def wanted(files: Mapping[str, Content], page: str) -> set[str]:
    """Name the styles, and the scripts that a page asks for: its tools, and what they import."""
    entry = "assets/archatlas.js"
    source = text_of(files[entry])
    tools = re.findall(r'\["[^"]*\[([\w-]+)\]", (.*)\],', source)
    unused = [loading for attribute, loading in tools if attribute not in page]
    assert 0 < len(unused) < len(tools)
    for loading in unused:
        source = source.replace(loading, "")
    found, waiting = {"assets/archatlas.css", entry}, [(entry, source)]
    while waiting:
        uri, source = waiting.pop()
        named = re.findall(r'(?:from|import\()\s*"(\.[^"]+)"', source)
        new = {normpath(join(dirname(uri), name)) for name in named} - found
        waiting += [(name, text_of(files[name])) for name in new]
        found |= new
    return found


def text_of(content: Content) -> str:
    """Read a file that is not written yet."""
    return content.read_text() if isinstance(content, Path) else bytes(content).decode()


def size_of(content: Content) -> int:
    """Weigh a file that is not written yet."""
    return content.stat().st_size if isinstance(content, Path) else len(content)


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["densenet201", "inception_v3", "resnet152", "vgg19"])
def test_the_pages_of_large_nets_are_light(
    zoo_record_of: RecordOf, tmp_path: Path, slug: str
) -> None:
    """Text, theme, styles and the scripts that the page asks for stay below the limit together."""
    record = zoo_record_of(slug)
    spec = next(entry for entry in zoo_entries() if entry.slug == slug)
    record = record.model_copy(update={"artifacts": ()})
    subject = Subject(spec, Capture(record=record, folder=tmp_path))
    files = render_site("Zoo", [subject], [], languages=("en", "zh")).files
    for prefix in ("", "zh/"):
        page = files[f"{prefix}models/{slug}/index.md"]
        ours = sum(size_of(files[uri]) for uri in wanted(files, text_of(page)))
        assert theme_bytes() + MENU_BYTES + ours + size_of(page) <= LIMIT_BYTES


@pytest.mark.slow
def test_every_layer_of_a_long_net_has_its_anchor_on_the_page(
    zoo_record_of: RecordOf, tmp_path: Path
) -> None:
    """Although the rows themselves are on another page."""
    record = zoo_record_of("densenet201").model_copy(update={"artifacts": ()})
    spec = next(entry for entry in zoo_entries() if entry.slug == "densenet201")
    files = render_site("Zoo", [Subject(spec, Capture(record=record, folder=tmp_path))], []).files
    page = bytes(files["models/densenet201/index.md"]).decode()
    layers = json.loads(bytes(files["models/densenet201/record.json"]))["layers"]
    assert all(f'id="layer-{layer["path"]}"' in page for layer in layers)
