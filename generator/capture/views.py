"""Decides what is noted while a model looks at one picture: grids, thumbnails, what has none."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.export import ExportedProgram
from torch.nn.utils.parametrize import ParametrizationList

from generator.capture.channels import Measured, measure
from generator.capture.replay import Visit, replay, visiting_leaves
from generator.capture.thumbnails import Tile, thumbnail
from generator.capture.wanted import Wanted
from generator.capture.watch import PLAIN_CONTAINERS, Keep, is_leaf, watch
from generator.capture.wiring import unfit
from generator.records import Reason, Skipped

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)

View = Callable[[torch.Tensor, str], "Seen"]
"""Show a model one input (1, C, H, W), the picture of that id, and note what happens."""


@dataclass
class Seen:
    """What one picture did to a model."""

    grids: dict[Wanted, Measured] = field(default_factory=dict)
    tiles: dict[str, Tile] = field(default_factory=dict)
    """By operation."""
    skipped: list[Skipped] = field(default_factory=list)


Note = Callable[[Seen, str], Visit]
"""Return what looks at each operation while a model sees the picture of that id."""


def through_graph(program: ExportedProgram, note: Note) -> View:
    """Return how to look at a traced model: operation by operation."""

    def view(example: torch.Tensor, image: str) -> Seen:
        seen = Seen()
        with torch.no_grad():
            replay(program, example, note(seen, image))
        return seen

    return view


def noting(wanted: Sequence[Wanted], nodes: set[str]) -> Note:
    """Return what is noted of the operations of a traced model, whoever runs it.

    Args:
        wanted: tensors that get a grid.
        nodes: operations that get a thumbnail.
    """
    by_node: dict[str | None, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_node[one.node].append(one)

    def note(seen: Seen, image: str) -> Visit:
        def visit(name: str, value: object) -> object:
            for one in by_node[name]:
                _note(seen, one, _part(value, one.part), image)
            if name in nodes:
                _note_tile(seen, name, value)
            return value

        return visit

    return note


def through_hooks(model: nn.Module) -> View:
    """Return how to look at a model that has no graph: by what its modules return."""
    keep = worth_showing(model)

    def view(example: torch.Tensor, image: str) -> Seen:
        seen = Seen()
        visit: Visit = lambda name, value: _note_tile(seen, name, value)  # noqa: E731
        with watch(model, keep) as observed, visiting_leaves(model, visit):
            model(example)
        for path, maps in observed.maps.items():
            _note(seen, Wanted(None, path, is_output=True), maps, image)
        return seen

    return view


def worth_showing(model: nn.Module) -> Keep:
    """Return the rule that picks stages, blocks, branches, and convolutions outside of blocks.

    A convolution that is the only one of its container is shown with what follows it there
    (normalisation, activation), as the container's output.
    """
    wanted = {
        path
        for path, module in model.named_modules()
        if path and not is_leaf(module) and not isinstance(module, ParametrizationList)
    }
    wanted.update(_outside_blocks(model))

    def keep(path: str, _module: nn.Module, output: torch.Tensor) -> bool:
        return path in wanted and not unfit(tuple(output.shape)) and output.is_floating_point()

    return keep


def _outside_blocks(container: nn.Module, path: str = "") -> Iterator[str]:
    """Yield convolutions that only plain containers enclose, the nearest holding several."""
    if not path and isinstance(container, _CONVOLUTIONS):
        yield path  # the whole model is one convolution
    convolutions = sum(isinstance(child, _CONVOLUTIONS) for child in container.modules())
    for name, child in container.named_children():
        inner = f"{path}.{name}" if path else name
        if isinstance(child, _CONVOLUTIONS) and (convolutions > 1 or not path):
            yield inner
        elif type(child) in PLAIN_CONTAINERS:
            yield from _outside_blocks(child, inner)


def _note(seen: Seen, wanted: Wanted, tensor: torch.Tensor | None, image: str) -> None:
    reason = Reason.NO_MAPS if tensor is None else unfit(tuple(tensor.shape))
    found: Measured | Reason | None = reason
    if tensor is not None and reason is None:
        found = measure(tensor[0].cpu(), counted=not wanted.is_inner)
    if isinstance(found, Measured):
        seen.grids[wanted] = found
    elif found is not None:
        seen.skipped.append(Skipped(kind="features", path=wanted.path, image=image, reason=found))


def _note_tile(seen: Seen, name: str, value: object) -> None:
    tile = thumbnail(value)
    if tile is not None:
        seen.tiles[name] = tile


def _part(value: object, part: int | None) -> torch.Tensor | None:
    if part is not None and isinstance(value, list | tuple):
        value = value[part - 1] if part <= len(value) else None
    elif isinstance(value, list | tuple):
        value = value[0] if value else None
    return value if isinstance(value, torch.Tensor) else None
