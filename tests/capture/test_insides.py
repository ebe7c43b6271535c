"""Looking inside, end to end: what is drawn, what is skipped and why, and never a crash."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from generator.capture.attribution import attribute
from generator.capture.replay import Aside
from generator.capture.request import Request
from generator.capture.session import capture
from generator.capture.trace import export, nodes_of
from generator.capture.views import Seen, noting, through_graph
from generator.capture.wanted import Wanted
from generator.config import WeightsPolicy
from generator.records import AttributionMethod, ModelRecord, ModelSpec, Origin, Reason

CONSTANT, DEAD = 1, 3


class Planted(nn.Module):
    """A convolution with one channel that is always 2, and one that never fires."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(inplace=True))
        self.classify = nn.Linear(5, 3)
        with torch.no_grad():
            self.stage[0].weight[CONSTANT] = 0
            self.stage[0].bias[CONSTANT] = 2
            self.stage[0].weight[DEAD] = 0
            self.stage[0].bias[DEAD] = -1

    def forward(self, pictures: Tensor) -> Tensor:
        return self.classify(self.stage(pictures).mean((2, 3)))


class Numb(nn.Module):
    """All channels are dead."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU())
        nn.init.constant_(self.stage[0].bias, -1e6)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.stage(pictures).mean((2, 3))


class Diverged(nn.Module):
    """One stage gives NaN everywhere, one infinity in a single channel."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Identity())
        self.second = nn.Sequential(nn.Conv2d(4, 2, 3), nn.Identity())
        with torch.no_grad():
            self.first[0].weight[0] = float("inf")
            self.second[0].weight.fill_(float("nan"))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.second(self.first(pictures)).mean((2, 3))


class Shapes(nn.Module):
    """Containers that return a single position, a vector, a sequence, a volume, a tuple, a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        self.pool = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(0), nn.Unflatten(0, (1, 4, 1, 1))
        )
        self.sequence = nn.Sequential(nn.Flatten(2), nn.ReLU())
        self.volume = nn.Sequential(nn.Unflatten(1, (1, 4)), nn.Conv3d(1, 2, 1))
        self.answer = Answer()

    def forward(self, pictures: Tensor) -> tuple[dict[str, Tensor], int]:
        maps = self.maps(pictures)
        further = self.sequence(maps).mean() + self.volume(maps).mean() + self.pool(maps).mean()
        return self.answer(maps + further), 7


class Answer(nn.Module):
    """Returns its scores in a dictionary, beside maps."""

    def __init__(self) -> None:
        super().__init__()
        self.classify = nn.Linear(4, 3)

    def forward(self, maps: Tensor) -> dict[str, Tensor]:
        return {"scores": self.classify(maps.mean((2, 3))), "maps": maps}


class Halves(nn.Module):
    """Changes one part of a split in place, through which nothing can be followed back."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, pictures: Tensor) -> Tensor:
        first, second = self.stage(pictures).chunk(2, dim=1)
        return (self.relu(first) + second).mean((2, 3))


def captured(factory: str, folder: Path, limit: int = 6_000_000) -> ModelRecord:
    """Capture a net of this file, or of tests/toys.py."""
    spec = ModelSpec(
        slug="net",
        title="Net",
        family="Toys",
        origin=Origin.USER,
        factory=factory if ":" in factory else f"{__name__}:{factory}",
        input_shape=None if factory.startswith("torchvision") else (3, 17, 17),
    )
    root = Path(__file__).parent
    request = Request(spec, (), WeightsPolicy.RANDOM, 0, root, folder, limit)
    record, _ = capture(request, lambda _step: None)
    return record


