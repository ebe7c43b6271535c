"""Claims about titles: class names turn into words, operations into what textbooks write."""

import pytest
from conftest import RecordOf

from generator.analysis.outline import outline
from generator.analysis.titles import readable, title_of
from generator.records import Argument, Node


@pytest.mark.parametrize(
    ("class_name", "expected"),
    [
        ("_DenseLayer", "Dense layer"),
        ("NiNBlock", "NiN block"),
        ("BasicBlock", "Basic block"),
        ("Bottleneck", "Bottleneck"),
        ("InceptionA", "Inception A"),
        ("MBConv", "MBConv"),
        ("FusedMBConv", "Fused MBConv"),
        ("CNBlock", "CNBlock"),
        ("SwinTransformerBlockV2", "Swin transformer block V2"),
        ("residual block", "Residual block"),
        ("my_block", "My block"),
        ("_", "_"),
    ],
)
def test_a_class_name_becomes_words(class_name: str, expected: str) -> None:
    """It is still recognised by who knows the class."""
    assert readable(class_name) == expected


@pytest.mark.parametrize(
    ("op", "arguments", "after", "expected"),
    [
        ("conv2d", {"weight_shape": (8, 4, 7, 7), "stride": (2, 2)}, (4, 4), "conv 7×7 /2"),
        ("conv2d", {"weight_shape": (4, 1, 3, 3), "groups": 4}, (8, 8), "depthwise conv 3×3"),
        ("max_pool2d", {"kernel_size": (2, 2), "stride": (2, 2)}, (4, 4), "max pool 2×2 /2"),
        ("adaptive_avg_pool2d", {}, (1, 1), "global average pool"),
        ("linear", {"weight_shape": (3, 4)}, (8, 3), "linear"),
        ("cat", {}, (8, 8), "concatenate"),
        ("upsample_nearest2d", {}, (16, 16), "upsample nearest2d"),
        ("LocalResponseNorm", {}, (8, 8), "Local response norm"),
    ],
)
def test_an_operation_is_titled_by_what_an_architect_chose(
    op: str, arguments: dict[str, Argument], after: tuple[int, int], expected: str
) -> None:
    """Its kernel and its stride, if it has one; channels are written apart."""
    node = Node(id="n", op=op, path="", output_shape=(1, 4, *after), arguments=arguments)
    assert title_of(node, (1, 4, 8, 8)) == expected


def test_a_transposed_convolution_is_named_for_what_it_is(record_of: RecordOf) -> None:
    """It slides no window over its input, yet has a kernel."""
    assert "transposed conv" in {unit.title for unit in outline(record_of("Unusual")).units}
