"""Fixtures that more than one room's tests need."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy
from generator.records import ModelRecord, ModelSpec, Origin

RecordOf = Callable[[str], ModelRecord]
"""Capture a toy net of tests/toys.py by its class name."""

# Chromium's own background traffic off, so that every request seen is the page's.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium once; without one, say loudly what stays untested."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("NO CHROMIUM on the PATH: nothing the browser runs is tested; install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def record_of(tmp_path_factory: pytest.TempPathFactory) -> RecordOf:
    """Return a function that captures a toy net, in this process, once per session."""

    @cache
    def captured(name: str) -> ModelRecord:
        folder = tmp_path_factory.mktemp(name)
        spec = ModelSpec(
            slug=name.lower(),
            title=name,
            family="Toys",
            year=2026,
            origin=Origin.USER,
            factory=f"toys:{name}",
            input_shape=(3, 17, 17),
            labels=(),
        )
        root = Path(__file__).parent
        request = Request(spec, (), WeightsPolicy.RANDOM, 0, root, folder)
        record, _ = capture(request, lambda _step: None)
        return record

    return captured
