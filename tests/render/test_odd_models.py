"""Whatever a network takes and returns, its pages are made, and those beside it are complete."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import BuiltSite
from light import light_record
from torch import Tensor, nn
from toys import Plain

from generator import pipeline, store
from generator.cli.main import main
from generator.config import load_project
from generator.records import Histogram, ParameterStats
from generator.shortfalls import record_shortfalls

CONFIG = """
models = []
languages = ["en", "zh"]
comparisons = [["odd", "plain"]]
[[model]]
slug = "odd"
factory = "toys:Plain"
[[model]]
slug = "plain"
factory = "toys:Plain"
"""
PICTURE = (3, 9, 9)


class Ending(nn.Module):
    """Makes maps, and of them whatever it is told to."""

    def __init__(self, end: Callable[[Tensor], object]) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.end = end

    def forward(self, pictures: Tensor) -> object:
        return self.end(self.convolve(pictures))


class Scale(nn.Module):
    """Takes numbers, and has one."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))

    def forward(self, numbers: Tensor) -> Tensor:
        return self.factor * numbers


class Embedding(nn.Module):
    """Looks words up."""

    def __init__(self) -> None:
        super().__init__()
        self.look_up = nn.Embedding(10, 4)

    def forward(self, words: Tensor) -> Tensor:
        return self.look_up(words.long()).mean(1)


ODD: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "a class": (Ending(lambda maps: maps.mean((2, 3)).argmax(1)), PICTURE),
    "one number": (Ending(lambda maps: maps.mean()), PICTURE),
    "no batch": (Ending(lambda maps: maps.mean((0, 2, 3))), PICTURE),
    "a number on the way": (Ending(lambda maps: maps * maps.mean()), PICTURE),
    "yes or no": (Ending(lambda maps: maps > 0), PICTURE),
    "nothing left": (Ending(lambda maps: maps[:, :0]), PICTURE),
    "six dimensions": (Ending(lambda maps: maps.unflatten(1, (2, 2)).unsqueeze(1)), PICTURE),
    "two of them": (Ending(lambda maps: (maps, {"again": maps + 1})), PICTURE),
    "no work": (nn.Identity(), PICTURE),
    "a vector": (nn.Linear(5, 2), (5,)),
    "tokens": (nn.Sequential(nn.Linear(5, 7), nn.LayerNorm(7), nn.Linear(7, 1)), (6, 5)),
    "words": (Embedding(), (7,)),
    "a volume": (nn.Sequential(nn.Conv3d(1, 2, 3), nn.MaxPool3d(2), nn.Flatten()), (1, 8, 8, 8)),
    "one layer": (nn.Linear(5, 2, bias=False), (5,)),
    "one weight": (Scale(), ()),
    "a memory": (nn.LSTM(5, 3, batch_first=True), (4, 5)),
}


def spread(stats: ParameterStats) -> ParameterStats:
    """Say how the values of a parameter are spread."""
    histogram = Histogram(low=0, high=1, counts=(1, 2))
    return stats.model_copy(update={"histogram": histogram} if stats.numel > 1 else {})


def unlinked(docs: Path, written: set[str]) -> set[str]:
    """Return the files of the odd model that none of its pages names."""
    ours = {uri for uri in written if "models/odd/" in uri}
    pages = "".join((docs / uri).read_text() for uri in ours if uri.endswith(".md"))
    files = {uri.rpartition("models/odd/")[2] for uri in ours if not uri.endswith(".md")}
    return {file for file in files if file not in pages}


@pytest.mark.parametrize("kind", ODD)
def test_a_network_of_any_shape_has_its_pages(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Design, layers, comparisons, on the site and in a terminal; its numbers agree."""
    (tmp_path / "archatlas.toml").write_text(CONFIG)
    state = tmp_path / ".archatlas"
    torch.manual_seed(0)
    for slug, (net, shape) in (("odd", ODD[kind]), ("plain", (Plain(), (3, 17, 17)))):
        record = light_record(net, *shape).model_copy(update={"slug": slug})
        record = record.model_copy(update={"parameters": tuple(map(spread, record.parameters))})
        store.finish(state, store.begin(state), record, "key", ())
    project = load_project(folder=tmp_path)
    specs = pipeline.chosen(project, None)

    rendered = pipeline.render(project, specs)
    code = main(["compare", "odd", "plain", "--config", str(tmp_path / "archatlas.toml")])

    written = set(rendered.report.written)
    assert {f"{home}models/odd/index.md" for home in ("", "zh/")} <= written
    assert {"models/plain/index.md", "compare/odd-vs-plain/index.md"} <= written
    assert record_shortfalls(pipeline.records(project, specs), specs) == []
    assert unlinked(project.docs, written) == set()
    assert code == 0
    assert "odd" in capsys.readouterr().out


def test_a_model_without_maps_is_not_said_to_have_them(
    built_site: BuiltSite, tmp_path: Path
) -> None:
    """A comparison points to pages of those alone that drew some."""
    ignored = shutil.ignore_patterns("site", "site_src")
    folder = shutil.copytree(built_site.project, tmp_path / "project", ignore=ignored)
    config = folder / "archatlas.toml"
    config.write_text(config.read_text().replace('["residualnet", "plain"]', '["raises", "plain"]'))
    project = load_project(folder=folder)

    pipeline.render(project, pipeline.chosen(project, None))

    page = (project.docs / "compare/raises-vs-plain/index.md").read_text()
    assert "models/plain/features/" in page
    assert "models/raises/features/" not in page
