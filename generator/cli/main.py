"""Decides the words of the command line, and how it exits."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from generator.cli import commands
from generator.cli.terminal import say
from generator.errors import ArchatlasError

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 fell short, 2 wrong request."""
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


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("names no model")
    return list(dict.fromkeys(names))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number of 1 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="archatlas",
        description="Turn neural networks into a published, checked, side-by-side report.",
    )
    parser.add_argument("--version", action="version", version=f"archatlas {version('archatlas')}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument("--config", type=Path, metavar="FILE", help="default: archatlas.toml here")
    chosen = argparse.ArgumentParser(add_help=False, parents=[config])
    chosen.add_argument("--models", type=_names, metavar="a,b,…", help="only these models")
    strict = argparse.ArgumentParser(add_help=False)
    strict.add_argument(
        "--strict",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="exit 1 when a model failed or a check fell short (default)",
    )
    jobs = argparse.ArgumentParser(add_help=False)
    jobs.add_argument("--jobs", type=_count, metavar="N", default=os.cpu_count() or 1)
    out = argparse.ArgumentParser(add_help=False)
    out.add_argument("--out", type=Path, metavar="DIR", help="where the site goes; default: site")

    def command(
        name: str, run: object, text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        made = subparsers.add_parser(name, help=text, description=text, parents=list(parents))
        made.set_defaults(run=run)
        return made

    command(
        "build", commands.build, "Capture, render and build the site.", chosen, out, jobs, strict
    )
    command("capture", commands.capture, "Capture models; write no pages.", chosen, jobs, strict)
    command(
        "render",
        commands.render_only,
        "Write the pages from captures; needs no torch.",
        chosen,
        strict,
    )
    serve = command(
        "serve", commands.serve, "Capture, render, and browse with live reload.", chosen, jobs
    )
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_count, default=8000)
    command(
        "check", commands.check, "Hold numbers and links of a built site to account.", chosen, out
    )
    listing = command("list", commands.list_models, "List the models.", chosen)
    compare = command("compare", commands.compare, "Compare captured models.", config)
    compare.add_argument("models_to_compare", nargs="+", metavar="MODEL")
    for made in (listing, compare):
        made.add_argument("--json", action="store_true", help="for other programs")
    command("init", commands.init, "Make a small project that builds at once.").add_argument(
        "dir", type=Path, metavar="DIR"
    )
    command("doctor", commands.doctor, "Say what works on this machine.", config)
    return parser
