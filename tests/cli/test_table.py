"""Columns that stand in line, whatever is in their cells and however narrow the terminal is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.render.spans import Piece, Span, clean, columns_of, plain, width_of
from penstock.cli.render.states import Paint
from penstock.cli.render.table import Column, table

PLAIN = Paint(colour=False, unicode=True)
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=30)


def _shown(columns: list[Column], rows: list[list[Piece]], width: int = 80) -> list[str]:
    return plain(table(columns, rows, PLAIN, width)).split("\n")


def test_cells_after_wide_and_styled_ones_stand_in_line() -> None:
    rows: list[list[Piece]] = [
        ["日本", "x"], [PLAIN.state("failed"), "x"], ["e\u0301", "x"], [[Span("a", "red"), Span("b")], "x"], ["", "x"],
    ]  # fmt: skip
    lines = _shown([Column("name"), Column("mark")], rows)
    assert {columns_of(line[: line.rindex("x")]) for line in lines[1:]} == {columns_of("✗ failed") + 2}


def test_numbers_stand_to_the_right() -> None:
    columns = [Column("task"), Column("count", right=True), Column("end")]
    lines = _shown(columns, [["a", "7", "."], ["b", "1,024", "."]])
    assert lines == ["task  count  end", "a         7  .", "b     1,024  ."]


def test_empty_columns_are_left_out() -> None:
    columns = [Column("a"), Column("b"), Column("c")]
    assert _shown(columns, [["1", "", "3"]]) == ["a  c", "1  3"]


def test_a_table_of_no_rows_has_its_heads() -> None:
    assert _shown([Column("run"), Column("state")], []) == ["run  state"]


def test_what_may_shrink_does_and_the_longest_first() -> None:
    columns = [Column("id"), Column("name", least=6), Column("note", least=6)]
    row: list[Piece] = ["0123456789", "n" * 20, "x" * 200]
    assert _shown(columns, [row], 60)[1] == "0123456789  " + "n" * 20 + "  " + "x" * 25 + "…"
    assert _shown(columns, [row], 40)[1] == "0123456789  " + "n" * 12 + "…  " + "x" * 12 + "…"


def test_where_shrinking_does_not_do_the_least_column_goes() -> None:
    columns = [Column("id"), Column("when", drop=1), Column("who", drop=2), Column("note", least=8)]
    row: list[Piece] = ["0123456789", "2013-01-01", "somebody", "a note"]
    assert _shown(columns, [row], 60)[0].split() == ["id", "when", "who", "note"]
    assert _shown(columns, [row], 36)[0].split() == ["id", "when", "note"]
    assert _shown(columns, [row], 20)[0].split() == ["id", "note"]
    assert _shown(columns, [row], 4)[1] == "0123456789  a note"


@given(st.lists(st.tuples(WORDS, WORDS), max_size=8))
def test_columns_start_at_one_place(rows: list[tuple[str, str]]) -> None:
    lines = _shown([Column("one"), Column("two")], [["a" + first, "b" + second] for first, second in rows], 100)
    at = max(3, *(len(first) + 1 for first, _ in rows), 0) + 2
    assert len(lines) == len(rows) + 1
    for (first, second), line in zip(rows, lines[1:], strict=True):
        assert line == f"a{first}".ljust(at) + f"b{second}"


@given(st.lists(st.lists(st.text(max_size=90).map(clean), min_size=3, max_size=3)), st.integers(30, 120))
def test_a_table_fits_the_width(rows: list[list[str]], width: int) -> None:
    columns = [Column("one", least=5), Column("two", right=True, least=5, drop=1), Column("three", least=8)]
    lines = table(columns, [list(row) for row in rows], PLAIN, width)
    assert all(width_of(line) <= width for line in lines)
