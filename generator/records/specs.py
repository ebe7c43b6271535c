"""Decides what is known of a model before it runs: how to build it, and facts about it."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field, JsonValue

from generator.records.base import Frozen, Text


class Origin(StrEnum):
    """Who wrote a model's code."""

    OWN = "archatlas"
    TORCHVISION = "torchvision"
    TIMM = "timm"
    USER = "user"


class Paper(Frozen):
    """Where an architecture was published."""

    title: str
    authors: str
    venue: str
    url: str


class Change(Frozen):
    """What an architecture took from an earlier one, and what it made of it."""

    since: str = Field(description="slug of the predecessor")
    text: Text


class Departure(Frozen):
    """Where the running code differs from the paper; tests/zoo/test_departures_*.py assert each."""

    id: str
    text: Text


class Quantity(StrEnum):
    """What a published figure counts."""

    PARAMETERS = "parameters"
    MACS = "MACs"
    CONNECTIONS = "connections"


class Residual(StrEnum):
    """A known reason why two counts of one architecture differ; analysis computes its size."""

    NORM_STATISTICS = "moving mean and variance of BatchNorm"
    NORM_SCALES = "γ of BatchNorm"
    NORM_PARAMETERS = "γ and β of BatchNorm"
    BIASES = "biases of convolutions that BatchNorm makes superfluous"
    STRIDE_IN_POINTWISE = "stride 2 in the first 1×1 instead of the 3×3"
    AUXILIARY_HEADS = "auxiliary heads"


class Claim(Frozen):
    """A figure that others publish about an architecture, to be held against ours."""

    quantity: Quantity
    value: float = Field(description="in single parameters, MACs or connections")
    printed: str = Field(description="as the source writes it: 3.8 × 10⁹")
    source: str = Field(description="where it stands: 'paper, Table 1', 'Keras Applications'")
    path: str = Field(default="", description="module it is about; empty for the whole net")
    residuals: tuple[Residual, ...] = Field(
        default=(), description="what the source counts or builds differently"
    )
    note: Text | None = Field(
        default=None, description="why it differs still, where no residual can be computed"
    )


class TrainingRecipe(StrEnum):
    """How a net can be trained within seconds; capture/train.py follows it."""

    DIGITS = "digits"


class ModelSpec(Frozen):
    """A model that can be built: what to call, what to feed it, and the facts no code can know."""

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)
    title: str = Field(min_length=1, max_length=120)
    family: str = Field(min_length=1, max_length=60)
    year: int | None = None
    origin: Origin
    factory: str = Field(
        description="torchvision:<name>, timm:<name>, package.module:attribute or file.py:name"
    )
    kwargs: Mapping[str, JsonValue] = {}
    input_shape: tuple[int, ...] | None = Field(
        default=None,
        description="(C, H, W) without the batch; none: what its weights or inputs expect",
    )
    inputs: str | None = Field(
        default=None, description="function that makes the inputs, named as a factory is"
    )
    weights: str | None = Field(
        default=None, description="torchvision weights tag, or the path of a state dict"
    )
    training: TrainingRecipe | None = Field(
        default=None, description="how it learns while it is captured, if no weights exist"
    )
    labels: tuple[str, ...] = Field(default=(), description="class names, in output order")
    paper: Paper | None = None
    summary: Text | None = Field(default=None, description="what was new, in a sentence or two")
    changes: tuple[Change, ...] = ()
    award: Text | None = Field(default=None, description="what it won, and with which error")
    claims: tuple[Claim, ...] = ()
    departures: tuple[Departure, ...] = ()

    @property
    def is_stock(self) -> bool:
        """Say whether no argument makes this another net than the one its name is known for.

        Auxiliary heads serve training, and the initialisation is no part of the architecture.
        """
        return not self.kwargs.keys() - {"aux_logits", "init_weights"}
