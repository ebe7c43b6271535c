"""Claims about the chart of receptive fields: every line ends where its model's field does."""

import re

import pytest
from conftest import RecordOf
from hypothesis import given
from hypothesis import strategies as st

from generator.analysis.profile import profile
from generator.records import ModelRecord
from generator.render.growth import HEIGHT, WIDTH, Growth, _round_steps, growth


def drawn(record_of: RecordOf, *names: str) -> Growth:
    """Draw toys by name."""
    chart = growth([(name, record_of(name)) for name in names])
    assert chart
    return chart


def points(path: str) -> list[tuple[float, float]]:
    """Return the corners of a line."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_a_line_ends_at_its_last_field(record_of: RecordOf) -> None:
    """After as many layers as have maps."""
    (line,) = drawn(record_of, "ResidualNet").lines
    seen = [p.receptive_field for p in profile(record_of("ResidualNet")) if p.receptive_field]
    assert (line.layers, line.last) == (len(seen), seen[-1])
    assert points(line.path)[-1] == (line.end_x, line.end_y)
    assert len(points(line.path)) == len(seen) + 1


def test_lines_of_equal_models_coincide_and_differ_in_looks(record_of: RecordOf) -> None:
    """One is seen through the other; their names stand apart."""
    first, second = drawn(record_of, "Plain", "Plain").lines
    assert first.path == second.path
    assert (first.colour, first.dash) != (second.colour, second.dash)
    assert second.label_y - first.label_y >= 16


def test_a_model_without_maps_has_no_line(record_of: RecordOf) -> None:
    """The others keep their colours."""
    chart = drawn(record_of, "Raises", "Plain")
    assert [line.place for line in chart.lines] == [1]
    assert chart.lines[0].colour == drawn(record_of, "Plain", "Plain").lines[1].colour


def test_nothing_is_drawn_of_nothing(record_of: RecordOf) -> None:
    """No model ran."""
    assert growth([("Raises", record_of("Raises"))]) is None
    assert growth([("Empty", ModelRecord(slug="empty", input_shape=()))]) is None


def test_the_width_of_the_picture_is_marked_once(record_of: RecordOf) -> None:
    """Models with one input size share the mark."""
    assert [frame.pixels for frame in drawn(record_of, "Plain", "Branches").frames] == [17]


@pytest.mark.parametrize("names", [("Plain",), ("Plain", "ResidualNet", "Branches", "Shared")])
def test_everything_lies_inside_the_drawing(record_of: RecordOf, names: tuple[str, ...]) -> None:
    """Lines within the axes, names within the frame."""
    chart = drawn(record_of, *names)
    for line in chart.lines:
        for x, y in points(line.path):
            assert chart.left <= x <= chart.right
            assert chart.top <= y <= chart.bottom
        assert 0 < line.label_y < HEIGHT
    assert chart.right < WIDTH


@given(st.integers(1, 10**6))
def test_axes_have_a_few_round_marks(most: int) -> None:
    """From 0 to no more than the most."""
    marks = list(_round_steps(most))
    assert marks[0] == 0
    assert marks[-1] <= most
    assert 2 <= len(marks) <= 7
