"""What a page weighs for its first reader, and when it can be used on a slow processor.

Run it by hand, on a built site: `python tests/benchmarks/bench_pages.py SITE MODEL [MODEL …]`.
Chromium runs at a quarter of its speed, against a server on this machine. It exits with 1 where
the page of the first model needs more than 700 KB or 1.5 s, or a comparison of all 1.2 MB or 1 s.
A page of Material with one sentence, opened in turns with the others, tells how much of that the
theme needs by itself, and how busy the machine is.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import serving
from playwright.sync_api import Browser, Page, sync_playwright

SLOWDOWN = 4
ROUNDS = 5
MODEL_LIMITS = (700_000, 1500)
COMPARISON_LIMITS = (1_200_000, 1000)


@dataclass(frozen=True)
class Visit:
    """One first visit: nothing is cached."""

    received_bytes: int
    """As sent over the wire, with headers, until the page is quiet."""
    interactive_ms: float
    """When the last long task ends that began before the page was shown for half a second."""
    blocked_ms: float
    """Time of long tasks beyond 50 ms each."""
    shift: float
    """Cumulative layout shift."""


@dataclass(frozen=True)
class Opened:
    """A page that is opened again and again."""

    name: str
    url: str
    ready: str
    """What is there once a reader can use the page."""
    limits: tuple[float, float] = (float("inf"), float("inf"))
    """In bytes and in milliseconds."""


def main() -> int:
    """Print a line for the theme, one for a model's page, and one for a comparison."""
    folder, *models = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory() as empty,
        serving(theme_alone(Path(empty))) as bare,
        serving(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        pages = (
            Opened("theme alone", f"{bare}/", "h1"),
            Opened(
                f"models/{models[0]}/",
                f"{address}/models/{models[0]}/",
                "form[data-aa-layers]:not([hidden])",
                MODEL_LIMITS,
            ),
            Opened(
                f"compare/?m={','.join(models)}",
                f"{address}/compare/?m={','.join(models)}",
                "#aa-choice table, .aa-comparison table",
                COMPARISON_LIMITS,
            ),
        )
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        visit(browser, pages[0])  # what the browser starts with its first page is no page's
        rounds = [[visit(browser, page) for page in pages] for _ in range(ROUNDS)]
        browser.close()
    print("page                                KB  interactive ms  blocked ms  shift")  # noqa: T201 - run by hand
    return int(any([is_late(*one) for one in zip(pages, zip(*rounds, strict=True), strict=True)]))  # noqa: C419 - a line for each


def theme_alone(project: Path) -> Path:
    """Build a page of Material that holds a heading and a sentence; return its folder."""
    (project / "docs").mkdir()
    (project / "docs/index.md").write_text("# Nothing\n\nA sentence.\n")
    settings = "site_name: Nothing\ntheme: {name: material, font: false}\n"
    (project / "mkdocs.yml").write_text(settings)
    command = [sys.executable, "-m", "mkdocs", "-q", "build"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return project / "site"


def is_late(page: Opened, visits: tuple[Visit, ...]) -> bool:
    """Print the medians of a page's visits; tell whether it needs more than it may."""
    seen: dict[str, float] = {
        name: median(getattr(one, name) for one in visits) for name in vars(visits[0])
    }
    print(  # noqa: T201 - run by hand
        f"{page.name[:32]:32} {seen['received_bytes'] / 1000:6.0f} {seen['interactive_ms']:15.0f} "
        f"{seen['blocked_ms']:11.0f} {seen['shift']:6.3f}"
    )
    return seen["received_bytes"] > page.limits[0] or seen["interactive_ms"] > page.limits[1]


def visit(browser: Browser, opened: Opened) -> Visit:
    """Open a page as its first reader, and wait until it is quiet."""
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(_WATCH % repr(opened.ready))
    page.goto(opened.url, wait_until="networkidle")
    page.wait_for_function("window.aaReady !== undefined")
    found = Visit(sum(sizes), **figures(page))
    context.close()
    return found


def figures(page: Page) -> dict[str, float]:
    """Return what the page noted of itself."""
    noted = page.evaluate("({ ready: aaReady, long: aaLong, shift: aaShift })")
    ends = [start + time for start, time in noted["long"] if start < noted["ready"] + 500]
    return {
        "interactive_ms": max([noted["ready"], *ends]),
        "blocked_ms": sum(time - 50 for _start, time in noted["long"]),
        "shift": noted["shift"],
    }


_WATCH = """
window.aaLong = []; window.aaShift = 0;
const observe = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({ type, buffered: true });
observe("longtask", (one) => aaLong.push([one.startTime, one.duration]));
observe("layout-shift", (one) => { if (!one.hadRecentInput) aaShift += one.value; });
const look = () => {
  if (document.querySelector(%s)) window.aaReady = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


if __name__ == "__main__":
    sys.exit(main())
