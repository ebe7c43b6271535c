"""Decides what beside a model has a say in its capture: our code, the packages, the device."""

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from generator.capture.latency.machine import machine
from generator.config import Device
from generator.errors import RequestError

Toolchain = Mapping[str, object]
"""versions: of packages and Python; code: digest of ours; device: what models run on."""

_CAPTURES_WITH = (
    "torch",
    "torchvision",
    "torchinfo",
    "onnx",
    "onnx-ir",
    "onnxscript",
    "numpy",
    "pillow",
    "safetensors",
    "scikit-learn",
)
_AROUND_CAPTURES = {"causes", "confinement", "processes", "supervisor"}
"""Modules that decide whether a capture ends, not what is in it."""


def toolchain(device: Device) -> Toolchain:
    """Return what this machine captures with.

    Raises:
        RequestError: some of it is not installed.
    """
    return {"versions": versions(), "code": _code_digest(), "device": _devices(device)}


def versions() -> dict[str, str]:
    """Return the versions of what captures are made with.

    Raises:
        RequestError: some of it is not installed.
    """
    try:
        found = {name: version(name) for name in _CAPTURES_WITH}
    except PackageNotFoundError as error:
        raise RequestError(
            f"capturing needs {error.name}, which is not installed; install archatlas with its "
            "dependencies. 'archatlas render' works without"
        ) from error
    return found | {"python": platform.python_version()}


def _devices(device: Device) -> list[object]:
    """Return what a model may run on: 'auto' means something else on another machine."""
    return [device, machine(device).get("accelerators")]


def _code_digest() -> str:
    """Digest the code that captures, so that changing it makes captures out of date."""
    here = Path(__file__).parent
    capturing = (here / "capture").glob("*.py")
    files = [
        *(path for path in capturing if path.stem not in _AROUND_CAPTURES),
        *(here / "records").glob("*.py"),
        here / "pictures.py",
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()
