"""Where links of a page begin, whatever the page, the edition and the address of the site."""

import posixpath
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render.editions import editions
from generator.render.templates import Templates

ENGLISH, CHINESE = (Templates.of(edition) for edition in editions(["en", "zh"]))


@pytest.mark.parametrize(
    ("templates", "uri", "root", "home", "files"),
    [
        (ENGLISH, "index.md", "", "", "models/net/"),
        (ENGLISH, "models/net/index.md", "../../", "../../", ""),
        (ENGLISH, "models/net/sheet.md", "../../../", "../../../", "../../../models/net/"),
        (CHINESE, "models/net/index.md", "../../../", "../../../zh/", "../../../models/net/"),
        (CHINESE, "index.md", "../", "../zh/", "../models/net/"),
    ],
)
def test_links_lead_to_shared_files_and_to_the_own_edition(
    templates: Templates, uri: str, root: str, home: str, files: str
) -> None:
    """A page that is no index is served in a folder of its own."""
    assert templates._links(uri, "models/net/") == {"root": root, "home": home, "files": files}


@given(
    st.lists(st.sampled_from(["a", "bc", "d-e"]), max_size=4), st.sampled_from([ENGLISH, CHINESE])
)
def test_every_root_is_the_root(folders: list[str], templates: Templates) -> None:
    """Followed from the page, it ends where the site begins."""
    uri = "/".join([*folders, "index.md"])
    here = posixpath.join("/", templates.edition.prefix, *folders, "")
    root = templates._links(uri, "")["root"]
    assert posixpath.normpath(posixpath.join(here, root)) == "/"


def test_only_pages_are_made_in_every_edition(tmp_path: Path) -> None:
    """What is no page knows no language."""
    (tmp_path / "corner").mkdir()
    (tmp_path / "corner" / "index.md.j2").write_text("a page")
    (tmp_path / "corner" / "robots.txt.j2").write_text("no page")
    english, chinese = (Templates.of(edition, own=tmp_path) for edition in editions(("en", "zh")))

    assert set(english.scope("corner", "")) == {"index.md", "robots.txt"}
    assert set(chinese.scope("corner", "")) == {"zh/index.md"}
