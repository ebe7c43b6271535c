"""Decides what Python code may ask for: what the command line does, as objects."""

from generator.api.building import Built, build
from generator.api.captured import Captured
from generator.api.capturing import capture
from generator.api.comparison import Comparison, compare

__all__ = ["Built", "Captured", "Comparison", "build", "capture", "compare"]
