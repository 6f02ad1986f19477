"""Columns that stand in line, whatever is in their cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.render.states import LOOKS, Paint
from penstock.cli.render.table import columns_of, table

PLAIN = Paint(colour=False, unicode=True)
BRIGHT = Paint(colour=True, unicode=True)
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=30)


def test_colours_take_no_column_and_wide_characters_two() -> None:
    assert columns_of(BRIGHT.dye("four", "red", "bold")) == 4
    assert columns_of("日本") == 4
    assert columns_of("e\u0301") == 1
    assert columns_of(BRIGHT.dye("日", "dim")) == 2


def test_cells_after_wide_and_coloured_ones_stand_in_line() -> None:
    rows = [["日本", "x"], [BRIGHT.state("failed"), "x"], ["e\u0301", "x"], ["", "x"]]
    lines = table(["name", "mark"], rows, PLAIN, 80).splitlines()
    assert {columns_of(line[: line.rindex("x")]) for line in lines[1:]} == {columns_of("✗ failed") + 2}


def test_numbers_stand_to_the_right() -> None:
    lines = table(["task", "count", "end"], [["a", "7", "."], ["b", "1,024", "."]], PLAIN, 80, right=(1,)).splitlines()
    assert lines == ["task  count  end", "a         7  .", "b     1,024  ."]


def test_empty_columns_are_left_out() -> None:
    assert table(["a", "b", "c"], [["1", "", "3"]], PLAIN, 80).splitlines() == ["a  c", "1  3"]
    assert table(["a", "b"], [["", ""]], PLAIN, 80).splitlines()[0] == "a  b"


def test_a_table_of_no_rows_has_its_heads() -> None:
    assert table(["run", "state"], [], PLAIN, 80) == "run  state"


def test_the_last_column_gives_way() -> None:
    lines = table(["a", "note"], [["1", "x" * 200]], PLAIN, 40).splitlines()
    assert lines[1] == "1  " + "x" * 36 + "…"


@given(st.lists(st.tuples(WORDS, WORDS, st.text(max_size=90).map(lambda text: " ".join(text.split()))), max_size=8))
def test_lines_are_as_many_as_rows_and_columns_start_at_one_place(rows: list[tuple[str, str, str]]) -> None:
    lines = table(["one", "two", "three"], [["a" + first, "b" + second, ""] for first, second, _ in rows], PLAIN, 100)
    at = max(3, *(len(first) + 1 for first, _, _ in rows), 0) + 2
    shown = lines.split("\n")
    assert len(shown) == len(rows) + 1
    for (first, second, _), line in zip(rows, shown[1:], strict=True):
        assert line == f"a{first}".ljust(at) + f"b{second}"


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=90)), st.integers(20, 90))
def test_a_table_fits_the_width(notes: list[str], width: int) -> None:
    lines = table(["n", "note"], [["1", note] for note in notes], PLAIN, width).splitlines()
    assert all(columns_of(line) <= width for line in lines)


def test_a_state_is_a_shape_and_a_word_and_a_colour() -> None:
    for name, look in LOOKS.items():
        assert Paint(colour=False, unicode=True).state(name) == f"{look.glyph} {look.word}"
        assert Paint(colour=False, unicode=False).state(name) == f"{look.ascii} {look.word}"
        assert Paint(colour=False, unicode=False).state(name).isascii()
        bright = Paint(colour=True, unicode=True)
        assert bright.state(name).startswith("\x1b[")
        assert bright.state(name).endswith("\x1b[0m")
        assert columns_of(bright.state(name)) == columns_of(PLAIN.state(name))
        assert bright.glyph(name) != bright.state(name)


def test_a_reason_stands_beside_the_state_unless_the_state_says_it() -> None:
    assert PLAIN.state("failed", "timeout") == "✗ failed (timeout)"
    assert PLAIN.state("failed", "user_error") == "✗ failed"
