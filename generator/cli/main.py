"""Decides the words of the command line, and how it exits."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from generator.cli import commands
from generator.cli.compare import compare
from generator.cli.diff import LIMITED, diff, limit
from generator.cli.export import export, kind
from generator.cli.measure import measure
from generator.cli.serve import serve
from generator.cli.terminal import say
from generator.errors import ArchatlasError, DiskError

_INTERRUPTED = 130
_MANY_OBJECTS = 200_000
"""Records are trees of small objects without cycles: looking for these often is lost time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 fell short, 2 wrong request."""
    gc.set_threshold(_MANY_OBJECTS)
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ArchatlasError as error:
        say(f"archatlas: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("archatlas: stopped; finished captures are kept")
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        say(f"archatlas: {error}; check the disk and the folder, then run again")
        return DiskError.exit_code


@dataclass(frozen=True)
class _Command:
    name: str
    run: Callable[[argparse.Namespace], int]
    help: str
    options: tuple[str, ...]


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("names no model")
    return list(dict.fromkeys(names))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number of 1 or more")
    return int(text)


_OPTIONS: dict[str, dict[str, Any]] = {
    "--config": {"type": Path, "metavar": "FILE", "help": "default: archatlas.toml here"},
    "--models": {"type": _names, "metavar": "a,b,…", "help": "only these models"},
    "--out": {"type": Path, "metavar": "DIR", "help": "default: site; of an export, exports/MODEL"},
    "--jobs": {
        "type": _count,
        "metavar": "N",
        "default": os.cpu_count() or 1,
        "help": "models captured at a time; default: one a core",
    },
    "--scheduler": {
        "metavar": "ADDRESS",
        "help": "have a Dask cluster capture: tcp://HOST:PORT; needs 'store' in the settings",
    },
    "--strict": {
        "action": argparse.BooleanOptionalAction,
        "default": True,
        "help": "exit 1 when a model failed or a check fell short (default)",
    },
    "--json": {"action": "store_true", "help": "for other programs"},
    "--host": {"default": "127.0.0.1", "help": "default: 127.0.0.1"},
    "--port": {"type": _count, "default": 8000, "metavar": "N", "help": "default: 8000"},
    "--markdown": {"action": "store_true", "help": "for a comment in a pull request"},
    **{
        name: {
            "type": limit,
            "metavar": "LIMIT",
            "help": f"exit 1 if {measure.value} pass it: +2%%, +500K or 5M",
        }
        for name, measure in LIMITED.items()
    },
    "old": {"type": Path, "metavar": "OLD.json"},
    "new": {"type": Path, "metavar": "NEW.json"},
    "named": {"nargs": "+", "metavar": "MODEL"},
    "folder": {"type": Path, "metavar": "DIR"},
    "kind": {"type": kind, "metavar": "KIND", "help": "tensorboard, torchscript or onnx"},
    "model": {"metavar": "MODEL", "help": "as 'archatlas list' names it"},
}

_COMMANDS = (
    _Command(
        "build",
        commands.build,
        "Capture what is missing, render, and build the site.",
        ("--config", "--models", "--out", "--jobs", "--scheduler", "--strict"),
    ),
    _Command(
        "capture",
        commands.capture,
        "Capture models; write no pages.",
        ("--config", "--models", "--jobs", "--scheduler", "--strict"),
    ),
    _Command(
        "measure",
        measure,
        "Time captured models, where 'latency' names batch sizes.",
        ("--config", "--models"),
    ),
    _Command(
        "render",
        commands.render_only,
        "Write the pages from captures; needs no torch.",
        ("--config", "--models", "--strict"),
    ),
    _Command(
        "serve",
        serve,
        "Capture, render, and browse with live reload.",
        ("--config", "--models", "--jobs", "--host", "--port"),
    ),
    _Command("list", commands.list_models, "List the models.", ("--config", "--models", "--json")),
    _Command(
        "compare",
        compare,
        "Compare models; capture those first that never were.",
        ("named", "--config", "--jobs", "--json", "--markdown"),
    ),
    _Command(
        "diff",
        diff,
        "Report what changed between two published records.",
        ("old", "new", *LIMITED, "--json", "--markdown"),
    ),
    _Command(
        "export",
        export,
        "Write a model as a file for TensorBoard, TorchScript or ONNX runtimes.",
        ("kind", "model", "--config", "--out"),
    ),
    _Command(
        "check",
        commands.check,
        "Hold numbers and links of a built site to account.",
        ("--config", "--models", "--out"),
    ),
    _Command("init", commands.init, "Make a small project that builds at once.", ("folder",)),
    _Command("doctor", commands.doctor, "Say what works on this machine.", ("--config",)),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="archatlas",
        description="Turn neural networks into a published, checked, side-by-side report.",
    )
    parser.add_argument("--version", action="version", version=f"archatlas {version('archatlas')}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        words = subparsers.add_parser(command.name, help=command.help, description=command.help)
        words.set_defaults(run=command.run)
        for option in command.options:
            words.add_argument(option, **_OPTIONS[option])
    return parser
