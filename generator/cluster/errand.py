"""Decides what crosses between the coordinator, a worker of the cluster and the node it runs on."""

from dataclasses import dataclass

from generator.capture.request import Request
from generator.toolchain import Toolchain


@dataclass(frozen=True)
class Errand:
    """One model to capture somewhere else."""

    request: Request
    """Without pictures, and with folders that mean nothing there."""
    key: str
    images: tuple[str, ...]
    """The user's pictures, by their place in the project."""
    time_s: float
    memory_bytes: int | None
    """What it may take; none: what the machine allows that it runs on."""
    store: str
    """Address of the store, where the result goes."""
    bundle: str
    """Digest of what belongs to the project; it lies in the store."""
    toolchain: Toolchain
    """What the result has to be made with."""


@dataclass(frozen=True)
class Begun:
    """News of an errand: which step begins, and how long after its start."""

    slug: str
    step: str
    seconds: float


@dataclass(frozen=True)
class Receipt:
    """What comes back: little, for everything else is in the store."""

    slug: str
    seconds: float
    problem: str = ""
    """Why nothing is in the store."""
