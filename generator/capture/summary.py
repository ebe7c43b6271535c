"""Decides what torchinfo says: its table as text, and its own count, from the one observed pass."""

from dataclasses import dataclass
from pathlib import Path

import torch
import torchinfo
from torch import nn

FILE = "summary.txt"
_COLUMNS = ("input_size", "output_size", "kernel_size", "num_params", "mult_adds")


@dataclass(frozen=True)
class Summary:
    """torchinfo's result."""

    text: str
    macs: int


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
    return Summary(text=f"{statistics}\n", macs=int(statistics.total_mult_adds))


def write_summary(summary: Summary, folder: Path) -> str:
    """Write the text beside the record and return its name."""
    (folder / FILE).write_text(summary.text, encoding="utf-8", newline="\n")
    return FILE
