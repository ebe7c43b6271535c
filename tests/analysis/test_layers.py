"""Claims about the rows of the layer table, and the sentences in them."""

import pytest
from conftest import RecordOf
from toys import ALL

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.layers import Layer, layers
from generator.analysis.words import explain
from generator.records import Argument, Node, Shape


def _rows(record_of: RecordOf, name: str) -> dict[str, Layer]:
    return {row.path: row for row in layers(record_of(name))}


def _explain(op: str, before: Shape, after: Shape, **arguments: Argument) -> str:
    return explain(Node(id="n", op=op, path="", output_shape=after, arguments=arguments), before)


@pytest.mark.parametrize("name", ALL)
def test_every_call_of_a_leaf_has_a_row_in_order(record_of: RecordOf, name: str) -> None:
    """No leaf is lost, whatever the trace made of it."""
    record = record_of(name)
    called = [(call.path, call.call) for call in record.calls if call.is_leaf]
    rows = [(row.path, row.call) for row in layers(record) if row.output_shape]
    assert [row for row in rows if row in called] == called


@pytest.mark.parametrize("name", ALL)
def test_every_row_of_the_graph_has_an_explanation(record_of: RecordOf, name: str) -> None:
    """A sentence each, also for layers that only hooks saw, or that are never called."""
    assert [row.path for row in layers(record_of(name)) if not row.explanation.endswith(".")] == []


def test_a_module_that_owns_parameters_has_a_row(record_of: RecordOf) -> None:
    """A net of plain functions: each function with weights is worked out."""
    (row,) = layers(record_of("Functional"))
    assert (row.path, row.params, row.macs) == ("", 120, 31224)
    assert [step.what for step in row.steps] == [
        "conv2d: height = width",
        "conv2d: parameters",
        "conv2d: MACs",
        "linear: parameters",
        "linear: MACs",
    ]


def test_a_convolution_that_pads_first_is_sized_from_what_it_reads(record_of: RecordOf) -> None:
    """With circular padding, torch pads and then convolves what is larger."""
    row = _rows(record_of, "Padded")["around"]
    assert row.input_shape == (1, 3, 17, 17)
    assert row.steps[0].how == "⌊(19 − 3) / 2⌋ + 1 = 9"


def test_a_module_called_by_keyword_is_explained(record_of: RecordOf) -> None:
    """Hooks see no positional argument then; the graph knows what was read."""
    rows = _rows(record_of, "Unusual")
    assert rows["stem"].steps[0].how == "17 − 1 + 1 = 17"
    assert rows["plain"].explanation.startswith("Shifts and scales each of 2 channels")


def test_parameters_are_worked_out_where_they_are_counted(record_of: RecordOf) -> None:
    """The second call of a shared layer says 0 parameters, and derives none."""
    first, second, _ = layers(record_of("Shared"))
    assert "parameters" in {step.what for step in first.steps}
    assert "parameters" not in {step.what for step in second.steps}


@pytest.mark.parametrize(
    ("op", "before", "after", "arguments", "expected"),
    [
        (
            "conv2d",
            (1, 3, 8, 8),
            (1, 4, 8, 8),
            {"weight_shape": (4, 3, 1, 1)},
            "Pointwise: 4 kernels of 1×1 mix the 3 channels at each place. Height and width stay.",
        ),
        (
            "conv2d",
            (1, 4, 5, 5),
            (1, 6, 3, 3),
            {"weight_shape": (6, 4, 3, 3)},
            "6 kernels of 3×3×4 slide over all 4 channels. 5×5 becomes 3×3.",
        ),
        (
            "conv1d",
            (1, 4, 9),
            (1, 4, 9),
            {"weight_shape": (4, 4, 3), "padding": 1},
            "4 kernels of 3×4 slide over all 4 channels. The size stays.",
        ),
        (
            "max_pool2d",
            (1, 4, 3, 3),
            (1, 4, 3, 3),
            {"kernel_size": 3, "stride": 1, "padding": 1},
            "Takes the largest value of every 3×3 window. Height and width stay.",
        ),
        (
            "max_pool2d",
            (1, 4, 8, 8),
            (1, 4, 4, 4),
            {"kernel_size": 1, "stride": 2},
            (
                "Takes the largest value of every 1×1 window. "
                "Steps of 2: height and width halve to 4×4."
            ),
        ),
        (
            "adaptive_avg_pool2d",
            (1, 4, 6, 6),
            (1, 4, 6, 6),
            {},
            "Already at the wanted size: every value is kept as it is.",
        ),
        (
            "adaptive_avg_pool2d",
            (1, 4, 1, 1),
            (1, 4, 7, 7),
            {},
            "Runs adaptive_avg_pool2d: 4×1×1 becomes 4×7×7.",
        ),
        (
            "mean",
            (1, 4, 6, 6),
            (1, 4),
            {"dim": (2, 3)},
            "Keeps one number per channel: the mean over all 6×6 places.",
        ),
        ("pad", (1, 3, 5, 5), (1, 3, 7, 7), {}, "Adds a border: 3×5×5 becomes 3×7×7."),
        ("expand", (1, 1, 4), (1, 3, 4), {}, "Repeats values: 1×4 becomes 3×4."),
        ("chunk", (1, 4, 2), (1, 2, 2), {}, "Takes a part: 4×2 becomes 2×2."),
        ("cat", (1, 5, 4), (1, 6, 4), {}, "Puts its inputs one behind the other: 6×4 leaves."),
        (
            "BatchNorm2d",
            (1, 5, 4, 4),
            (1, 5, 4, 4),
            {},
            (
                "Shifts and scales each of 5 channels by its stored mean and variance. "
                "The shape stays."
            ),
        ),
        ("strange", (), (1, 2), {}, "Runs strange: 2 leaves."),
        ("batch_norm", (), (1, 2), {}, "Runs batch_norm: 2 leaves."),
    ],
)
def test_a_sentence_says_what_happens(
    op: str, before: Shape, after: Shape, arguments: dict[str, Argument], expected: str
) -> None:
    """And nothing that does not."""
    assert _explain(op, before, after, **arguments) == expected


@pytest.mark.parametrize(
    ("op", "kind"),
    [
        ("conv2d", Kind.CONV),
        ("max_pool2d_with_indices", Kind.POOL),
        ("Conv2d", Kind.CONV),
        ("AdaptiveAvgPool2d", Kind.POOL),
        ("LocalResponseNorm", Kind.NORM),
        ("MyOwnThing", Kind.OTHER),
    ],
)
def test_an_operation_is_judged_by_name(op: str, kind: Kind) -> None:
    """By ATen's, or by the class of the module where only that is known."""
    assert kind_of(Node(id="n", op=op, path="")) is kind
