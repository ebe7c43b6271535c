"""Decides what is known, without torch, of the machine that times are measured on."""

import os
import platform
import re
from pathlib import Path

_PROCESSORS = Path("/proc/cpuinfo")
_ACCELERATORS = Path("/proc/driver/nvidia/gpus")
_MARKS = re.compile(r"\((R|TM|tm|r)\)")


def processor_name(listing: Path = _PROCESSORS) -> str:
    """Return what the processor calls itself; its kind where it has no name."""
    try:
        text = listing.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    named = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    name = named[1] if named else platform.processor() or platform.machine()
    return " ".join(_MARKS.sub("", name).split())


def machine(device: str) -> dict[str, object]:
    """Return everything about this machine that can change a time.

    Args:
        device: what the settings ask for; accelerators are looked for only if it may be one.
    """
    facts: dict[str, object] = {
        "device": device,
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
    }
    if device != "cpu":
        facts["accelerators"] = _accelerators()
        facts["visible"] = os.environ.get("CUDA_VISIBLE_DEVICES")
    return facts


def _accelerators() -> list[str]:
    """Return what the driver says of its devices; nothing without a driver."""
    found = []
    for path in sorted(_ACCELERATORS.glob("*/information")):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        found += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return found
