"""What models side by side show."""

from collections.abc import Sequence

import pytest
from conftest import RecordOf

from generator.records import ModelSpec, Origin
from generator.render.comparison_page import ComparisonPage, comparison_page
from generator.render.model_page import ModelPage, model_page


@pytest.fixture
def compared(record_of: RecordOf, request: pytest.FixtureRequest) -> ComparisonPage:
    """Compare toy nets, named by the test's parameter."""
    names: Sequence[str] = request.param
    return comparison_page([_page(record_of, name) for name in names])


def _page(record_of: RecordOf, name: str) -> ModelPage:
    spec = ModelSpec(
        slug=name.lower(), title=name, family="Toys", origin=Origin.USER, factory=f"toys:{name}"
    )
    return model_page(spec, record_of(name), "", has_netron=False)


def fact(page: ComparisonPage, name: str) -> list[tuple[str, str]]:
    """Return text and ratio of one fact, model by model."""
    row = next(row for row in page.facts if row.name == name)
    return [(cell.exact, cell.ratio) for cell in row.cells]


@pytest.mark.parametrize("compared", [("Shared", "Plain")], indirect=True)
def test_ratios_are_against_the_first_model(compared: ComparisonPage) -> None:
    """The first has none; the second's is its number over the first's."""
    first, second = (int(text.replace("\u202f", "")) for text, _ in fact(compared, "parameters"))
    assert [ratio for _, ratio in fact(compared, "parameters")] == ["", f"×{second / first:.3g}"]
    assert (compared.uri, compared.title) == ("shared-vs-plain", "Shared vs Plain")


@pytest.mark.parametrize("compared", [("Functional", "Shared", "Raises")], indirect=True)
def test_what_could_not_be_observed_is_a_dash(compared: ComparisonPage) -> None:
    """No ratio is made of it."""
    assert fact(compared, "MACs")[2] == ("–", "")


@pytest.mark.parametrize("compared", [("Plain", "Plain")], indirect=True)
def test_equal_models_differ_in_nothing(compared: ComparisonPage) -> None:
    """No row is emphasised, every ratio is one."""
    assert not any(row.differs for row in compared.facts)
    assert {cell.ratio for row in compared.facts for cell in row.cells} == {"", "×1"}


@pytest.mark.parametrize("compared", [("ResidualNet", "Plain", "Refuses")], indirect=True)
def test_stages_are_aligned_by_stride(compared: ComparisonPage) -> None:
    """Strides ascend; what has none comes last; a model without a stage leaves a gap."""
    names = [row.name for row in compared.stages]
    assert names == ["1", "2", "4", "head", "unknown"]
    gaps = {row.name: [stage is None for stage in row.stages] for row in compared.stages}
    assert gaps["1"] == [False, True, True]
    assert gaps["unknown"] == [True, True, False]
