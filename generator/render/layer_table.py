"""Decides how the layer table is laid out: one row a call, gathered by block or outer module."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from generator.analysis.arithmetic import Step
from generator.analysis.layers import Layer, layers
from generator.analysis.message import Message
from generator.analysis.window import changes_nothing, spatial
from generator.analysis.words import by_size
from generator.records import ModelRecord, ModelSpec, Quantity
from generator.render import formats


@dataclass(frozen=True)
class Reach:
    """What one value sees, for the ruler over the picture: (height, width) each, in pixels."""

    field: tuple[int, ...]
    stride: tuple[int, ...]
    start: tuple[int, ...]
    count: tuple[int, ...]


@dataclass(frozen=True)
class LayerRow:
    """One line of the layer table."""

    number: int
    layer: Layer
    name: str
    """Its path, without that of the section it stands in."""
    anchor: str
    kernel: str
    stride: str
    padding: str
    groups: str
    steps: tuple[Step, ...]
    reach: Reach | None
    netron: str | None
    """Address of its node in Netron, relative to the site's root."""


@dataclass(frozen=True)
class LayerSection:
    """The rows of one block or of one outer module; without a name, layers that stand alone."""

    name: str
    type: str
    rows: tuple[LayerRow, ...]

    @property
    def params(self) -> int:
        """Parameters of all its rows."""
        return sum(row.layer.params for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply–accumulates of all its rows."""
        return sum(row.layer.macs for row in self.rows)


def layer_sections(
    spec: ModelSpec, record: ModelRecord, blocks: Iterable[str], *, linked: bool
) -> tuple[LayerSection, ...]:
    """Lay out a model's layers in order of execution.

    Args:
        spec: the model.
        record: what was observed of it.
        blocks: module paths that count as blocks.
        linked: whether rows can lead to their node in Netron.
    """
    known = set(blocks)
    types = {module.path: module.type for module in record.modules}
    counts = any(claim.quantity is Quantity.CONNECTIONS for claim in spec.claims)
    rows = [
        _row(spec.slug, number, layer, linked=linked, counts=counts)
        for number, layer in enumerate(layers(record), start=1)
    ]
    gathered = groupby(rows, key=lambda row: _home(row.layer.path, known))
    return tuple(_section(name, types.get(name, ""), list(members)) for name, members in gathered)


def rows_of(sections: Sequence[LayerSection]) -> tuple[LayerRow, ...]:
    """Return the rows of all sections."""
    return tuple(row for section in sections for row in section.rows)


def anchor_of(path: str, call: int) -> str:
    """Return where a call's row stands on its model's page."""
    return f"layer-{path}" + (f"@{call}" if call else "")


def _section(name: str, module_type: str, members: list[LayerRow]) -> LayerSection:
    if not name or len(members) == 1:
        return LayerSection("", "", tuple(members))
    inside = (replace(row, name=row.name.removeprefix(f"{name}.")) for row in members)
    return LayerSection(name, module_type, tuple(inside))


def _home(path: str, blocks: set[str]) -> str:
    """Return the block a layer is in, or the outer module; a layer that stands alone has none."""
    parts = path.split(".")
    above = [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
    return next((name for name in above if name in blocks), above[-1] if above else "")


def _row(slug: str, number: int, layer: Layer, *, linked: bool, counts: bool) -> LayerRow:
    window = layer.window if layer.window and not changes_nothing(layer.window) else None
    return LayerRow(
        number=number,
        layer=layer,
        name=layer.path or Message("(the model itself)"),
        anchor=anchor_of(layer.path, layer.call),
        kernel="" if layer.window is None else by_size(layer.window.kernel),
        stride="" if window is None else _once(list(map(str, window.stride))),
        padding="" if window is None else _once([_sides(padded) for padded in window.padded]),
        groups=str(layer.groups) if layer.groups > 1 else "",
        steps=(*layer.steps, *([layer.connections] if counts and layer.connections else ())),
        reach=_reach(layer),
        netron=formats.netron_uri(slug, layer.onnx) if linked and layer.onnx else None,
    )


def _once(sizes: Sequence[str]) -> str:
    """Write a size once where it is the same along every axis."""
    return sizes[0] if len(set(sizes)) == 1 else "×".join(sizes)


def _sides(padded: int) -> str:
    """Write the padding of one side; both where they differ, as torch pads more at the end."""
    before, rest = divmod(padded, 2)
    return f"{before}+{before + rest}" if rest else str(before)


def _reach(layer: Layer) -> Reach | None:
    count = spatial(layer.output_shape)
    if layer.field is None or len(layer.field.size) != 2 or len(count) != 2:  # noqa: PLR2004
        return None
    return Reach(layer.field.size, layer.field.stride, layer.field.start, count)
