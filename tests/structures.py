"""Small networks as a comparison sees them: sections of pieces, made by hand or by chance."""

from functools import cache

from hollow import entry_record
from hypothesis import strategies as st

from generator.analysis.pieces import Piece, Role, Section, Work
from generator.records import ModelRecord
from generator.zoo.families import zoo_entries


@cache
def zoo(slug: str) -> ModelRecord:
    """Watch and trace a model of the zoo, without values where that is possible."""
    return entry_record(next(entry for entry in zoo_entries() if entry.slug == slug))


def conv(channels: int = 8, kernel: int = 3, **chosen: object) -> Piece:
    """Return a convolution that keeps the size."""
    values: dict[str, object] = {
        "path": "conv",
        "work": Work.CONV,
        "kernel": (kernel, kernel),
        "stride": (1, 1),
        "padding": (kernel - 1, kernel - 1),
        "dilation": (1, 1),
        "inputs": channels,
        "channels": channels,
        "output_stride": 2,
    }
    return Piece.model_validate(values | chosen)


def pool(work: Work = Work.MAX_POOL, **chosen: object) -> Piece:
    """Return a pooling that halves the size."""
    values: dict[str, object] = {
        "path": "pool",
        "work": work,
        "kernel": (2, 2),
        "stride": (2, 2),
        "padding": (0, 0),
        "dilation": (1, 1),
        "output_stride": 4,
    }
    return Piece.model_validate(values | chosen)


def merge(work: Work = Work.SUM, **chosen: object) -> Piece:
    """Return what joins two ways."""
    values: dict[str, object] = {"path": "merge", "work": work, "output_stride": 2}
    return Piece.model_validate(values | chosen)


def lone(*pieces: Piece) -> tuple[Section, ...]:
    """Put pieces one after the other, without blocks."""
    return tuple(Section(path=piece.path, pieces=(piece,)) for piece in pieces)


def block(*pieces: Piece, kind: str = "Block", path: str = "block") -> Section:
    """Put pieces into a block."""
    return Section(path=path, kind=kind, pieces=pieces)


def pieces() -> st.SearchStrategy[Piece]:
    """Draw a piece of any kind, sizes small enough that equal ones are common."""
    return st.builds(
        Piece,
        path=st.sampled_from(["a", "b"]),
        work=st.sampled_from(Work),
        role=st.sampled_from(Role),
        kernel=st.sampled_from([(), (1, 1), (3, 3), (1, 7)]),
        stride=st.sampled_from([(1, 1), (2, 2)]),
        padding=st.sampled_from([(0, 0), (2, 2)]),
        dilation=st.just((1, 1)),
        groups=st.sampled_from([1, 4]),
        inputs=st.sampled_from([4, 8]),
        channels=st.sampled_from([0, 4, 8]),
        bias=st.booleans(),
        norm=st.sampled_from(["", "BatchNorm"]),
        activation=st.sampled_from(["", "ReLU"]),
        leads=st.booleans(),
        output_stride=st.sampled_from([None, 1, 2, 4]),
    ).map(lambda piece: piece if piece.kernel else piece.model_copy(update=_NO_WINDOW))


def networks() -> st.SearchStrategy[tuple[Section, ...]]:
    """Draw a few sections, blocks among them."""
    return st.lists(st.one_of(_lone_sections(), _blocks()), max_size=5).map(tuple)


def _lone_sections() -> st.SearchStrategy[Section]:
    return pieces().map(lambda piece: Section(path=piece.path, pieces=(piece,)))


def _blocks() -> st.SearchStrategy[Section]:
    return st.builds(
        Section,
        path=st.sampled_from(["a", "b"]),
        kind=st.sampled_from(["Block", "Cell"]),
        pieces=st.lists(pieces(), min_size=1, max_size=3).map(tuple),
    )


_NO_WINDOW = {"stride": (), "padding": (), "dilation": ()}
