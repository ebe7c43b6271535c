"""What models side by side show."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from conftest import RecordOf

from generator.records import ModelSpec, Origin, Text
from generator.render.comparison_page import ComparisonPage, comparison_page
from generator.render.fact_table import Mark
from generator.render.model_page import ModelPage, model_page
from generator.stories.stories import Story


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
    """No row is emphasised, nothing is best, nothing has changed."""
    assert not any(row.differs for row in compared.facts)
    assert {cell.ratio for row in compared.facts for cell in row.cells} == {"", "="}
    assert {cell.mark for row in compared.facts for cell in row.cells} == {None}
    assert [step.found and step.found.is_empty for step in compared.steps] == [True]


@pytest.mark.parametrize("compared", [("ResidualNet", "Plain", "Unseen")], indirect=True)
def test_stages_are_aligned_by_stride(compared: ComparisonPage) -> None:
    """Strides ascend; what has none comes last; a model without a stage leaves a gap."""
    names = [row.name for row in compared.stages]
    assert names == ["1", "2", "4", "head", "unknown"]
    gaps = {row.name: [stage is None for stage in row.stages] for row in compared.stages}
    assert gaps["1"] == [False, True, True]
    assert gaps["unknown"] == [True, True, False]


@pytest.mark.parametrize("compared", [("Plain", "Raises", "ResidualNet")], indirect=True)
def test_a_model_without_a_graph_is_named_where_changes_would_be(
    compared: ComparisonPage,
) -> None:
    """Before it and after it nothing can be computed; its failure is said once, with the facts."""
    assert [step.found for step in compared.steps] == [None, None]
    assert [[page.spec.title for page in step.untraced] for step in compared.steps] == [
        *(["Raises"], ["Raises"])
    ]
    (remark,) = compared.remarks
    assert remark.startswith("Raises was not captured completely: ")


@pytest.mark.parametrize("compared", [("Plain", "ResidualNet")], indirect=True)
def test_the_least_cost_is_best(compared: ComparisonPage) -> None:
    """Depth is no merit; words have no best."""
    marks = {str(row.name): [cell.mark for cell in row.cells] for row in compared.facts}
    assert set(marks["MACs"]) == {Mark.BEST, Mark.WORST}
    assert {*marks["depth"], *marks["year"], *marks["top-1 (published)"]} == {None}


def test_inputs_of_different_sizes_are_remarked(record_of: RecordOf) -> None:
    """As everything is counted for a model's own input."""
    small = record_of("Plain").model_copy(update={"input_shape": (3, 9, 9)})
    page = _page(record_of, "Plain")
    (remark,) = comparison_page([page, replace(page, record=small)]).remarks
    assert remark.startswith("The models see inputs of different sizes")


@pytest.mark.parametrize("compared", [("Shared", "Plain")], indirect=True)
def test_the_interactive_page_begins_with_the_same_models(compared: ComparisonPage) -> None:
    """In the same order."""
    assert compared.query == "?m=shared,plain"


def test_a_story_quotes_the_models_it_is_about(record_of: RecordOf) -> None:
    """With the numbers of the facts beside it."""
    told = Story(models=("plain", "shared"), paragraphs=(Text(en="{plain.depth}.", zh="。"),))
    page = comparison_page([_page(record_of, name) for name in ("Plain", "Shared")], told)
    assert page.story
    assert page.story.paragraphs[0].en == f"{fact(page, 'depth')[0][0]}."
