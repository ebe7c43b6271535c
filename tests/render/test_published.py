"""Claims about published data: the contract other programs build on, and what may load it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import RecordOf
from pydantic import TypeAdapter
from toys import ALL

from generator import store
from generator.analysis.totals import totals
from generator.records import ModelRecord, ModelSpec, Origin
from generator.render.published import PublishedRecord, PublishedRow, publish, publish_row

# The promise of the design document; names may be added, and never renamed.
_CONTRACT = {
    "": (
        "slug title family year origin input_shape totals layers graph blocks stages features "
        "weights predictions artifacts provenance failures"
    ),
    "PublishedTotals": "params trainable_params macs activations weight_bytes depth",
    "PublishedLayer": (
        "path type output_shape params macs stride receptive_field formula explanation"
    ),
    "PublishedGraph": "nodes edges",
    "PublishedNode": "id op path output_shape",
    "PublishedBlock": "kind variant count paths diagram",
    "PublishedStage": "stride resolution channels params macs blocks",
    "PublishedFeature": "image path shape shown_channels dead_fraction file",
    "PublishedWeight": "name shape mean std min max file",
    "Prediction": "image top",
    "Score": "label probability",
    "Artifact": "kind file bytes sha256",
    "Provenance": "torch torchvision torchinfo onnx python seed weights",
    "Failure": "kind error message",
}
_ROW = (
    "slug title family year origin input_shape params macs activations depth weights top1 top5 "
    "weight_bytes peak_activation_bytes latency_ms url"
)

_RENDER_WITHOUT_TORCH = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "torchvision", "torchinfo", "onnx", "numpy"}:
            raise ImportError(f"{name} is absent here")

sys.meta_path.insert(0, Absent())
import generator.analysis, generator.cli, generator.diagram, generator.pictures
import generator.pipeline, generator.zoo.catalog
from pathlib import Path
from generator import store
from generator.records import ModelSpec, Origin
from generator.render.site import Subject, render_site
from generator.stories.stories import Story

subjects = [
    Subject(
        ModelSpec(slug=slug, title=slug, family="Toys", origin=Origin.USER, factory="toys:X"),
        store.load(Path(sys.argv[1]), slug),
    )
    for slug in sys.argv[2:]
]
site = render_site("Toys", subjects, [Story(models=sys.argv[2:])] if sys.argv[3:] else [])
print("\\n".join(sorted(site.files)))
"""


def _spec(record: ModelRecord) -> ModelSpec:
    return ModelSpec(
        slug=record.slug,
        title="Net",
        family="Toys",
        year=2026,
        origin=Origin.USER,
        factory="toys:Net",
    )


def _schema() -> dict[str, Any]:
    return PublishedRecord.model_json_schema(mode="serialization")


def _published(record: ModelRecord) -> Any:  # noqa: ANN401 - JSON, as a reader gets it
    plain = TypeAdapter(PublishedRecord).dump_python(publish(_spec(record), record), mode="json")
    return json.loads(json.dumps(plain, allow_nan=False))


@pytest.mark.parametrize("name", ALL)
def test_a_published_record_keeps_the_published_schema(record_of: RecordOf, name: str) -> None:
    """Also of a net that was never traced, or never ran; and there is no NaN in it."""
    validator = jsonschema.validators.validator_for(_schema())
    validator.check_schema(_schema())
    validator(_schema()).validate(_published(record_of(name)))


def test_the_schema_refuses_what_is_not_promised(record_of: RecordOf) -> None:
    """A key too many or too few is noticed."""
    record = _published(record_of("Plain"))
    with pytest.raises(jsonschema.ValidationError, match="Additional properties"):
        jsonschema.validate({**record, "surplus": 1}, _schema())
    with pytest.raises(jsonschema.ValidationError, match="'totals' is a required property"):
        jsonschema.validate({k: v for k, v in record.items() if k != "totals"}, _schema())


@pytest.mark.parametrize("part", _CONTRACT)
def test_the_promised_names_are_in_the_schema(part: str) -> None:
    """Every name of the contract, spelled as it was promised, and always present."""
    schema = _schema()["$defs"][part] if part else _schema()
    assert set(_CONTRACT[part].split()) <= set(schema["required"]) <= set(schema["properties"])


def test_the_promised_names_are_in_a_row() -> None:
    """data/models.json has exactly the columns that were promised."""
    assert list(PublishedRow.model_fields) == _ROW.split()


@pytest.mark.parametrize("name", ALL)
def test_published_parts_add_up_to_published_totals(record_of: RecordOf, name: str) -> None:
    """Whoever adds up the layers gets the totals."""
    record = _published(record_of(name))
    assert sum(row["params"] for row in record["layers"]) == record["totals"]["params"]
    assert sum(row["macs"] for row in record["layers"]) == (record["totals"]["macs"] or 0)


@pytest.mark.parametrize("name", ALL)
def test_published_edges_lead_from_node_to_node(record_of: RecordOf, name: str) -> None:
    """Forward only, in the order of execution."""
    graph = _published(record_of(name))["graph"]
    order = {node["id"]: number for number, node in enumerate(graph["nodes"])}
    assert len(order) == len(graph["nodes"])
    assert all(order[source] < order[target] for source, target in graph["edges"])


def test_a_layers_formula_is_a_line_a_step(record_of: RecordOf) -> None:
    """What is worked out, a colon, and how."""
    first, *_ = _published(record_of("Plain"))["layers"]
    assert first["formula"].splitlines() == [
        "height = width: ⌊(17 + 2·1 − 3) / 2⌋ + 1 = 9",
        "parameters: 4·3·3·3 = 108",
        "MACs: (4·9·9) · (3·3·3) = 8\u202f748",
    ]


def test_a_row_holds_the_totals_and_where_the_page_is(record_of: RecordOf) -> None:
    """Of a net with random weights, no accuracy is claimed."""
    record = record_of("Plain")
    row, sums = publish_row(_spec(record), record), totals(record)
    assert (row.params, row.macs, row.activations, row.depth) == (
        sums.params,
        sums.macs,
        sums.activations,
        sums.depth,
    )
    assert (row.weights, row.top1, row.url) == ("random (seed 0)", None, "models/plain/")


def test_what_was_not_observed_is_null(record_of: RecordOf) -> None:
    """A net that raises has parameters, its failure, and no invented numbers."""
    record = _published(record_of("Raises"))
    assert record["totals"]["params"] == 56
    assert record["totals"]["macs"] is None
    assert [failure["kind"] for failure in record["failures"]] == ["forward"]


@pytest.mark.parametrize("name", ["Plain", "Refuses", "Raises"])
def test_rendering_needs_no_torch(record_of: RecordOf, tmp_path: Path, name: str) -> None:
    """With torch, torchvision, torchinfo, onnx and numpy out of reach, a page is still made."""
    record = record_of(name).model_copy(update={"artifacts": ()})
    store.finish(tmp_path, store.begin(tmp_path), record, "0" * 32, ())
    command = [sys.executable, "-c", _RENDER_WITHOUT_TORCH, str(tmp_path), record.slug]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert {f"models/{record.slug}/index.md", "data/models.json"} <= set(ran.stdout.splitlines())
