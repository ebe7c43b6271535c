"""Decides what of captures, timings and a finished site falls short, in a line each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from generator.analysis.checks import Check, checks
from generator.memo import Memo, key_of
from generator.records import Failure, ModelRecord, ModelSpec, Timing
from generator.render.ingredients import code_digest
from generator.render.links import check_links
from generator.render.site import Site
from generator.stamps import looks_below


def record_shortfalls(found: Mapping[str, ModelRecord], specs: Sequence[ModelSpec]) -> list[str]:
    """Say what is wrong with the captures: those that are missing, failed, or disagree."""
    lines = [
        line for one in found.values() for line in _of_model(one.slug, one.failures, checks(one))
    ]
    return _missing(found, specs) + lines


def page_shortfalls(found: Collection[str], specs: Sequence[ModelSpec], site: Site) -> list[str]:
    """Say the same of models whose pages were rendered, without reading their records again.

    Args:
        found: the slugs of those that are captured.
        specs: all models that were asked for.
        site: what their pages say.
    """
    lines = [
        line for slug in found for line in _of_model(slug, site.failures[slug], site.checks[slug])
    ]
    return _missing(found, specs) + lines


def timing_shortfalls(timings: Mapping[str, Timing]) -> list[str]:
    """Say which models could not be timed; some nets take no more than one input at once."""
    return [
        f"{slug}: timing: {failure.kind}: {failure.error}: {failure.message}"
        for slug, timing in timings.items()
        for failure in timing.failures
        if not timing.batches
    ]


def site_shortfalls(out: Path, memo: Memo | None = None) -> list[str]:
    """Say which links of a site lead nowhere, and which of its files no page links to.

    Args:
        out: the built site.
        memo: where to look up, and to keep, what was found in a site that did not change since.
    """
    key = key_of("links", code_digest(), looks_below(out))
    report = (memo or Memo()).value(key, lambda: check_links(out))
    broken = [f"{link.page}: {link.target}: {link.reason}" for link in report.broken]
    return broken + [f"{uri}: published, but no page links to it" for uri in report.orphans]


def _missing(found: Collection[str], specs: Sequence[ModelSpec]) -> list[str]:
    return [f"{spec.slug}: not captured" for spec in specs if spec.slug not in found]


def _of_model(slug: str, failures: Iterable[Failure], held: Iterable[Check]) -> list[str]:
    failed = [f"{slug}: {f.kind}: {f.error}: {f.message}" for f in failures]
    wrong = [
        f"{slug}: {c.what}: ours {c.ours}, {c.source} {c.theirs}"
        for c in held
        if c.is_binding and not c.agrees
    ]
    return failed + wrong
