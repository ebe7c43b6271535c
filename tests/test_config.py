"""Claims about settings: every mistake is said at once, with its place and what is allowed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from generator.config import Device, OwnModel, Settings, WeightsPolicy, _check, load_project
from generator.errors import RequestError

_FULL = """
title = "Nets & trees"
models = ["alexnet", "torchvision:resnet50"]
images = ["photos/cat.jpg"]
weights = "random"
comparisons = [["alexnet", "resnet50"]]
languages = ["en", "zh"]
seed = 7
time_limit_s = 30.5

[features]
budget_mb = 2.5

[[model]]
slug = "tinynet"
factory = "mymodels.nets:TinyNet"
kwargs = {width = 8, deep = true, name = "a", sizes = [1, 2], rate = 0.5}
input_shape = [3, 64, 64]
title = "TinyNet"
year = 2026
"""


def _write(folder: Path, text: str, name: str = "archatlas.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(RequestError) as refused:
        load_project(_write(folder, text))
    assert refused.value.exit_code == 2
    return str(refused.value).splitlines()


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    """A folder is a project; archatlas.toml is optional."""
    project = load_project(folder=tmp_path)
    assert project.settings == Settings()
    assert (project.root, project.docs) == (tmp_path, tmp_path / "site_src")


def test_every_key_is_read(tmp_path: Path) -> None:
    """The file of the documentation, word for word, becomes typed settings."""
    _write(tmp_path, _FULL)
    settings = load_project(folder=tmp_path).settings
    assert (settings.title, settings.weights) == ("Nets & trees", WeightsPolicy.RANDOM)
    assert (settings.seed, settings.time_limit_s) == (7, 30.5)
    assert settings.features.budget_bytes == 2_500_000
    (own,) = settings.model
    kwargs: dict[str, JsonValue]
    kwargs = {"width": 8, "deep": True, "name": "a", "sizes": [1, 2], "rate": 0.5}
    assert own == OwnModel(
        slug="tinynet",
        factory="mymodels.nets:TinyNet",
        kwargs=kwargs,
        input_shape=[3, 64, 64],
        title="TinyNet",
        year=2026,
    )
    assert own.kwargs["deep"] is True


def test_a_file_elsewhere_makes_its_folder_the_project(tmp_path: Path) -> None:
    """Paths in settings are relative to the file that names them."""
    (tmp_path / "sub").mkdir()
    path = _write(tmp_path / "sub", "seed = 3", "other.toml")
    project = load_project(path, folder=tmp_path)
    assert (project.root, project.config_name) == (tmp_path / "sub", "other.toml")


def test_pyproject_is_read_where_it_has_our_table(tmp_path: Path) -> None:
    """[tool.archatlas] replaces archatlas.toml."""
    _write(tmp_path, '[tool.archatlas]\ntitle = "Mine"', "pyproject.toml")
    project = load_project(folder=tmp_path)
    assert (project.settings.title, project.config_name) == ("Mine", "pyproject.toml")


def test_our_own_file_comes_before_pyproject(tmp_path: Path) -> None:
    """Where both exist, the one made for us rules."""
    _write(tmp_path, '[tool.archatlas]\ntitle = "Theirs"', "pyproject.toml")
    _write(tmp_path, 'title = "Ours"')
    assert load_project(folder=tmp_path).settings.title == "Ours"


@pytest.mark.parametrize("text", ["", "[tool.ruff]\nline-length = 100", "tool = 'archatlas'"])
def test_a_pyproject_of_somebody_else_is_left_alone(tmp_path: Path, text: str) -> None:
    """Whatever it holds, without our table it says nothing."""
    _write(tmp_path, text, "pyproject.toml")
    assert load_project(folder=tmp_path).config_name == "archatlas.toml"


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    """A wrong type is said, not taken for an empty table."""
    path = _write(tmp_path, "[tool]\narchatlas = 5", "pyproject.toml")
    with pytest.raises(RequestError, match=r"pyproject.toml: 'tool.archatlas' should be a table"):
        load_project(path)


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    """Unknown keys, wrong types and values that are not allowed, each with its place."""
    text = """
