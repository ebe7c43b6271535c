"""How long a build takes, held against what people assemble today and against the least possible.

Run by `make bench`, or `python tests/benchmarks/bench_build.py [--write] [MODEL …]`, where nothing
else works: all that is measured runs on two cores, one after the other, on the same models with
random weights. `--write` replaces RESULTS.md. Wall times mean little on a busy machine: processor
times, beside them, say more there.
"""

import ctypes
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image

from generator import store
from generator.config import load_project

HERE = Path(__file__).parent
MODELS = (
    *("alexnet", "vgg16", "vgg16_bn", "googlenet", "inception_v3", "densenet121", "squeezenet1_0"),
    *("shufflenet_v2_x0_5", "mobilenet_v2", "mobilenet_v3_large", "resnet18", "resnext50_32x4d"),
    *("wide_resnet50_2", "regnet_y_400mf"),
)
CORES = 2
_PR_SET_CHILD_SUBREAPER = 36
_PACKAGES = ("torch", "torchvision", "torchinfo", "torchview", "torchlens", "onnx", "mkdocs")
_BUSY = (
    "**Measured on a busy machine, with other programs running: of these figures the wall times "
    "say nothing, and the processor times may be too high, not all of them alike.**"
)
_CONFIG = 'models = [{models}]\nweights = "random"\nlanguages = ["en", "zh"]\n'
_ENCODED = {"thumbnails": {"quality": 50}, "attribution": {"alpha_quality": 60}}
"""How pictures are encoded, by their folder, where that is another way than usual."""
_LOSSLESS, _HEAD_BYTES = b"VP8L", 64
"""What the first bytes of a WebP file say where every pixel was kept."""
_ONE = """
import resource, sys, tempfile
from pathlib import Path
from generator.capture.request import Request
from generator.capture.session import capture
from generator.config import WeightsPolicy
from generator.zoo.families import zoo_entries
(spec,) = [entry for entry in zoo_entries() if entry.slug == sys.argv[1]]
with tempfile.TemporaryDirectory() as folder:
    home = Path(folder)
    record, _ = capture(Request(spec, (), WeightsPolicy.RANDOM, 0, home, home), lambda _step: None)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(peak, sum(p.bytes for p in record.parameters) + record.buffer_bytes)
"""


@dataclass(frozen=True)
class Run:
    """What one thing took."""

    what: str
    wall: float
    """Seconds by the clock."""
    work: float
    """Seconds of all processors together."""
    load: float
    """Processes that wanted one on average in the last minute, ours included."""


def main() -> int:
    """Measure everything; print the table, and write it where that is asked for."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    # Whatever outlives its parent becomes ours, so that its processor time is counted.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    models = [name for name in sys.argv[1:] if not name.startswith("-")] or list(MODELS)
    with tempfile.TemporaryDirectory() as folder:
        text = report(models, list(_runs(Path(folder), models)), list(_peaks(models)))
    print(text)  # noqa: T201 - run by hand
    if "--write" in sys.argv:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")
    return 0


def report(
    models: Sequence[str], runs: Sequence[Run], peaks: Sequence[tuple[str, int, int]]
) -> str:
    """Return the results as Markdown."""
    by_name = {run.what: run for run in runs}
    ours = by_name["capture"]
    lines = [
        "# Measured",
        "",
        f"{len(models)} models of torchvision, random weights: {', '.join(models)}.",
        "",
        f"{platform.machine()}, {CORES} cores of {_processor()}; {', '.join(_software())}.",
        "",
        "| | wall s | processor s | capture ÷ this, wall | capture ÷ this, processor | load |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {run.what} | {run.wall:.1f} | {run.work:.1f} | {ours.wall / run.wall:.2f} "
            f"| {ours.work / run.work:.2f} | {run.load:.1f} |"
            for run in runs
        ),
        *_caveat(runs),
        "",
        "Peak memory of a capture, in a process of its own; allowed are 1.5 GB + 3 × the weights.",
        "",
        "| model | peak MB | weights MB | allowed MB |",
        "|---|--:|--:|--:|",
        *(
            f"| {name} | {peak / 1e6:.0f} | {size / 1e6:.0f} | {1500 + 3 * size / 1e6:.0f} |"
            for name, peak, size in peaks
        ),
        "",
    ]
    return "\n".join(lines)


def _caveat(runs: Sequence[Run]) -> list[str]:
    """Say so where other programs wanted the processors too; two of ours run at most."""
    if max(run.load for run in runs) <= CORES + 1:
        return []
    return ["", _BUSY]


def _runs(home: Path, models: Sequence[str]) -> Iterator[Run]:
    project = home / "project"
    project.mkdir()
    names = ", ".join(f'"{name}"' for name in models)
    (project / "archatlas.toml").write_text(_CONFIG.format(models=names), encoding="utf-8")
    ours = [sys.executable, "-m", "generator"]
    yield _timed("capture", [*ours, "capture", "--no-strict"], project)
    yield _timed("render, first time", [*ours, "render", "--no-strict"], project)
    yield _timed("render, nothing new", [*ours, "render", "--no-strict"], project)
    yield _timed("capture, nothing new", [*ours, "capture", "--no-strict"], project)
    _lay_out_pictures(project, models, home / "floor")
    other = [sys.executable, str(HERE / "pipelines.py")]
    for what in ("today", "torchlens", "floor"):
        yield _timed(what, [*other, what, str(home / what), *models], home)


def _timed(what: str, command: Sequence[str], folder: Path) -> Run:
    _say(what)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=sys.stderr)
    wall = time.monotonic() - began
    with suppress(ChildProcessError):
        while (
            True
        ):  # a fork server ends after the command that began it, and knows its workers' times
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(what, wall, work, os.getloadavg()[0])


def _lay_out_pictures(project: Path, models: Sequence[str], out: Path) -> None:
    """Decode the pictures that the build made, for the floor to encode the same ones the same way.

    The floor itself would have them from its model: decoding is none of its work.
    """
    state = load_project(folder=project).state
    for name in models:
        capture = store.load(state, name)
        (out / name).mkdir(parents=True)
        encoding = {}
        for number, path in enumerate(sorted(capture.folder.rglob("*.webp"))):
            kind = path.relative_to(capture.folder).parts[0]
            budget = capture.record.picture_budget
            encoding[f"{number:03d}.npy"] = {
                "lossless": _LOSSLESS in path.read_bytes()[:_HEAD_BYTES],
                "quality": budget.quality if budget and kind == "features" else 80,
                **_ENCODED.get(kind, {}),
            }
            with Image.open(path) as picture:
                np.save(out / name / f"{number:03d}.npy", np.asarray(picture))
        (out / name / "encoding.json").write_text(json.dumps(encoding), encoding="utf-8")


def _peaks(models: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    for name in models:
        _say(f"memory of {name}")
        command = [sys.executable, "-W", "ignore", "-c", _ONE, name]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        peak, size = map(int, ran.stdout.split()[-2:])
        yield name, peak, size


def _software() -> list[str]:
    return [f"Python {platform.python_version()}", *(f"{n} {version(n)}" for n in _PACKAGES)]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "?")


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - run by hand


if __name__ == "__main__":
    sys.exit(main())
