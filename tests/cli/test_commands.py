"""What each command does, prints and returns."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import BuiltSite, archatlas, toy_project

from generator.cli import commands
from generator.errors import DiskError


def test_one_broken_model_leaves_the_rest_complete(built_site: BuiltSite) -> None:
    """The exit code is 1, stderr says why, and the other pages are there."""
    assert built_site.code == 1
    assert "raises: forward: ValueError: this net always breaks" in built_site.said
    assert (built_site.folder / "models/plain/index.html").is_file()
    page = (built_site.folder / "models/raises/index.html").read_text(encoding="utf-8")
    assert "this net always breaks &lt;b&gt;here&lt;/b&gt;" in page
    assert "<b>here</b>" not in page


def test_stdout_holds_the_result_and_nothing_else(built_site: BuiltSite) -> None:
    """Progress goes to stderr: which model, which step, how long."""
    assert built_site.printed == f"{built_site.folder}\n"
    assert "plain: trace (after " in built_site.said
    assert "] plain: done in " in built_site.said


def test_a_lenient_build_exits_0_despite_failures(built_site: BuiltSite) -> None:
    """`--no-strict` still says what failed."""
    ran = archatlas("build", "--no-strict", folder=built_site.project)
    assert ran.returncode == 0
    assert "raises: forward: ValueError" in ran.stderr


def test_list_names_every_model_with_its_numbers(built_site: BuiltSite) -> None:
    """Captured models have parameters and MACs, others a dash."""
    ran = archatlas("list", folder=built_site.project)
    lines = {line.split()[0]: line for line in ran.stdout.splitlines()}
    assert set(lines) == {
        *("slug", "lenet_sigmoid", "plain", "residualnet", "branches", "deep", "long", "raises")
    }
    assert "61.7" in lines["lenet_sigmoid"]
    assert "417" in lines["lenet_sigmoid"]
    assert "–" in lines["raises"]


def test_list_as_json_holds_the_rows_of_models_json(built_site: BuiltSite) -> None:
    """The same numbers for programs."""
    rows = json.loads(archatlas("list", "--json", folder=built_site.project).stdout)
    published = json.loads((built_site.folder / "data/models.json").read_text(encoding="utf-8"))
    assert [r for r in rows if r["slug"] != "raises"] == [
        r for r in published if r["slug"] != "raises"
    ]


def test_check_reports_what_fell_short(built_site: BuiltSite) -> None:
    """A failed model is a shortfall; every number held and their count go to stdout."""
    ran = archatlas("check", folder=built_site.project)
    assert ran.returncode == 1
    assert "raises: forward: ValueError" in ran.stderr
    head, *lines, said = ran.stdout.splitlines()
    assert head.split() == ["slug", "number", "ours", "theirs", "source", "agrees", "because"]
    held = {"lenet_sigmoid", "plain", "residualnet", "branches", "deep", "long"}
    assert {line.split()[0] for line in lines} == held
    assert said == f"7 models, {len(lines)} numbers held against others, 1 shortfalls"


def test_check_finds_a_broken_link(tmp_path: Path, built_site: BuiltSite) -> None:
    """A file that vanished from the finished site is named."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text('<a href="gone.html">gone</a>', encoding="utf-8")
    ran = archatlas("check", "--out", str(site), folder=built_site.project)
    assert ran.returncode == 1
    assert "gone.html" in ran.stderr


def test_doctor_examines_without_harm(built_site: BuiltSite) -> None:
    """Every line begins with its verdict."""
    ran = archatlas("doctor", folder=built_site.project)
    assert ran.returncode == 0
    assert {line.split()[0] for line in ran.stdout.splitlines()} == {"ok"}
    assert "Netron" in ran.stdout


def test_init_makes_a_project_and_refuses_a_full_folder(tmp_path: Path) -> None:
    """What is there already is never overwritten."""
    first = archatlas("init", "fresh", folder=tmp_path)
    again = archatlas("init", "fresh", folder=tmp_path)
    assert first.returncode == 0
    assert (tmp_path / "fresh/.gitignore").is_file()
    assert again.returncode == 2
    assert "not empty" in again.stderr


def test_new_projects_start_with_the_settings_of_this_one() -> None:
    """What MkDocs is told here is what `init` hands out; the two never drift apart."""
    root = Path(__file__).parents[2]
    ours = (root / "mkdocs.yml").read_bytes()
    assert ours == (root / "templates/project/mkdocs.yml").read_bytes()


@pytest.mark.slow
def test_a_new_project_builds_at_once_and_follows_its_net(tmp_path: Path) -> None:
    """`init`, then `build`, and the own net has its page; edit the net, build, and that changes."""
    archatlas("init", "fresh", folder=tmp_path)
    ran = archatlas("build", folder=tmp_path / "fresh")
    assert ran.returncode == 0, ran.stderr
    page, nets = (tmp_path / "fresh" / n for n in ("site/models/tinynet/index.html", "nets.py"))
    before = page.read_text(encoding="utf-8")

    nets.write_text(nets.read_text().replace("width: int = 16", "width: int = 24"))
    again = archatlas("build", folder=tmp_path / "fresh")

    assert "captured 1, reused 1" in again.stderr
    assert page.read_text(encoding="utf-8") != before


@pytest.mark.slow
def test_serve_answers_until_it_is_told_to_stop(built_site: BuiltSite) -> None:
    """The pages are served live, and nothing stays behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "generator", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=built_site.project, stderr=subprocess.DEVNULL) as server:
        try:
            page = _fetched(f"http://127.0.0.1:{port}/models/plain/", seconds=60)
        finally:
            server.terminate()
        server.wait(timeout=10)
    assert "<h1" in page
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)


def _fetched(url: str, seconds: float) -> str:
    """Ask again until somebody answers."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