title = 5
titel = "x"
seed = true
weights = "no"
languages = ["en", "fr"]
comparisons = [["alone"]]
[[model]]
slug = "Not A Slug"
factory = "nets:Net"
width = 8
[[model]]
slug = "fine"
year = "2026"
input_shape = [3, 0, 64]
"""
    problems = _problems(tmp_path, text)
    places = [problem.split("'")[1] for problem in problems]
    assert sorted(places) == sorted(
        [
            *("title", "titel", "seed", "weights", "languages[1]", "comparisons[0].models"),
            *("model[0].slug", "model[0].width"),
            *("model[1].factory", "model[1].year", "model[1].input_shape[1]"),
        ]
    )
    assert all(problem.startswith("archatlas.toml: ") for problem in problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 'x'", "unknown key 'titel'; known keys: comparisons, device, features, images"),
        (
            "[[model]]\nslug='a'\nfactory='a:b'\nx=1",
            "known keys: factory, family, input_shape, inputs, kwargs",
        ),
        ("title = 5", "'title': input should be a valid string (got 5)"),
        ("title = '<b>x</b>'", "'title': should be text on one line, without < and >"),
        ('title = "a\\nb"', "'title': should be text on one line, without < and >"),
        ("[[model]]\nslug='A b'\nfactory='a:b'", "should be lower-case letters, digits, - and _"),
        ("[[model]]\nslug='../up'\nfactory='a:b'", "should be lower-case letters, digits"),
        ('[[model]]\nslug="a\\n"\nfactory="a:b"', "should be lower-case letters, digits"),
        ("languages = ['fr']", "'languages[0]': should be 'en' or 'zh' (got 'fr')"),
        ("device = 'gpu'", "should be 'cpu', 'cuda' or 'auto' (got 'gpu')"),
        ("weights = 'no'", "should be 'cached', 'download' or 'random' (got 'no')"),
        ("model = {slug = 'a'}", "'model': input should be a valid list"),
        ("time_limit_s = 0", "'time_limit_s': input should be greater than 0 (got 0)"),
        ("title = ", "archatlas.toml: not valid TOML"),
    ],
)
def test_a_mistake_is_said_with_its_place_and_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    """In words, without patterns that only a programmer reads."""
    (problem,) = _problems(tmp_path, text)
    assert said in problem


def test_a_comparison_is_a_list_or_a_table(tmp_path: Path) -> None:
    """With a title and a story, in one language or in both."""
    text = """
comparisons = [
  ["a", "b"],
  {models = ["a", "b", "c"], title = "Three", story = "Because."},
  {models = ["b", "c"], story = {en = "Why.", zh = "为何。"}},
]
"""
    found = load_project(_write(tmp_path, text)).settings.comparisons
    assert [one.models for one in found] == [["a", "b"], ["a", "b", "c"], ["b", "c"]]
    assert [one.title for one in found] == [None, "Three", None]
    assert [one.story and one.story.words for one in found] == [
        None,
        ("Because.", "Because."),
        ("Why.", "为何。"),
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('"a"', "'comparisons[0]': should be a list of slugs, or a table with 'models', and"),
        ('["a"]', "'comparisons[0].models': list should have at least 2 items"),
        ('["a", 5]', "'comparisons[0].models[1]': input should be a valid string (got 5)"),
        ('{title = "x"}', "'comparisons[0].models': field required"),
        (
            '{models = ["a", "b"], stroy = "x"}',
            "unknown key 'comparisons[0].stroy'; known keys: models, story, title",
        ),
        ('{models = ["a", "b"], title = "<b>"}', "'comparisons[0].title': should be text on one"),
        (
            '{models = ["a", "b"], story = 5}',
            "'comparisons[0].story': should be a text, or a table with 'en' and 'zh' (got 5)",
        ),
        (
            '{models = ["a", "b"], story = {fr = "x"}}',
            "unknown key 'comparisons[0].story.fr'; known keys: en, zh",
        ),
    ],
)
def test_a_wrong_comparison_is_explained(tmp_path: Path, entry: str, said: str) -> None:
    """With its place, and what is allowed there."""
    (problem,) = _problems(tmp_path, f"comparisons = [{entry}]")
    assert problem.startswith(f"archatlas.toml: {said}")


def test_a_wrong_argument_of_an_own_model_is_said_once(tmp_path: Path) -> None:
    """Not once for every type of value that it could have been, however deep it is."""
    text = "[[model]]\nslug = 'a'\nfactory = 'a:b'\nkwargs = {w = [1, {x = 2026-01-01}], ok = 1}"
    (problem,) = _problems(tmp_path, text)
    assert "'model[0].kwargs.w': should be true or false, a number, a text, or a" in problem


def test_arguments_may_be_lists_and_tables_inside_each_other(tmp_path: Path) -> None:
    """Depths of stages and settings of layers are written as such."""
    text = (
        "[[model]]\nslug = 'a'\nfactory = 'a:b'\nkwargs = {depths = [[1, 2.5], []], act = {a = {}}}"
    )
    (own,) = load_project(_write(tmp_path, text)).settings.model
    assert own.kwargs == {"depths": [[1, 2.5], []], "act": {"a": {}}}


@pytest.mark.parametrize("device", list(Device))
def test_a_device_is_chosen_by_its_name(tmp_path: Path, device: Device) -> None:
    """And the processor is what runs without a choice."""
    assert Settings().device is Device.CPU
    assert load_project(_write(tmp_path, f'device = "{device}"')).settings.device is device


def test_a_function_that_makes_inputs_is_named_like_a_factory(tmp_path: Path) -> None:
    """Its form is looked at with the models, where the project's folder is known."""
    text = "[[model]]\nslug = 'a'\nfactory = 'a:b'\ninputs = './nets.py:make'"
    assert load_project(_write(tmp_path, text)).settings.model[0].inputs == "./nets.py:make"


