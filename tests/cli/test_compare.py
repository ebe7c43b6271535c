"""What `compare` prints about models side by side."""

import json
from pathlib import Path

from conftest import BuiltSite, archatlas, toy_project


def test_the_named_models_stand_side_by_side(built_site: BuiltSite) -> None:
    """In the order asked for; rows that differ are marked, ratios are against the first."""
    ran = archatlas("compare", "residualnet", "plain", folder=built_site.project)
    assert ran.returncode == 0, ran.stderr
    title, head, *lines = ran.stdout.splitlines()
    assert (title, head.split()) == ("Facts", ["ResidualNet", "Plain"])
    rows = {line.split("  ")[0]: line for line in lines}
    assert "(×" in rows["* parameters"]
    assert "year" in rows
    assert "* year" not in rows
    assert "(×" not in rows["* parameters"].split("(×")[0]


def test_stages_are_aligned_and_changes_said(built_site: BuiltSite) -> None:
    """By output stride, however unlike the models are; then what became of the first."""
    ran = archatlas("compare", "plain", "residualnet", "branches", folder=built_site.project)
    _facts, *stages, first, second = ran.stdout.rstrip("\n").split("\n\n")
    assert [table.splitlines()[0].split()[0] for table in stages] == ["Stages", "Share", "Share"]
    for table in stages:
        rows = [line.split()[0] for line in table.splitlines()[1:]]
        assert rows == ["stride", "1", "2", "4", "head"]
    assert first.startswith("From Plain to ResidualNet\n")
    assert "Added: Residual" in first
    assert second.startswith("From Plain to Branches\n")


def test_programs_get_all_numbers(built_site: BuiltSite) -> None:
    """The rows of models.json, stages, and differences against the first."""
    ran = archatlas("compare", "plain", "residualnet", "--json", folder=built_site.project)
    data = json.loads(ran.stdout)
    published = json.loads((built_site.folder / "data/models.json").read_text(encoding="utf-8"))
    known = {row["slug"]: row for row in published}
    assert [model["slug"] for model in data["models"]] == ["plain", "residualnet"]
    for model in data["models"]:
        assert known[model["slug"]].items() <= model.items()
        assert model["peak_activation_bytes"] > 0
    for number, model in enumerate(data["models"]):
        columns = [stage["models"][number] for stage in data["stages"]]
        assert sum(column["macs"] for column in columns if column) == model["macs"]
    (change,) = data["differences"]
    assert change["new"]["title"] == "ResidualNet"
    assert change["findings"]


def test_markdown_is_for_a_comment(built_site: BuiltSite) -> None:
    """Headings, tables, and lists."""
    ran = archatlas("compare", "plain", "residualnet", "--markdown", folder=built_site.project)
    assert ran.stdout.startswith("### Facts\n\n|  | Plain | ResidualNet |\n| --- | ---: | ---: |\n")
    assert "\n### From Plain to ResidualNet\n\n- " in ran.stdout


def test_one_model_is_a_table_of_its_own(built_site: BuiltSite) -> None:
    """Nothing to compare with is no mistake; twice the same model is once."""
    once = archatlas("compare", "plain", folder=built_site.project)
    twice = archatlas("compare", "plain", "plain", folder=built_site.project)
    assert (once.returncode, twice.stdout) == (0, once.stdout)
    assert "* " not in once.stdout
    assert "From" not in once.stdout


def test_a_model_that_never_ran_has_dashes(built_site: BuiltSite) -> None:
    """And nobody claims to know what became of it."""
    ran = archatlas("compare", "plain", "raises", folder=built_site.project)
    assert ran.returncode == 0
    assert "could not be captured" in ran.stdout
    assert "–" in ran.stdout


def test_an_unknown_model_is_a_wrong_request(built_site: BuiltSite) -> None:
    """With the nearest name."""
    ran = archatlas("compare", "plain", "alexnett", folder=built_site.project)
    assert ran.returncode == 2
    assert "did you mean 'alexnet'" in ran.stderr
    assert ran.stdout == ""


def test_what_was_never_captured_is_captured_first(tmp_path: Path) -> None:
    """The other one stays as it is; a second time nothing is captured."""
    project = toy_project(tmp_path / "project", "Plain", "Shared", settings="models = []")
    archatlas("capture", "--models", "plain", folder=project)
    first = archatlas("compare", "plain", "shared", folder=project)
    again = archatlas("compare", "plain", "shared", folder=project)
    assert "captured 1, reused 0" in first.stderr
    assert (again.stderr, again.stdout) == ("", first.stdout)


def test_a_folder_without_a_project_is_left_alone(tmp_path: Path) -> None:
    """No capture begins where nobody made a project."""
    ran = archatlas("compare", "lenet_relu", folder=tmp_path)
    assert ran.returncode == 2
    assert "archatlas init" in ran.stderr
    assert list(tmp_path.iterdir()) == []
