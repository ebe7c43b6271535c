"""Claims about stages: what a net does at each output stride."""

import pytest
from conftest import RecordOf

from generator.analysis.kinds import Kind, kind_of
from generator.analysis.stages import stages


def test_stages_follow_the_stride(record_of: RecordOf) -> None:
    """Resolution and channels are what leaves the stage; the head comes last."""
    rows = [
        (s.stride, s.resolution, s.channels, s.blocks) for s in stages(record_of("ResidualNet"))
    ]
    assert rows == [(1, (17, 17), 2, 2), (2, (9, 9), 4, 1), (None, (), 3, 0)]


def test_a_gate_belongs_to_the_maps_that_it_scales(record_of: RecordOf) -> None:
    """Squeeze and excitation has no positions, and is no head for that."""
    body, head = stages(record_of("Gated"))
    assert (body.stride, body.resolution, body.params) == (2, (8, 8), 112 + 10 + 12)
    assert (head.stride, head.params) == (None, 15)


@pytest.mark.parametrize("name", ["Plain", "Branches", "Functional", "Refuses", "Padded"])
def test_every_operation_is_in_exactly_one_stage(record_of: RecordOf, name: str) -> None:
    """All but inputs and outputs, which do no work."""
    record = record_of(name)
    ends = {Kind.INPUT, Kind.OUTPUT}
    found = [node for stage in stages(record) for node in stage.nodes]
    assert sorted(found) == sorted(node.id for node in record.nodes if kind_of(node) not in ends)


def test_a_net_that_never_ran_has_no_stages(record_of: RecordOf) -> None:
    """Nothing was observed, so nothing is claimed."""
    assert stages(record_of("Raises")) == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("alexnet", [(4, 0), (8, 0), (16, 1), (32, 0), (None, 0)]),
        ("vgg16", [(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (32, 0), (None, 0)]),
        ("resnet18", [(2, 0), (4, 2), (8, 2), (16, 2), (32, 2), (None, 0)]),
        ("googlenet", [(2, 0), (4, 0), (8, 2), (16, 5), (32, 2), (None, 0)]),
        ("shufflenet_v2_x0_5", [(2, 0), (4, 0), (8, 4), (16, 8), (32, 4), (None, 0)]),
    ],
)
def test_the_zoo_has_its_known_stages(
    zoo_record_of: RecordOf, slug: str, expected: list[tuple[int | None, int]]
) -> None:
    """Strides, and how many blocks work at each: 2·2·2·2, 2·5·2, 4·8·4."""
    assert [(s.stride, s.blocks) for s in stages(zoo_record_of(slug))] == expected