def test_a_missing_file_is_refused_by_its_path(tmp_path: Path) -> None:
    """Only a file that was named must exist."""
    with pytest.raises(RequestError, match=r"gone.toml: no such file; name an existing file"):
        load_project(tmp_path / "gone.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    (tmp_path / "archatlas.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RequestError, match=r"archatlas.toml: not valid TOML"):
        load_project(folder=tmp_path)


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    """The system's own words say why it cannot be read."""
    with pytest.raises(RequestError, match=r"cannot be read \(Is a directory\)"):
        load_project(tmp_path)


@given(slug=st.text(st.characters(codec="utf-8"), max_size=90))
def test_a_slug_is_safe_in_paths_and_addresses(slug: str) -> None:
    """What is accepted consists of harmless characters only; anything else is refused."""
    table: dict[str, object] = {"model": [{"slug": slug, "factory": "a:b"}]}
    harmless = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    is_slug = 0 < len(slug) <= 80 and set(slug) <= harmless and slug[0] not in "-_"
    try:
        accepted = _check(table, "archatlas.toml").model[0].slug == slug
    except RequestError:
        accepted = False
    assert accepted is is_slug


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("budget_mb = 0", "'features.budget_mb': input should be greater than 0 (got 0)"),
        ("budget_mb = -1.5", "'features.budget_mb': input should be greater than 0 (got -1.5)"),
        ("budget_mb = 1e9", "'features.budget_mb': input should be less than or equal to 1000"),
        ("budget_mb = nan", "'features.budget_mb': input should be less than or equal to 1000"),
        ('budget_mb = "6"', "'features.budget_mb': input should be a valid number (got '6')"),
        ("budget = 6", "unknown key 'features.budget'; known keys: budget_mb"),
    ],
)
def test_the_budget_of_pictures_is_checked(tmp_path: Path, line: str, problem: str) -> None:
    """A number of megabytes above nothing; the table has its own keys."""
    (said,) = _problems(tmp_path, f"[features]\n{line}")
    assert said.startswith(f"archatlas.toml: {problem}")


def test_the_budget_of_pictures_has_a_default() -> None:
    """Six megabytes a model, whatever is not said."""
    assert Settings().features.budget_bytes == 6_000_000


@pytest.mark.parametrize("text", ["", 'weights = "random"'])
def test_a_machine_may_say_where_weights_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A workflow downloads what a laptop does not: the environment comes before the file."""
    (tmp_path / "archatlas.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ARCHATLAS_WEIGHTS", "download")
    assert load_project(folder=tmp_path).settings.weights is WeightsPolicy.DOWNLOAD
    monkeypatch.setenv("ARCHATLAS_WEIGHTS", "")
    expected = WeightsPolicy.RANDOM if text else WeightsPolicy.CACHED
    assert load_project(folder=tmp_path).settings.weights is expected
    (tmp_path / "archatlas.toml").unlink()
    monkeypatch.setenv("ARCHATLAS_WEIGHTS", "random")
    assert load_project(folder=tmp_path).settings.weights is WeightsPolicy.RANDOM


def test_a_wrong_word_in_the_environment_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the variable's name, for no file holds it."""
    monkeypatch.setenv("ARCHATLAS_WEIGHTS", "always")
    with pytest.raises(RequestError, match=r"^ARCHATLAS_WEIGHTS: should be one of cached, down"):
        load_project(folder=tmp_path)
