"""Claims about the page of all models: rows, budgets, the front, and who dominates whom."""

import pytest
from conftest import BuiltSite, RecordOf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from overviews import HERE, Made, pages_of

from generator.analysis.lineage import lineage
from generator.diagram.palette import family_colours
from generator.records import ModelRecord
from generator.render.overview import COSTS, Overview, dominance_file, overview

MODELS = (
    Made("large", 80.0, 4_000_000, 40_000, 900, family="A", latency_ms=30.5),
    Made("small", 70.0, 1_000_000, 5_000, 300, family="B", year=2019),
    Made("old", 60.0, 4_500_000, 60_000, 900, family="A", year=1998),
    Made("silent", None, 2_000_000, 7_000, 100, family="C"),
)


@pytest.fixture
def record(record_of: RecordOf) -> ModelRecord:
    """Return a toy's record, which all made-up models share."""
    return record_of("Plain")


@pytest.fixture
def shown(record: ModelRecord) -> Overview:
    """Return the page of the four models."""
    return overview(pages_of(record, MODELS))


def test_rows_keep_the_order_of_the_site(shown: Overview) -> None:
    """One each."""
    assert [entry.page.spec.slug for entry in shown.entries] == [made.slug for made in MODELS]


def test_a_row_says_who_dominates_it(shown: Overview) -> None:
    """The most accurate first; a model that nobody can judge is neither beaten nor best."""
    told = {e.page.spec.slug: [d.spec.slug for d in e.dominators] for e in shown.entries}
    assert told == {"large": [], "small": [], "old": ["large", "small"], "silent": []}
    assert [e.page.spec.slug for e in shown.entries if e.is_best] == ["large", "small"]


def test_budgets_span_what_models_need(shown: Overview) -> None:
    """From the smallest to the largest value; accuracy alone is a least."""
    spans = {budget.key: (budget.low, budget.high) for budget in shown.budgets}
    assert spans["params"] == (5_000, 60_000)
    assert spans["top1"] == (60.0, 80.0)
    assert [budget.key for budget in shown.budgets if budget.is_least] == ["top1"]


def test_without_accuracies_there_is_neither_chart_nor_front(record: ModelRecord) -> None:
    """The table stays, and the budgets of costs."""
    found = overview(pages_of(record, [made._replace(top1=None) for made in MODELS]))
    assert (found.chart, found.small_chart) == (None, None)
    assert not any(entry.is_best for entry in found.entries)
    assert [budget.key for budget in found.budgets] == list(COSTS)


def test_a_family_has_one_colour_wherever_it_is_drawn(shown: Overview) -> None:
    """In charts, legends and the lineage; families without accuracies take theirs all the same."""
    whole = lineage([entry.page.spec for entry in shown.entries])
    colours = family_colours(whole.families)
    assert len(set(colours.values())) == 3
    for chart in (shown.chart, shown.small_chart):
        assert chart is not None
        assert all(bubble.colour == colours[bubble.point.family] for bubble in chart.bubbles)
    legend = {chip.name: chip.colour for chip in shown.families}
    assert legend == colours | {"C": None}


def test_one_disc_is_no_comparison(record: ModelRecord) -> None:
    """The home page leaves it out; the page about all models draws it."""
    lone = [made if made.slug == "large" else made._replace(top1=None) for made in MODELS]
    found = overview(pages_of(record, lone))
    assert found.small_chart is None
    assert found.chart is not None


def test_no_models_are_no_problem() -> None:
    """An empty site."""
    found = overview([])
    assert (found.entries, found.budgets, found.years, found.chart) == ((), (), None, None)


def test_families_without_an_accuracy_have_no_colour(shown: Overview) -> None:
    """They can be filtered by, but no disc is theirs."""
    colours = {family.name: family.colour for family in shown.families}
    assert list(colours) == ["A", "B", "C"]
    assert colours["C"] is None
    assert len({colours["A"], colours["B"], None}) == 3


def test_the_chart_knows_who_is_on_its_front(shown: Overview) -> None:
    """Accuracy against MACs alone."""
    assert shown.chart is not None
    best = {b.point.slug for b in shown.chart.bubbles if b.is_best}
    assert best == {"large", "small"}


def test_times_are_named_with_their_machine(shown: Overview) -> None:
    """Once for all models that were timed there."""
    (setting,) = shown.settings
    assert setting.surroundings == HERE
    assert [page.spec.slug for page in setting.models] == ["large"]
    assert shown.is_timed
    assert shown.is_processor_only
    times = {e.page.spec.slug: e.latency and e.latency.median_ms for e in shown.entries}
    assert times == {"large": 30.5, "small": None, "old": None, "silent": None}


_NUMBER = st.integers(1, 4)
_MADE = st.builds(
    lambda top1, macs, params, memory: (top1, macs, params, memory),
    *(st.none() | st.integers(1, 4).map(float), _NUMBER, _NUMBER, _NUMBER),
)


@given(st.lists(_MADE, max_size=7))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_published_dominators_are_nowhere_worse(
    record: ModelRecord, numbers: list[tuple[float | None, int, int, int]]
) -> None:
    """Held against the definition, written out once more."""
    models = [Made(f"m{n}", *values) for n, values in enumerate(numbers)]
    published = dominance_file(pages_of(record, models))
    assert published["models"] == [made.slug for made in models]
    for which, costs in (("table", slice(2, 5)), ("chart", slice(2, 3))):
        told = published[which]["dominators"]
        for made, places in zip(models, told, strict=True):
            better = [
                n
                for n, other in enumerate(models)
                if other.top1 is not None
                and made.top1 is not None
                and other.top1 >= made.top1
                and all(a <= b for a, b in zip(other[costs], made[costs], strict=True))
                and (other.top1, *other[costs]) != (made.top1, *made[costs])
            ]
            assert (places is None) is (made.top1 is None)
            assert sorted(places or []) == better


def test_a_site_without_times_says_so(built_site: BuiltSite) -> None:
    """Instead of a column of dashes, and how to get one."""
    text = (built_site.folder / "compare/index.html").read_text(encoding="utf-8")
    assert "No latency was measured for this site." in text
    assert "CPU latency" not in text
