"""Decides what torchinfo says: its table as text, and its own count, from the one observed pass."""

from dataclasses import dataclass
from pathlib import Path

import torch
import torchinfo
from torch import nn
from torchinfo.layer_info import LayerInfo

from generator.records import TorchinfoRow

FILE = "summary.txt"
_COLUMNS = ("input_size", "output_size", "kernel_size", "num_params", "mult_adds")


@dataclass(frozen=True)
class Summary:
    """torchinfo's result."""

    text: str
    macs: int
    rows: tuple[TorchinfoRow, ...]


def run_with_summary(model: nn.Module, example: torch.Tensor) -> Summary:
    """Run the model once, under torchinfo, in evaluation mode.

    torchinfo remembers forward passes by class name, so that two nets of one class would share
    rows; its memory is cleared on both sides.
    """
    torchinfo.torchinfo.clear_cached_forward_pass()
    try:
        statistics = torchinfo.summary(
            model,
            input_data=(example,),
            mode="eval",
            verbose=0,
            depth=12,
            col_names=_COLUMNS,
            row_settings=("var_names",),
            device=example.device,
        )
    except RuntimeError as error:
        raise error.__cause__ or error from None  # torchinfo hides what the model itself said
    finally:
        torchinfo.torchinfo.clear_cached_forward_pass()
    return Summary(
        text=f"{statistics}\n",
        macs=int(statistics.total_mult_adds),
        rows=tuple(_row(line) for line in statistics.summary_list),
    )


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
