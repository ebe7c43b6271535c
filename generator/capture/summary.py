"""Decides what torchinfo says: its table as text, and its own count, from the one observed pass."""

from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import torch
import torchinfo
from torch import nn
from torchinfo.layer_info import LayerInfo

from generator.capture.examples import Example
from generator.capture.watch import is_leaf
from generator.errors import CaptureError
from generator.records import Reason, TorchinfoRow

FILE = "summary.txt"
_UNKNOWN = "unsupported input or output type"
_MOST_STEPS = 1_000_000
"""Torchinfo counts what a module holds once for each way down to it: with each level, twice."""
_COLUMNS = ("input_size", "output_size", "kernel_size", "num_params", "mult_adds")


@dataclass(frozen=True)
class Summary:
    """torchinfo's result."""

    text: str
    macs: int
    rows: tuple[TorchinfoRow, ...]


class NoSummaryError(CaptureError):
    """Torchinfo cannot run a model that runs without it."""

    reason = Reason.UNMEASURED


class UnknownTypeError(NoSummaryError):
    """A module returns something that torchinfo cannot measure, such as a dataclass."""

    reason = Reason.UNKNOWN_TYPE


def run_with_summary(model: nn.Module, example: torch.Tensor | Example) -> Summary:
    """Run the model once, under torchinfo, in evaluation mode.

    torchinfo remembers forward passes by class name, so that two nets of one class would share
    rows; its memory is cleared on both sides.

    Raises:
        NoSummaryError: of all that the model is or takes, this is too much for torchinfo.
    """
    given = Example((example,)) if isinstance(example, torch.Tensor) else example
    _require_measurable(model, given)
    torchinfo.torchinfo.clear_cached_forward_pass()
    try:
        statistics = torchinfo.summary(
            model,
            input_data=given.positional,
            mode="eval",
            verbose=0,
            depth=12,
            col_names=_COLUMNS,
            row_settings=("var_names",),
            device=given.tensors[0].device,
            **dict[str, Any](given.named),
        )
    except NotImplementedError as error:  # what torch.export made cannot change its mode
        raise NoSummaryError(str(error)) from error
    except RuntimeError as error:
        cause = error.__cause__ or error  # torchinfo hides what the model itself said
        if _UNKNOWN in str(cause):
            raise UnknownTypeError(_UNKNOWN) from cause
        raise cause from None
    finally:
        torchinfo.torchinfo.clear_cached_forward_pass()
    return Summary(
        text=f"{statistics}\n",
        macs=int(statistics.total_mult_adds),
        rows=tuple(_row(line) for line in statistics.summary_list),
    )


def _require_measurable(model: nn.Module, example: Example) -> None:
    """Refuse what torchinfo would take for its own, or never come to an end with.

    Raises:
        NoSummaryError: why.
    """
    taken = sorted(example.named.keys() & signature(torchinfo.summary).parameters.keys())
    if taken:
        raise NoSummaryError(f"its own arguments are called like the model's: {', '.join(taken)}")
    holders = (path for path, module in model.named_modules() if not is_leaf(module))
    if sum(2 ** path.count(".") for path in holders) > _MOST_STEPS:
        raise NoSummaryError("modules inside of modules: it would count for hours")


def _row(line: LayerInfo) -> TorchinfoRow:
    return TorchinfoRow(
        path=_path(line),
        type=line.class_name,
        output_shape=tuple(int(size) for size in line.output_size),
        params=line.num_params,
        is_leaf=line.is_leaf_layer,
        is_repeated=line.is_recursive,
    )


def _path(line: LayerInfo) -> str:
    """Join the names from below the model down to a line."""
    names: list[str] = []
    at: LayerInfo | None = line
    while at is not None and at.parent_info is not None:
        names.insert(0, at.var_name)
        at = at.parent_info
    return ".".join(names)


def write_summary(summary: Summary, folder: Path) -> str:
    """Write the text beside the record and return its name."""
    (folder / FILE).write_text(summary.text, encoding="utf-8", newline="\n")
    return FILE
