"""`archatlas export`: words, exit codes, and what goes where."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import archatlas, toy_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a project with a net that works and one that does not."""
    names = ("Plain", "Raises")
    return toy_project(tmp_path_factory.mktemp("exporting"), *names, settings="models = []")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("tensorboard", "events.out.tfevents.plain"),
        ("torchscript", "plain.pt"),
        ("onnx", "plain.onnx"),
    ],
)
def test_the_path_is_the_result_and_the_rest_is_progress(
    project: Path, kind: str, name: str
) -> None:
    """A program reads stdout, a person stderr: steps, weights, what is dynamic."""
    ran = archatlas("export", kind, "plain", folder=project)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{project / 'exports/plain' / name}\n"
    assert (project / "exports/plain" / name).is_file()
    assert "plain: forward (after " in ran.stderr
    assert "plain: weights: random (seed 0)" in ran.stderr


def test_the_files_go_where_they_are_wanted(project: Path, tmp_path: Path) -> None:
    """`--out` counts from where one stands, the project from its settings."""
    config = str(project / "archatlas.toml")
    arguments = ("torchscript", "plain", "--config", config, "--out", "here")
    ran = archatlas("export", *arguments, folder=tmp_path)
    assert ran.stdout == f"{tmp_path / 'here/plain.pt'}\n"
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["plain.pt"]


def test_a_broken_model_exits_1_with_one_line(project: Path) -> None:
    """No traceback, no result, no folder."""
    ran = archatlas("export", "onnx", "raises", folder=project)
    assert ran.returncode == 1
    assert ran.stdout == ""
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("archatlas: raises: not exported to onnx: forward: ValueError: this net")
    assert "Traceback" not in ran.stderr
    assert not (project / "exports/raises").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("onx", "plain"), "unknown kind 'onx'; did you mean 'onnx'?"),
        (("tensorbord", "plain"), "did you mean 'tensorboard'?"),
        (("zip", "plain"), "there are tensorboard, torchscript, onnx"),
        (("onnx", "plian"), "unknown model 'plian'; did you mean 'plain'"),
        (("onnx", "torchvision:resnet5"), "unknown torchvision model 'resnet5'"),
        (("onnx",), "MODEL"),
        (("onnx", "plain", "--out", "archatlas.toml"), "name another folder with --out"),
        (("onnx", "plain", "--config", "no.toml"), "no such file"),
    ],
)
def test_a_wrong_request_exits_2_before_any_work(
    project: Path, arguments: tuple[str, ...], message: str
) -> None:
    """One clear message with the nearest name."""
    ran = archatlas("export", *arguments, folder=project)
    assert ran.returncode == 2
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_nothing_of_torch_is_loaded_by_the_command() -> None:
    """The work is done elsewhere; the command stays small and cannot crash with a net."""
    code = (
        "import sys; import generator.cli; "
        "sys.exit(', '.join({'torch', 'numpy', 'onnx', 'tensorboard'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == ""


def test_new_projects_keep_exports_out_of_git() -> None:
    """They can be made again, and are large."""
    template = Path(__file__).parents[2] / "templates/project/dot_gitignore"
    assert "/exports/" in template.read_text(encoding="utf-8").splitlines()
