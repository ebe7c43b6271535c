"""Decides how the tool is used from a terminal: the only room that prints."""

from generator.cli.main import main

__all__ = ["main"]
