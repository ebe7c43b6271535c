"""What is said of weights."""

from pathlib import Path

import pytest
import torch
from conftest import RecordOf
from PIL import Image

from generator.capture.kernels import draw_first
from generator.records import NormStats, NormVector
from generator.render.weight_section import histogram_file, weight_section


@pytest.mark.parametrize("name", ["Plain", "ResidualNet"])
def test_every_parameter_has_a_row(record_of: RecordOf, name: str) -> None:
    """In the order of the modules, with its share of zeros."""
    record = record_of(name)
    section = weight_section(record)
    assert [row.stats for row in section.rows] == list(record.parameters)
    assert all(row.stats.sparsity is not None for row in section.rows)


def test_the_first_convolution_is_held_against_the_last_linear(record_of: RecordOf) -> None:
    """Until readers choose others."""
    section = weight_section(record_of("Plain"))
    assert [one.name for one in section.overlay.series] == ["features.0.weight", "classify.weight"]
    assert [row.stats.name for row in section.compared] == ["features.0.weight", "classify.weight"]
    drawn = {row.stats.name for row in section.rows if row.bars}
    assert set(histogram_file(record_of("Plain"))) == drawn


def test_layers_of_norms_share_one_axis_a_vector(record_of: RecordOf) -> None:
    """So that they can be compared down a column; the ends belong to the extremes."""
    norms = tuple(
        NormStats(
            path=path,
            channels=2,
            epsilon=1e-5,
            vectors=(NormVector(symbol="γ", mean=mean, std=0, min=low, max=high),),
            file="norms/00.json",
        )
        for path, low, mean, high in (("a", 0.0, 1.0, 2.0), ("b", 1.0, 3.0, 4.0))
    )
    record = record_of("Plain").model_copy(update={"norms": norms})
    first, second = (row.spreads[0] for row in weight_section(record).norms)
    assert (first.low, first.mean, first.high) == (0, 0.25, 0.5)
    assert (second.low, second.mean, second.high) == (0.25, 0.75, 1)


def test_vectors_that_never_differ_stand_in_the_middle(record_of: RecordOf) -> None:
    """Fresh norms have γ = 1 everywhere."""
    vector = NormVector(symbol="γ", mean=1, std=0, min=1, max=1)
    norm = NormStats(path="a", channels=2, epsilon=1e-5, vectors=(vector,), file="norms/00.json")
    record = record_of("Plain").model_copy(update={"norms": (norm,)})
    (spread,) = weight_section(record).norms[0].spreads
    assert (spread.low, spread.mean, spread.high) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("shape", [(6, 1, 5, 5), (64, 3, 7, 7), (96, 3, 11, 11), (200, 3, 30, 40)])
def test_the_first_kernels_picture_is_as_large_as_the_page_says(
    record_of: RecordOf, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    """Its box is there before it is."""
    file = draw_first(torch.rand(shape), tmp_path)
    first = record_of("Plain").parameters[0].model_copy(update={"shape": shape, "file": file})
    record = record_of("Plain").model_copy(update={"parameters": (first,)})
    found = weight_section(record).first_kernels
    with Image.open(tmp_path / file) as drawn:
        assert (found.width, found.height) == drawn.size
