"""Claims about how reports read in a terminal and as Markdown."""

from generator.render.report import Part, Row, as_markdown, as_text

_PART = Part(
    "From a_b to <c>",
    ("", "old", "new"),
    (Row(("parameters", "1", ""), differs=True), Row(("MACs", "x|y", "2"))),
    ("A *sentence*.",),
)


def test_a_terminal_marks_what_differs() -> None:
    """With an asterisk; numbers stand to the right."""
    assert as_text([_PART, Part("Next", sentences=("One.",))]) == (
        "From a_b to <c>\n"
        "              old  new\n"
        "* parameters    1\n"
        "MACs          x|y    2\n"
        "A *sentence*.\n"
        "\n"
        "Next\n"
        "One."
    )


def test_markdown_is_bold_where_it_differs_and_takes_no_name_for_markup() -> None:
    """Titles and module names come from a file that anybody may have written."""
    assert as_markdown([_PART, Part("Next", sentences=("One.", "Two."))]) == (
        "### From a\\_b to &lt;c&gt;\n"
        "\n"
        "|  | old | new |\n"
        "| --- | ---: | ---: |\n"
        "| **parameters** | **1** |  |\n"
        "| MACs | x\\|y | 2 |\n"
        "\n"
        "- A \\*sentence\\*.\n"
        "\n"
        "### Next\n"
        "\n"
        "- One.\n"
        "- Two."
    )


def test_nothing_steers_the_terminal() -> None:
    """Control characters and breaks of lines become spaces."""
    part = Part("a\x1b[2Jb", ("\x07",), (Row(("c\nd",)),), ("e\rf",))
    for text in (as_text([part]), as_markdown([part])):
        assert not set("\x1b\x07\r") & set(text)
        assert "c d" in text


def test_a_wide_table_goes_on_below() -> None:
    """With its first column again, and every line within the terminal; a file gets whole lines."""
    models = [f"model number {number}" for number in range(20)]
    part = Part("Facts", ("", *models), (Row(("parameters", *("25.6 M" for _ in models))),))
    lines = [line for line in as_text([part], 80).splitlines() if line]
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[2::2]] == ["parameters"] * len(lines[2::2])
    assert sum(line.count("model number") for line in lines) == len(models)
    assert len(as_text([part]).splitlines()) == 3


def test_a_column_wider_than_the_terminal_stands_alone() -> None:
    """Nothing is cut."""
    part = Part("Facts", ("", "a" * 30, "b"), (Row(("depth", "1", "2")),))
    assert [line.split()[-1] for line in as_text([part], 20).splitlines()[1:] if line] == [
        "a" * 30,
        "1",
        "b",
        "2",
    ]