@pytest.mark.parametrize(
    ("settings", "arguments", "message"),
    [
        ("", ["--models", "resnet19"], "unknown model 'resnet19'; did you mean"),
        ("", ["--models", "torchvision:resnet5"], "unknown torchvision model 'resnet5'"),
        ("", ["--models", "./no.py:Net"], "no file ./no.py"),
        ("", ["--models", ""], "names no model"),
        ("", ["--jobs", "none"], "must be a whole number"),
        ("", ["--out", "archatlas.toml"], "is a file"),
        ("", ["--out", "/proc/nowhere"], "cannot be written to"),
        ("", ["--config", "no.toml"], "no such file"),
        ('images = ["no.jpg"]', [], "no.jpg: no such picture"),
        ('images = ["toys.py"]', [], "toys.py: no picture"),
        ('titel = "x"', [], "unknown key 'titel'"),
        ("title = 3", [], "'title'"),
        ("title = [", [], "not valid TOML"),
        ('comparisons = [["plain", "nothing"]]', [], "'comparisons' names nothing"),
        (
            'comparisons = [{models = ["plain", "plain"], story = "{plain.parms}."}]',
            [],
            "'comparisons[0].story': {plain.parms}: no size 'parms'; did you mean 'params'?",
        ),
        ('[[model]]\nslug = "plain"\nfactory = "a.b:C"\n', [], "duplicate slug 'plain'"),
    ],
)
def test_a_wrong_request_exits_2_and_writes_nothing(
    tmp_path: Path, settings: str, arguments: list[str], message: str
) -> None:
    """One clear message, no traceback, and the folder stays as it was."""
    project = toy_project(tmp_path / "project", "Plain", settings=settings)
    before = sorted(project.rglob("*"))
    ran = archatlas("build", *arguments, folder=project)
    assert ran.returncode == 2
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize(
    ("settings", "hidden", "message"),
    [
        ('models = ["timm:resnet18d"]', "sys.modules['timm'] = None", "needs the package 'timm'"),
        ('device = "cuda"', "needs.has_gpu = lambda: False", "there is no GPU here; set device"),
    ],
)
def test_what_captures_need_and_this_machine_lacks_is_a_wrong_request(
    tmp_path: Path, settings: str, hidden: str, message: str
) -> None:
    """It is said before the first of them begins, and how to go on."""
    project = toy_project(tmp_path / "project", "Plain", settings=settings)
    program = (
        "import sys; from generator.capture import needs; from generator.cli.main import main; "
        f"{hidden}; sys.exit(main(['build']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (project / ".archatlas/heads").exists()
    assert not (project / "site").exists()


def test_mistakes_are_reported_together(tmp_path: Path) -> None:
    """Models, comparisons and pictures are all wrong at once, and all are named."""
    settings = 'models = ["alexnett"]\nimages = ["no.jpg"]\n'
    project = toy_project(tmp_path / "project", settings=settings)
    said = archatlas("build", folder=project).stderr
    assert "alexnett" in said
    assert "no.jpg" in said


def test_settings_alone_are_a_project(tmp_path: Path) -> None:
    """The first build adds a standard mkdocs.yml, and later ones leave it alone."""
    project = toy_project(tmp_path / "bare", "Plain", settings="models = []")
    (project / "mkdocs.yml").unlink()
    out = str(tmp_path / "out")
    config = str(project / "archatlas.toml")
    first = archatlas("build", "--config", config, "--out", out, folder=tmp_path)
    (project / "mkdocs.yml").write_bytes((project / "mkdocs.yml").read_bytes() + b"# mine\n")
    again = archatlas("build", "--config", config, "--out", out, folder=tmp_path)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert (project / "mkdocs.yml").read_bytes().endswith(b"# mine\n")
    assert (tmp_path / "out/models/plain/index.html").is_file()


def test_a_broken_link_stays_a_shortfall_until_it_is_mended(tmp_path: Path) -> None:
    """A second build writes nothing, and still says what is wrong."""
    project = toy_project(tmp_path / "project", "Plain", settings="models = []")
    (project / "site_src/guide").mkdir(parents=True)
    page = project / "site_src/guide/index.md"
    page.write_text('# Mine\n\n<a href="gone.html">gone</a>\n', encoding="utf-8")
    first = archatlas("build", folder=project)
    again = archatlas("build", folder=project)
    page.write_text("# Mine\n", encoding="utf-8")
    mended = archatlas("build", folder=project)
    assert [ran.returncode for ran in (first, again, mended)] == [1, 1, 0]
    assert "site: 0 files written" in again.stderr
    assert "gone.html" in again.stderr


def test_a_folder_without_a_project_is_told_how_to_begin(tmp_path: Path) -> None:
    """The next step is in the message."""
    ran = archatlas("build", folder=tmp_path)
    assert ran.returncode == 2
    assert "archatlas init" in ran.stderr


def test_a_full_disk_is_noticed_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too little space is a wrong request, not a torn site."""
    fields = list(os.statvfs(tmp_path))
    fields[4] = 0  # f_bavail: blocks free for us
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(fields))
    with pytest.raises(DiskError, match="make some space"):
        commands._writable(tmp_path / "site", "or else")


def test_help_names_every_command_of_the_contract(tmp_path: Path) -> None:
    """Nobody has to read the source."""
    printed = archatlas("--help", folder=tmp_path).stdout
    wanted = (
        *("build", "capture", "render", "serve", "list", "compare", "diff", "check"),
        *("export", "init", "doctor"),
    )
    assert not [name for name in wanted if name not in printed]
