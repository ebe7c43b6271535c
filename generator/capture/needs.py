"""Decides whether this machine has what captures of some models need; imports no torch."""

import ctypes
import importlib.util
from collections.abc import Iterable

from generator.config import Device
from generator.errors import RequestError
from generator.records import ModelSpec

_DRIVERS = ("libcuda.so.1", "nvcuda.dll")


def check_needs(specs: Iterable[ModelSpec], device: Device) -> None:
    """Make sure that extras and devices are here before anything is captured.

    Raises:
        RequestError: a package of an extra, or a GPU, is missing; all that is, a line each.
    """
    problems = [
        f"'{spec.factory}' needs the package '{package}', which is not installed; install it, or "
        f"archatlas[{package}], which brings it along"
        for spec in specs
        for package in packages_of(spec)
        if importlib.util.find_spec(package) is None
    ]
    if device is Device.CUDA and not has_gpu():
        problems.append('device = "cuda": there is no GPU here; set device = "auto" or "cpu"')
    if problems:
        raise RequestError("\n".join(problems))


def packages_of(spec: ModelSpec) -> tuple[str, ...]:
    """Return the packages beyond torch and torchvision that a model comes from."""
    return ("timm",) if spec.factory.startswith("timm:") else ()


def has_gpu() -> bool:
    """Say whether NVIDIA's driver is here and knows a device."""
    for name in _DRIVERS:
        try:
            driver = ctypes.CDLL(name)
        except OSError:
            continue
        count = ctypes.c_int(0)
        is_ready = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
        return is_ready and count.value > 0
    return False
