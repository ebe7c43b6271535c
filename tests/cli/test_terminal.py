"""How results look in a terminal."""

import pytest

from generator.analysis.checks import Check
from generator.analysis.message import Message
from generator.analysis.precision import Fit
from generator.analysis.residuals import Part
from generator.cli.terminal import check_table, model_rows, model_table
from generator.render.report import table
from generator.zoo.families import zoo_entries


def test_numbers_stand_under_each_other() -> None:
    """Words begin, numbers end in one column, whatever their length."""
    lines = table(("slug", "MACs"), (("a_very_long_slug", "1"), ("b", "1234567")), (1,))
    assert lines.splitlines() == [
        "slug                 MACs",
        "a_very_long_slug        1",
        "b                 1234567",
    ]


def test_the_whole_zoo_fits_a_terminal() -> None:
    """Every model has one line, under 100 columns and without Chinese."""
    lines = model_table(model_rows(zoo_entries(), {})).splitlines()
    assert [line.split()[0] for line in lines[1:]] == [entry.slug for entry in zoo_entries()]
    assert max(map(len, lines)) < 100
    assert not [c for line in lines for c in line if "\u4e00" <= c <= "\u9fff"]


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (
            Check(
                *("parameters", "90", "100", "Keras"),
                agrees=True,
                parts=(Part(Message("biases"), 15), Part(Message("γ"), -5)),
            ),
            ["parameters", "90", "100", "Keras", "explained", "+15 biases; −5 γ"],
        ),
        (
            Check(
                *("MACs", "7 000", "8 K", "paper"),
                agrees=False,
                is_binding=False,
                rest=1000,
                path="c1",
                fit=Fit.NONE,
            ),
            ["MACs of c1", "7 000", "8 K", "paper", "differs", "+1\u202f000 not explained"],
        ),
    ],
    ids=["explained", "differs"],
)
def test_a_check_says_why_two_numbers_differ(check: Check, expected: list[str]) -> None:
    """Each reason with its size, and what no reason explains."""
    line = check_table([("plain", check)]).splitlines()[1]
    assert [cell.strip() for cell in line.split("  ") if cell.strip()] == ["plain", *expected]
