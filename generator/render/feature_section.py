"""Decides which feature maps stand together: a row a tensor, rows in groups, a few as a preview."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from generator.analysis.message import Message
from generator.records import FeatureGrid, ModelRecord, Shape, Step
from generator.render.crops import Crop, crops
from generator.render.reasons import Note, notes

_FEW = 6
"""Rows that a model's page shows without choosing."""
_MANY, _TOO_MANY = 24, 80
"""Rows of a group, from where on its modules may get, and do get, groups of their own."""
_SHARE = 0.75
"""Of all rows: a group of many that holds more says little about where one is."""
_DEEPEST = 3

STEPS = {
    Step.CONVOLUTION: Message("convolution"),
    Step.CONCATENATION: Message("concatenation"),
    Step.SUM: Message("sum"),
    Step.SPLIT: Message("split"),
    Step.SHUFFLE: Message("channel shuffle"),
    Step.POOLING: Message("pooling"),
    Step.OTHER: Message("output"),
}


@dataclass(frozen=True)
class FeatureCell:
    """The maps of one tensor for one picture."""

    number: int
    """Place in the file of all grids, which scripts read."""
    grid: FeatureGrid
    crop: Crop
    picture: str
    """Title."""


@dataclass(frozen=True)
class FeatureRow:
    """One tensor's maps, a cell a picture."""

    path: str
    type: str
    step: Message | None
    """Which operation inside of the module it is; none where the module returns the tensor."""
    also: tuple[str, ...]
    shape: Shape
    cells: tuple[FeatureCell, ...]


@dataclass(frozen=True)
class FeatureGroup:
    """The rows of one module: what its blocks and branches make, and the steps inside of those."""

    name: str
    rows: tuple[FeatureRow, ...]
    inner: tuple[FeatureRow, ...]

    @property
    def size(self) -> int:
        """Count its rows."""
        return len(self.rows) + len(self.inner)


@dataclass(frozen=True)
class FeatureSection:
    """All feature maps of a model."""

    groups: tuple[FeatureGroup, ...]
    preview: tuple[FeatureRow, ...]
    """Of each resolution the last, so that they lead from the picture to the answer."""
    notes: tuple[Note, ...]

    @property
    def rows(self) -> int:
        """Count the tensors that are shown, those inside of blocks included."""
        return sum(group.size for group in self.groups)

    @property
    def opened(self) -> FeatureGroup | None:
        """Return the group that is open at first: the others load when they are opened."""
        return next((group for group in self.groups if group.size > 1), None)

    @property
    def is_preview_all(self) -> bool:
        """Say whether the preview leaves nothing out."""
        return self.rows == len(self.preview)

    @property
    def strongest(self) -> int:
        """Return how many channels a grid shows at most."""
        rows = [row for group in self.groups for row in (*group.rows, *group.inner)]
        return max((len(cell.grid.shown_channels) for row in rows for cell in row.cells), default=0)


def feature_section(record: ModelRecord) -> FeatureSection:
    """Arrange the maps of a model in order of execution."""
    cells = _cells(record)
    outer = _rows(record, cells[: len(record.features)])
    inner = _rows(record, cells[len(record.features) :])
    return FeatureSection(_groups(outer, inner), _preview(outer), notes(record, "features"))


def all_grids(record: ModelRecord) -> tuple[FeatureGrid, ...]:
    """Return the grids in the order of their numbers."""
    return (*record.features, *record.inner_features)


def _cells(record: ModelRecord) -> list[FeatureCell]:
    titles = {picture.id: picture.title for picture in record.pictures}
    grids = all_grids(record)
    return [
        FeatureCell(number, grid, crop, titles.get(grid.image, grid.image))
        for number, (grid, crop) in enumerate(zip(grids, crops(grids), strict=True))
    ]


def _rows(record: ModelRecord, cells: Iterable[FeatureCell]) -> list[FeatureRow]:
    types = {module.path: module.type for module in record.modules}
    found: dict[str, list[FeatureCell]] = {}
    for cell in cells:
        found.setdefault(cell.grid.name, []).append(cell)
    return [_row(members, types.get(members[0].grid.path, "")) for members in found.values()]


def _row(cells: Sequence[FeatureCell], module_type: str) -> FeatureRow:
    grid = cells[0].grid
    return FeatureRow(
        path=grid.path or ("" if grid.is_output else grid.node or ""),
        type=module_type,
        step=None if grid.is_output else _words(grid),
        also=grid.also,
        shape=grid.shape,
        cells=tuple(cells),
    )


def _words(grid: FeatureGrid) -> Message:
    step = STEPS[grid.step]
    return Message("{step}, part {part}", step=step, part=grid.part) if grid.part else step


def _groups(outer: Sequence[FeatureRow], inner: Sequence[FeatureRow]) -> tuple[FeatureGroup, ...]:
    """Gather rows by module, as deep as it takes to keep groups short."""
    homes = ([_home(row, depth) for row in outer] for depth in range(1, _DEEPEST))
    depth = next((n for n, names in enumerate(homes, start=1) if _is_clear(names)), _DEEPEST)
    members: dict[str, tuple[list[FeatureRow], list[FeatureRow]]] = {}
    for place, rows in enumerate((outer, inner)):
        for row in rows:
            members.setdefault(_home(row, depth), ([], []))[place].append(row)
    return tuple(
        FeatureGroup(name, tuple(shown), tuple(inside)) for name, (shown, inside) in members.items()
    )


def _is_clear(homes: Sequence[str]) -> bool:
    """Say whether groups with these names, one a row, are short enough to find something in."""
    longest = max(Counter(homes).values(), default=0)
    return longest <= min(_TOO_MANY, max(_MANY, _SHARE * len(homes)))


def _home(row: FeatureRow, depth: int) -> str:
    return ".".join(row.path.split(".")[:depth])


def _preview(rows: Sequence[FeatureRow]) -> tuple[FeatureRow, ...]:
    if len(rows) <= _FEW:
        return tuple(rows)
    runs = [list(members) for _, members in groupby(rows, key=lambda row: row.shape[1:])]
    last = [run[-1] for run in runs]
    # A net that keeps its resolution has one run; its first maps belong to the way as well.
    shown = last if last[0] is rows[0] else [rows[0], *last]
    if len(shown) <= _FEW:
        return tuple(shown)
    return tuple(shown[round(place * (len(shown) - 1) / (_FEW - 1))] for place in range(_FEW))
