"""Claims about names of models: which one a name means, and what is said when it means none."""

from pathlib import Path

import pytest

from generator.config import OwnModel, Project, Settings
from generator.errors import RequestError
from generator.records import ModelSpec, Origin
from generator.zoo import registered
from generator.zoo.catalog import select
from generator.zoo.families import zoo_entries
from generator.zoo.registered import torchvision_names


def _project(root: Path, *own: OwnModel, models: list[str] | None = None) -> Project:
    settings = Settings(model=list(own), models=models)
    return Project(root=root, config_name="archatlas.toml", settings=settings)


def _own(slug: str, factory: str = "nets:Net") -> OwnModel:
    return OwnModel(slug=slug, factory=factory)


def _problems(project: Project, *names: str) -> list[str]:
    with pytest.raises(RequestError) as refused:
        select(project, names or None)
    return str(refused.value).splitlines()


def _one(project: Project, name: str) -> ModelSpec:
    (spec,) = select(project, [name])
    return spec


def test_slugs_of_the_zoo_are_unique_and_in_order_of_years() -> None:
    """Every family file is read, and none claims what another has."""
    slugs = [entry.slug for entry in zoo_entries()]
    years = [entry.year or 9999 for entry in zoo_entries()]
    assert len(slugs) == len(set(slugs))
    assert years == sorted(years)


@pytest.mark.parametrize("entry", zoo_entries(), ids=lambda entry: entry.slug)
def test_an_entry_of_the_zoo_says_where_it_comes_from(entry: ModelSpec) -> None:
    """A year, a paper and a sentence; torchvision's builders exist."""
    assert entry.year
    assert entry.paper is not None
    assert entry.summary is not None
    assert entry.summary.en.endswith(".")
    assert entry.summary.zh.endswith("。")
    assert entry.origin in {Origin.OWN, Origin.TORCHVISION}
    source, _, name = entry.factory.rpartition(":")
    assert source != "torchvision" or name in torchvision_names()


def test_without_a_choice_the_whole_zoo_and_own_models_are_shown(tmp_path: Path) -> None:
    """In the order of the zoo, own ones last."""
    chosen = select(_project(tmp_path, _own("mine")))
    assert [spec.slug for spec in chosen] == [*(entry.slug for entry in zoo_entries()), "mine"]


def test_a_choice_is_shown_in_its_own_order_with_own_models(tmp_path: Path) -> None:
    """'models' picks from the zoo; a [[model]] table is a choice by itself."""
    chosen = select(_project(tmp_path, _own("mine"), models=["resnet18", "alexnet", "resnet18"]))
    assert [spec.slug for spec in chosen] == ["resnet18", "alexnet", "mine"]


def test_names_of_a_request_choose_exactly(tmp_path: Path) -> None:
    """What was not named is left out, own models too."""
    assert _one(_project(tmp_path, _own("mine")), "alexnet").slug == "alexnet"
    assert _one(_project(tmp_path, _own("mine")), "mine").origin is Origin.USER


def test_a_torchvision_name_of_the_zoo_means_its_entry(tmp_path: Path) -> None:
    """With its facts, and not twice under one slug."""
    project = _project(tmp_path)
    assert _one(project, "torchvision:googlenet") is _one(project, "googlenet")


def test_any_torchvision_name_means_a_model(tmp_path: Path) -> None:
    """Also one that the zoo knows nothing about."""
    spec = _one(_project(tmp_path), "torchvision:efficientnet_b0")
    assert (spec.slug, spec.factory) == ("efficientnet_b0", "torchvision:efficientnet_b0")
    assert (spec.origin, spec.input_shape) == (Origin.TORCHVISION, None)


@pytest.mark.parametrize(
    ("factory", "slug", "title"),
    [
        ("mynets.small:TinyNet", "tinynet", "TinyNet"),
        ("mynets:_build_it", "build_it", "_build_it"),
        ("mynets:网", "model", "网"),
        ("mynets:Über", "ber", "Über"),
        ("mynets:" + "a" * 200, "a" * 80, "a" * 120),
    ],
)
def test_a_factory_gets_a_slug_from_its_name(
    tmp_path: Path, factory: str, slug: str, title: str
) -> None:
    """Whatever Python allows in a name, a slug is made of it."""
    spec = _one(_project(tmp_path), factory)
    assert (spec.slug, spec.title, spec.factory) == (slug, title, factory)


def test_a_factory_in_a_file_is_found_beside_the_settings(tmp_path: Path) -> None:
    """The file is looked for in the project's folder, not in the current one."""
    (tmp_path / "nets.py").touch()
    assert _one(_project(tmp_path), "./nets.py:make").factory == "./nets.py:make"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resnet19", "unknown model 'resnet19'; did you mean 'resnet18'"),
        ("zzz", "unknown model 'zzz' ('archatlas list' names"),
        ("torchvision:resnet19", "unknown torchvision model 'resnet19'; did you mean 'resnet"),
        ("timm:", "'timm:' is no name of a timm model"),
        ("timm:../up", "'timm:../up' is no name of a timm model"),
        ("./nets.py:make", "no file ./nets.py"),
        ("nets:no-name", "is no factory; write package.module:name"),
        (":Net", "is no factory"),
        ("nets:", "is no factory"),
    ],
)
def test_a_name_that_means_nothing_is_refused_with_a_hint(
    tmp_path: Path, name: str, said: str
) -> None:
    """The message names what was asked for, and what may have been meant."""
    (problem,) = _problems(_project(tmp_path), name)
    assert said in problem


