"""Decides what is printed about several models side by side."""

import argparse

from generator.cli.commands import collected
from generator.cli.terminal import as_json, model_rows, result, terminal_width
from generator.render.report import as_markdown, as_text
from generator.render.side_by_side import side_by_side, side_by_side_data


def compare(options: argparse.Namespace) -> int:
    """Print some models side by side; capture those first that never were."""
    specs, records = collected(options)
    if options.json:
        result(as_json(side_by_side_data(specs, records, model_rows(specs, records))))
    elif options.markdown:
        result(as_markdown(side_by_side(specs, records)))
    else:
        result(as_text(side_by_side(specs, records), terminal_width()))
    return 0
