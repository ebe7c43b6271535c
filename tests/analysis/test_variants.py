"""Claims about variants: words that tell blocks of one kind apart, and no more of them."""

from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.aspects import NO_SHORTCUT, STRIDE_1
from generator.analysis.variants import variants

_USUAL = {
    "shortcut": NO_SHORTCUT,
    "branches": "",
    "stride": STRIDE_1,
    "expansion": "",
    "kernel": "3×3",
    "gate": "",
    "grouping": "dense",
    "shift": "",
    "activation": "ReLU",
    "sequence": "3×3 conv ×2",
}
_WORDS = st.fixed_dictionaries(
    {
        "shortcut": st.sampled_from([NO_SHORTCUT, "identity shortcut", "projection shortcut"]),
        "branches": st.sampled_from(["", "2 branches", "channel split"]),
        "stride": st.sampled_from([STRIDE_1, "stride 2"]),
        "expansion": st.sampled_from(["", "no expansion"]),
        "kernel": st.sampled_from(["3×3", "5×5 depthwise"]),
        "gate": st.sampled_from(["", "SE"]),
        "grouping": st.sampled_from(["dense", "32 groups"]),
        "shift": st.sampled_from(["", "shifted windows"]),
        "activation": st.sampled_from(["ReLU", "SiLU"]),
        "sequence": st.sampled_from(["3×3 conv ×2", "1×1 conv"]),
    }
)


def _with(**words: str) -> dict[str, str]:
    return _USUAL | words


def test_a_kind_alone_says_its_shortcut_and_nothing_usual() -> None:
    """What nothing is compared with needs few words."""
    assert variants([_with(shortcut="identity shortcut", gate="SE")]) == ("identity shortcut",)


def test_blocks_without_shortcut_or_branches_say_their_layers() -> None:
    """A stage of a plain chain is what follows what."""
    found = variants([_USUAL, _with(sequence="3×3 conv ×3")])
    assert found == ("3×3 conv ×2", "3×3 conv ×3")


def test_stride_1_is_said_beside_the_same_with_stride_2() -> None:
    """The identity has no such twin."""
    projection = _with(shortcut="projection shortcut")
    found = variants(
        [projection, _with(shortcut="identity shortcut"), projection | {"stride": "stride 2"}]
    )
    assert found == (
        "projection shortcut, stride 1",
        "identity shortcut",
        "projection shortcut, stride 2",
    )


def test_only_what_differs_is_said_beyond() -> None:
    """Both have the same activation, so that it is left out."""
    found = variants(
        [
            _with(shortcut="identity shortcut", gate="SE", activation="SiLU"),
            _with(shortcut="identity shortcut", kernel="5×5 depthwise", activation="SiLU"),
        ]
    )
    assert found == ("identity shortcut, 3×3, SE", "identity shortcut, 5×5 depthwise")


def test_what_words_cannot_tell_apart_is_numbered() -> None:
    """Two groups never read the same."""
    assert variants([_USUAL, _USUAL]) == ("3×3 conv ×2, form 1", "3×3 conv ×2, form 2")


@given(st.lists(_WORDS, min_size=1, max_size=8))
def test_no_two_groups_read_the_same(alike: list[dict[str, str]]) -> None:
    """Whatever was chosen, each has a text, and a text of its own."""
    found = variants(alike)
    assert len(set(found)) == len(alike)
    assert all(found)