def test_a_name_that_timm_does_not_know_is_refused_with_a_hint(tmp_path: Path) -> None:
    """Before anything of timm is imported."""
    pytest.importorskip("timm", reason="NO TIMM: its names go untested; pip install timm")
    (problem,) = _problems(_project(tmp_path), "timm:resnet50dd")
    assert problem.startswith("unknown timm model 'resnet50dd'; did you mean 'resnet50d'")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("resnet50d", "resnet50d"),
        ("resnet50", "timm_resnet50"),
        ("resnet50.a1_in1k", "resnet50-a1_in1k"),
    ],
)
def test_a_model_of_timm_gets_a_slug_of_its_own(tmp_path: Path, name: str, slug: str) -> None:
    """What the zoo calls the same keeps its slug, so that both can be compared."""
    chosen = select(_project(tmp_path, models=["resnet50", f"timm:{name}"]))
    (spec,) = [spec for spec in chosen if spec.slug != "resnet50"]
    assert (spec.slug, spec.title, spec.factory) == (slug, name, f"timm:{name}")
    assert (spec.origin, spec.input_shape) == (Origin.TIMM, None)


def test_one_name_of_two_packages_is_a_clash_that_is_said(tmp_path: Path) -> None:
    """A [[model]] table resolves it."""
    (problem,) = _problems(_project(tmp_path), "torchvision:vgg11_bn", "timm:vgg11_bn")
    assert problem.startswith(
        "duplicate slug 'vgg11_bn': torchvision:vgg11_bn and timm:vgg11_bn; describe one of them"
    )


def test_a_model_without_timm_is_still_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of captures are rendered where nothing that captures is installed."""
    monkeypatch.setattr(registered, "timm_names", frozenset)
    assert _one(_project(tmp_path), "timm:anything").slug == "anything"


def test_inputs_of_ones_own_decide_about_the_shape(tmp_path: Path) -> None:
    """So nothing else may, and their file has to be there."""
    (tmp_path / "nets.py").touch()
    tables = [
        {"inputs": "./nets.py:make"},
        {"inputs": "./gone.py:make"},
        {"inputs": "make"},
        {"inputs": "./nets.py:make", "input_shape": [3, 8, 8]},
    ]
    good, *wrong = (
        OwnModel.model_validate({"slug": f"m{n}", "factory": "nets:Net", **table})
        for n, table in enumerate(tables)
    )
    spec = _one(_project(tmp_path, good), "m0")
    assert (spec.inputs, spec.input_shape) == ("./nets.py:make", None)
    assert _problems(_project(tmp_path, *wrong)) == [
        f"archatlas.toml: model 'm1': './gone.py:make': no file ./gone.py in {tmp_path.name}",
        (
            "archatlas.toml: model 'm2': 'inputs' names no function: 'make'; write "
            "package.module:name or ./file.py:name"
        ),
        (
            "archatlas.toml: model 'm3': 'input_shape' and 'inputs' both say what the model gets; "
            "leave one out"
        ),
    ]


def test_a_table_about_a_model_of_timm_leaves_its_size_to_timm(tmp_path: Path) -> None:
    """Unless it says one itself."""
    own = [
        OwnModel(slug="a", factory="timm:resnet50d.ra2_in1k"),
        OwnModel(slug="b", factory="timm:resnet50d", input_shape=[3, 64, 64]),
        OwnModel(slug="c", factory="nets:Net"),
    ]
    chosen = select(_project(tmp_path, *own), ["a", "b", "c"])
    assert [s.input_shape for s in chosen] == [None, (3, 64, 64), (3, 224, 224)]


def test_a_table_cannot_name_a_builder_torchvision_lacks(tmp_path: Path) -> None:
    """The mistake is found before any work begins."""
    (problem,) = _problems(_project(tmp_path, _own("one", "torchvision:resnet19")))
    assert "unknown torchvision model 'resnet19'" in problem


def test_every_wrong_name_is_reported_at_once(tmp_path: Path) -> None:
    """In the request and in the tables of own models."""
    project = _project(tmp_path, _own("one", "./gone.py:Net"), _own("two", "what"))
    assert _problems(project, "resnet19", "alexnet", "torchvision:what") == [
        f"archatlas.toml: model 'one': './gone.py:Net': no file ./gone.py in {tmp_path.name}",
        (
            "archatlas.toml: model 'two': 'what' is no factory; write package.module:name, "
            "./file.py:name, torchvision:name or timm:name"
        ),
        *_problems(_project(tmp_path), "resnet19"),
        *_problems(_project(tmp_path), "torchvision:what"),
    ]


def test_a_slug_of_the_zoo_taken_by_an_own_model_names_both_places(tmp_path: Path) -> None:
    """Nobody is overwritten in silence."""
    (problem,) = _problems(_project(tmp_path, _own("alexnet")))
    assert problem == (
        "duplicate slug 'alexnet': torchvision:alexnet in the zoo and nets:Net in archatlas.toml; "
        "give one of them another slug"
    )


def test_two_own_models_with_one_slug_name_both_places(tmp_path: Path) -> None:
    """Also inside one file."""
    (problem,) = _problems(_project(tmp_path, _own("a", "nets:One"), _own("a", "nets:Two")))
    assert "nets:One in archatlas.toml and nets:Two in archatlas.toml" in problem


def test_two_factories_that_would_share_a_slug_name_both(tmp_path: Path) -> None:
    """Slugs made from names can meet; a [[model]] table resolves it."""
    (problem,) = _problems(_project(tmp_path), "one:Net", "two:Net")
    assert problem.startswith("duplicate slug 'net': one:Net and two:Net; describe one of them")


def test_choosing_nothing_is_refused(tmp_path: Path) -> None:
    """An empty list is a mistake, not a wish for an empty site."""
    assert _problems(_project(tmp_path, models=[])) == [
        "archatlas.toml: no models chosen; name some in 'models'"
    ]
