"""What `diff` says about two published records, and when it fails."""

import json
from pathlib import Path

import pytest
from conftest import RecordOf

from generator.cli import main
from generator.records import ModelSpec, Origin
from generator.render.published import publish

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def files(record_of: RecordOf, tmp_path: Path) -> dict[str, str]:
    """Publish some toys' records; return where each is."""
    found = {}
    for name in ("Plain", "ResidualNet", "Raises"):
        spec = ModelSpec(
            slug="net", title=f"My {name}", family="Toys", origin=Origin.USER, factory="toys:Net"
        )
        path = tmp_path / f"{name}.json"
        text = json.dumps(publish(spec, record_of(name)).model_dump(mode="json"))
        path.write_text(text, encoding="utf-8")
        found[name] = str(path)
    return found


def test_two_versions_are_reported(files: dict[str, str], capsys: Captured) -> None:
    """Sizes, where they came from, and what is built otherwise; without limits all is fine."""
    assert main(["diff", files["Plain"], files["ResidualNet"]]) == 0
    said = capsys.readouterr()
    sizes, where, built = said.out.rstrip("\n").split("\n\n")
    assert sizes.startswith("My Plain → My ResidualNet\n")
    assert "* parameters" in sizes
    assert "+23.1\u202f%" in sizes
    assert where.splitlines()[1].split()[0] == "stride"
    assert "Added: Residual (2 at stride 1, 1 at stride 2)." in built
    assert said.err == ""


def test_equal_versions_are_built_alike(files: dict[str, str], capsys: Captured) -> None:
    """Under one name, and without a table of zeros."""
    assert main(["diff", files["Plain"], files["Plain"], "--max-params", "+0%"]) == 0
    sizes, built = capsys.readouterr().out.rstrip("\n").split("\n\n")
    assert sizes.startswith("My Plain\n")
    assert built == "Structure\nBuilt alike, and of the same sizes."


@pytest.mark.parametrize(
    ("limits", "code", "message"),
    [
        (["--max-params", "+30%"], 0, ""),
        (["--max-params", "+20%"], 1, "parameters: 459 (459) passes the limit +20%, which is 447"),
        (["--max-params", "458"], 1, "passes the limit 458, which is 458"),
        (["--max-params", "459"], 0, ""),
        (["--max-macs", "+1G"], 0, ""),
        (["--max-macs=-1%"], 1, "MACs: "),
        (["--max-activations", "1"], 1, "activations: "),
        (["--max-peak-memory", "1K"], 1, "peak activation memory: "),
        (["--max-peak-memory", "1G"], 0, ""),
    ],
)
def test_a_limit_that_is_passed_exits_1(
    files: dict[str, str], capsys: Captured, limits: list[str], code: int, message: str
) -> None:
    """With the size, the limit, and what it comes to, on both outputs."""
    assert main(["diff", files["Plain"], files["ResidualNet"], *limits]) == code
    said = capsys.readouterr()
    assert message in said.err
    assert message in said.out
    assert bool(said.err) == bool(code)


def test_a_size_that_was_not_observed_keeps_no_limit(
    files: dict[str, str], capsys: Captured
) -> None:
    """Better a check that fails than one that looks away."""
    assert main(["diff", files["Plain"], files["Raises"], "--max-macs", "5G"]) == 1
    assert "MACs: not observed, so that 5G cannot be held" in capsys.readouterr().err


def test_programs_learn_which_limit_was_passed(files: dict[str, str], capsys: Captured) -> None:
    """All limits, passed or not."""
    limits = ["--max-params", "1", "--max-macs", "+1G"]
    assert main(["diff", files["Plain"], files["ResidualNet"], "--json", *limits]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["limits"] == [
        {"measure": "params", "limit": "1", "is_passed": True},
        {"measure": "macs", "limit": "+1G", "is_passed": False},
    ]
    assert data["totals"]["params"]["change"] == 86


def test_a_comment_is_markdown(files: dict[str, str], capsys: Captured) -> None:
    """Passed limits stand below the sizes."""
    args = ["diff", files["Plain"], files["ResidualNet"], "--markdown", "--max-params", "1"]
    assert main(args) == 1
    text = capsys.readouterr().out
    assert text.startswith("### My Plain → My ResidualNet\n\n|  | old | new | change |  |\n")
    assert "\n- parameters: 459 (459) passes the limit 1, which is 1.\n" in text


def test_another_input_is_said_first(files: dict[str, str], capsys: Captured) -> None:
    """It changes every size, and nothing of the structure."""
    path = Path(files["Plain"])
    record = json.loads(path.read_text(encoding="utf-8"))
    other = path.with_name("other.json")
    other.write_text(json.dumps({**record, "input_shape": [3, 9, 9]}), encoding="utf-8")
    assert main(["diff", str(path), str(other)]) == 0
    assert capsys.readouterr().out.endswith("Structure\nInput: 3×17×17 → 3×9×9.\nBuilt alike.\n")


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("much", "argument --max-params: 'much' is no limit; write +2%, +500K or 5M"),
        ("2%", "argument --max-params: '2%': a share needs a sign; write +2%"),
        ("", "argument --max-params: '' is no limit"),
    ],
)
def test_a_limit_nobody_understands_exits_2(
    files: dict[str, str], capsys: Captured, limit: str, message: str
) -> None:
    """What, where, what next; nothing is compared."""
    with pytest.raises(SystemExit) as ended:
        main(["diff", files["Plain"], files["Plain"], "--max-params", limit])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert message in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "odd.json: no such file; name a record.json of a built site"),
        (b"\xff\xfe", "odd.json: cannot be read"),
        (b"{}", "odd.json: no published record"),
        (b"nonsense", "odd.json: not valid JSON"),
    ],
)
def test_a_file_that_is_no_record_exits_2(
    files: dict[str, str], tmp_path: Path, capsys: Captured, content: bytes | None, message: str
) -> None:
    """One message that names the file, whichever of the two it is."""
    odd = tmp_path / "odd.json"
    if content is not None:
        odd.write_bytes(content)
    for pair in ([str(odd), files["Plain"]], [files["Plain"], str(odd)]):
        assert main(["diff", *pair]) == 2
        said = capsys.readouterr()
        assert message in said.err
        assert said.out == ""


def test_a_folder_is_no_record(tmp_path: Path, capsys: Captured) -> None:
    """It can be named by mistake."""
    assert main(["diff", str(tmp_path), str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
