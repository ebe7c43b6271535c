"""Decides what archatlas.toml can say, key by key."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from generator.words import marked

_PLAIN_TEXT = r"^[^<>\x00-\x1f\x7f]*$"
_SLUG = r"^[a-z0-9][a-z0-9_-]*$"
_LANGUAGE = r"^(en|zh)$"
ALLOWED = {
    _PLAIN_TEXT: "text on one line, without < and >",
    _SLUG: "lower-case letters, digits, - and _, the first a letter or a digit",
    _LANGUAGE: "'en' or 'zh'",
}

PlainText = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_PLAIN_TEXT)]
"""Text that is printed in titles, menus and browser tabs, where markup must not reach."""

Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=80)]


class WeightsPolicy(StrEnum):
    """Where weights may come from."""

    CACHED = "cached"
    DOWNLOAD = "download"
    RANDOM = "random"


class Device(StrEnum):
    """What models run on while they are captured."""

    CPU = "cpu"
    CUDA = "cuda"
    AUTO = "auto"


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OwnModel(_Checked):
    """One [[model]] table: a net of the user's own, with its facts."""

    slug: Slug = Field(
        description=marked("its name in addresses and settings: a–z, 0–9, - and _"),
    )
    factory: str = Field(
        min_length=3,
        description=marked(
            "what makes it: `package.module:name` or `./file.py:name`, a class or a function"
        ),
    )
    kwargs: dict[str, JsonValue] = Field(
        default={}, description=marked("what the factory is called with")
    )
    input_shape: list[Annotated[int, Field(gt=0)]] = Field(
        default=[3, 224, 224],
        min_length=1,
        description=marked("shape of one input, without the batch"),
    )
    inputs: str | None = Field(
        default=None,
        min_length=3,
        description=marked(
            "a function, named like a factory, that returns the inputs of a net which takes more "
            "than one picture; none: pictures of `input_shape`"
        ),
    )
    title: PlainText | None = Field(
        default=None, description=marked("its name for readers; none: the slug")
    )
    family: PlainText = Field(
        default="Own models", description=marked("under which heading the menu lists it")
    )
    year: int | None = Field(
        default=None, ge=1940, le=2200, description=marked("when it appeared, for order and charts")
    )
    labels: list[PlainText] = Field(
        default=[], description=marked("what its classes are called, in the order of its outputs")
    )
    weights: str | None = Field(
        default=None,
        description=marked(
            "a file of weights, relative to the project: a state dict as .pt, .pth, .bin or "
            ".safetensors; nothing in it is executed"
        ),
    )
    summary: str = Field(default="", description=marked("a sentence at the top of its page"))


class OwnStory(_Checked):
    """Why one model became the other; a language that is missing gets the other's words."""

    en: str = Field(default="", description=marked("the story in English"))
    zh: str = Field(default="", description=marked("the story in Chinese"))

    @model_validator(mode="before")
    @classmethod
    def _in_one_language(cls, value: object) -> object:
        return {"en": value} if isinstance(value, str) else value

    @property
    def words(self) -> tuple[str, str]:
        """The story in English and in Chinese."""
        return self.en or self.zh, self.zh or self.en


class Comparison(_Checked):
    """One entry of `comparisons`: models that get a page side by side, the first the baseline."""

    models: list[str] = Field(
        min_length=2, description=marked("slugs of two or more models, the baseline first")
    )
    title: PlainText | None = Field(
        default=None, description=marked("title of the page; none: the names of the models")
    )
    story: OwnStory | None = Field(
        default=None,
        description=marked(
            "why the one became the other: a text, or a table with a text for each language"
        ),
    )

    @model_validator(mode="before")
    @classmethod
    def _without_words(cls, value: object) -> object:
        return {"models": value} if isinstance(value, list) else value


class FeatureSettings(_Checked):
    """The [features] table: what may be spent on pictures of a model's insides."""

    budget_mb: float = Field(
        default=6.0,
        gt=0,
        le=1000,
        description=marked(
            "10⁶ bytes that all pictures of one model may weigh: inputs, feature grids, "
            "thumbnails, attributions, kernels; what does not fit is drawn smaller or left out"
        ),
    )

    @property
    def budget_bytes(self) -> int:
        """The same in bytes."""
        return round(self.budget_mb * 1e6)


class Settings(_Checked):
    """Everything archatlas.toml can say; every key is optional."""

    title: PlainText = Field(default="archatlas", description=marked("the site’s title"))
    models: list[str] | None = Field(
        default=None,
        description=marked(
            "which models, besides your own: a name from `archatlas list`, `torchvision:<name>`, "
            "`timm:<name>`, `package.module:factory` or `./file.py:factory`; none: all that come "
            "with archatlas"
        ),
    )
    images: list[str] = Field(
        default=[],
        description=marked(
            "your own pictures, relative to the project; none: photographs that scikit-image "
            "brings, and digits of scikit-learn for nets with one input channel"
        ),
    )
    weights: Annotated[WeightsPolicy, Field(strict=False)] = Field(
        default=WeightsPolicy.CACHED,
        description=marked(
            "pretrained weights: used if they are on disk, downloaded, or never (seeded random "
            "ones); the environment’s variable ARCHATLAS_WEIGHTS comes before this key"
        ),
    )
    store: str | None = Field(
        default=None,
        min_length=1,
        description=marked(
            "where captures are kept as well, for other machines: s3://bucket/prefix, "
            "sftp://host/folder, gs://…, or a folder that they share"
        ),
    )
    templates: str | None = Field(
        default=None,
        min_length=1,
        description=marked(
            "a folder of your own templates, relative to the project: they come before those of "
            "the same names, and new ones become pages"
        ),
    )
    comparisons: list[Comparison] = Field(
        default=[],
        description=marked(
            "models that get a page side by side: a list of slugs, or a table with more to say"
        ),
    )
    languages: list[Annotated[str, StringConstraints(pattern=_LANGUAGE)]] = Field(
        default=["en"],
        description=marked(
            "editions of the site, `en` and `zh`: the first lies at the site’s root, the other in "
            "a folder of its own, such as /zh/"
        ),
    )
    seed: int = Field(
        default=0, ge=0, lt=2**32, description=marked("where everything random begins")
    )
    device: Annotated[Device, Field(strict=False)] = Field(
        default=Device.CPU,
        description=marked("what models run on while they are captured and timed"),
    )
    time_limit_s: float = Field(default=600, gt=0, description=marked("seconds one model may take"))
    memory_limit_mb: float | None = Field(
        default=None,
        ge=1000,
        description=marked(
            "10⁶ bytes of memory one model may take, of which torch needs about 500; "
            "none: three quarters of what the machine has"
        ),
    )
    latency: list[Annotated[int, Field(gt=0, le=65536)]] = Field(
        default=[],
        description=marked(
            "how many inputs at once a forward pass is timed with, once for each number; "
            "none: nothing is timed"
        ),
    )
    features: FeatureSettings = Field(
        default=FeatureSettings(),
        description=marked("what may be spent on pictures of a model’s insides"),
    )
    model: list[OwnModel] = Field(
        default=[], description=marked("a net of your own, with its facts")
    )