def test_planted_channels_are_found(tmp_path: Path) -> None:
    """The record names the dead one and the constant one, for every picture."""
    record = captured("Planted", tmp_path)

    grids = [grid for grid in record.features if grid.path == "stage"]
    assert len(grids) == 3
    for grid in grids:
        constant = grid.shown_channels.index(CONSTANT)
        dead = grid.shown_channels.index(DEAD)
        assert grid.lows[constant] == grid.highs[constant] == grid.means[constant] == 2
        assert (grid.sparsities[dead], grid.highs[dead]) == (1, 0)
        assert grid.dead_fraction >= 1 / 5
        assert dead > constant
    assert record.provenance is not None
    assert record.provenance.weights_are_random


@pytest.mark.parametrize("name", ["Planted", "toys:Branches", "toys:Gated", "toys:Refuses"])
def test_every_file_is_where_the_record_says_and_as_large(name: str, tmp_path: Path) -> None:
    """Grids lie inside of their sprites, tiles inside of their sheets."""
    record = captured(name, tmp_path)

    assert not [f for f in record.failures if f.kind != "trace"]
    assert record.features
    for grid in (*record.features, *record.inner_features, *record.kernels):
        with Image.open(tmp_path / grid.file) as image:
            assert grid.top + grid.height <= image.height
            assert grid.width <= image.width
    assert len(record.thumbnails) == 3
    for sheet in record.thumbnails:
        assert set(sheet.nodes) <= {node.id for node in record.nodes}
        with Image.open(tmp_path / sheet.file) as image:
            rows = -(-len(sheet.nodes) // sheet.columns)
            assert image.size == (sheet.columns * sheet.tile, rows * sheet.tile)
    for overlay in record.attributions:
        with Image.open(tmp_path / overlay.file) as image:
            assert image.size == (17, 17)


def test_every_operation_with_maps_has_a_thumbnail(tmp_path: Path) -> None:
    """Functional additions, splits and concatenations included."""
    record = captured("toys:Branches", tmp_path)

    maps = {node.id for node in record.nodes if len(node.output_shape) == 4}
    assert {"chunk", "cat"} < maps
    assert maps <= set(record.thumbnails[0].nodes)


def test_a_net_that_export_refuses_is_shown_by_its_modules(tmp_path: Path) -> None:
    """Grids and thumbnails come from hooks, at the places of the graph; attribution needs more."""
    record = captured("toys:Refuses", tmp_path)

    assert {(grid.path, grid.node) for grid in record.features} == {("convolve", None)}
    assert record.thumbnails[0].nodes == ("conv2d",)
    assert record.attributions == ()
    assert [s.reason for s in record.skipped if s.kind == "attribution"] == [Reason.NO_EXPORT]


def test_a_net_of_dead_channels_has_a_reason_and_no_blank_grid(tmp_path: Path) -> None:
    """For every picture of its own: another picture may wake it."""
    record = captured("Numb", tmp_path)

    assert record.features == ()
    found = [(s.path, s.reason) for s in record.skipped if s.kind == "features"]
    assert found == [("stage", Reason.CONSTANT)] * 3
    assert not record.failures


def test_nan_and_infinity_are_stated(tmp_path: Path) -> None:
    """What has finite channels is shown with the number of the others; the rest is skipped."""
    record = captured("Diverged", tmp_path)

    assert not record.failures
    first = next(grid for grid in record.features if grid.path == "first")
    assert first.non_finite == 15 * 15
    assert first.shown_channels[-1] == 0
    reasons = {(s.kind, s.path): s.reason for s in record.skipped if s.image == "cat"}
    assert reasons["features", "second"] is Reason.NOT_FINITE
    assert reasons["predictions", ""] is Reason.NOT_FINITE
    assert record.attributions == ()
    assert ModelRecord.model_validate_json(record.model_dump_json()) == record


def test_layers_of_every_shape_are_shown_or_explained(tmp_path: Path) -> None:
    """One position, a vector, a sequence, a volume, a tuple, a dictionary."""
    record = captured("Shapes", tmp_path)

    assert not [f for f in record.failures if f.kind not in {"trace", "onnx"}]
    assert "maps" in {grid.path for grid in record.features}
    assert {s.path: s.reason for s in record.skipped if s.kind == "features"} == {
        "pool": Reason.ONE_POSITION,
        "sequence": Reason.NO_MAPS,
        "volume": Reason.NO_MAPS,
        "answer": Reason.NO_MAPS,
    }
    assert len(record.predictions) == 3


@pytest.mark.parametrize("limit", [90_000, 20_000, 8_000, 3_000])
def test_all_pictures_of_a_model_stay_within_the_limit(limit: int, tmp_path: Path) -> None:
    """Also the whole of them; what was left out is named."""
    record = captured("toys:ResidualNet", tmp_path, limit)

    weight = sum(path.stat().st_size for path in tmp_path.rglob("*.webp"))
    budget = record.picture_budget
    assert budget is not None
    assert (budget.limit_bytes, budget.used_bytes) == (limit, weight)
    assert weight <= limit
    assert bool(budget.left_out) == (limit < 90_000)


def test_both_attributions_are_there_for_every_picture(tmp_path: Path) -> None:
    """Under the label that the prediction puts first."""
    record = captured("toys:Gated", tmp_path)

    first = {p.image: p.top[0].label for p in record.predictions}
    found = [(a.image, a.method) for a in record.attributions]
    lacking = [(s.image, s.detail) for s in record.skipped if s.kind == "attribution"]
    expected = [(image, method) for image in first for method in AttributionMethod]
    assert sorted([*found, *lacking]) == sorted(expected)
    assert all(a.label == first[a.image] for a in record.attributions)


def test_a_run_that_cannot_be_followed_back_is_looked_at_again(tmp_path: Path) -> None:
    """Its maps are all there; only the attributions are missing, and say why."""
    record = captured("Halves", tmp_path)

    reasons = {s.reason for s in record.skipped if s.kind == "attribution"}
    assert (reasons, record.attributions) == ({Reason.ERROR}, ())
    assert len({grid.image for grid in record.features}) == 3
    assert all(len(sheet.nodes) == len(record.thumbnails[0].nodes) for sheet in record.thumbnails)
    assert not record.failures


def test_looking_along_shows_what_looking_alone_does() -> None:
    """The run whose gradients are followed gives the same figures as one without gradients."""
    model = Planted().eval()
    program = export(model, torch.zeros(1, 3, 17, 17))
    nodes = {node.id for node in nodes_of(program, model)}
    note = noting([Wanted(name, name) for name in ("conv2d", "relu_")], nodes)
    picture = torch.rand(1, 3, 17, 17)
    along = Seen()

    tuple(attribute(program, picture, "cat", "relu_", (), Aside(note(along, "cat"))))

    alone = through_graph(program, note)(picture, "cat")
    assert along.grids.keys() == alone.grids.keys() != set()
    assert all(repr(along.grids[one]) == repr(alone.grids[one]) for one in alone.grids)
    assert along.tiles.keys() == alone.tiles.keys()
    assert all((along.tiles[one] == alone.tiles[one]).all() for one in alone.tiles)


def test_one_request_gives_one_set_of_bytes(tmp_path: Path) -> None:
    """Neither time nor place shows in any file."""
    first = captured("toys:Branches", tmp_path / "one")
    second = captured("toys:Branches", tmp_path / "two")

    assert first == second
    assert len(first.artifacts) > 20


@pytest.mark.slow
def test_densenet201_stays_within_its_limits(tmp_path: Path) -> None:
    """The largest net of the zoo: bytes, files, and thumbnails that load as one picture."""
    record = captured("torchvision:densenet201", tmp_path)

    budget = record.picture_budget
    assert budget is not None
    assert budget.used_bytes <= budget.limit_bytes
    assert not budget.left_out
    assert len(record.artifacts) < 600
    for sheet in record.thumbnails:
        assert (tmp_path / sheet.file).stat().st_size < 200_000
