"""Statements for many rows: every row goes into exactly one of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.store.statements import MOST_PARAMETERS, SMALL, Delete, Insert, Update, portions


@given(rows=st.integers(0, 50_000), width=st.integers(1, 30))
def test_portions_hold_all_rows_in_few_statements(rows: int, width: int) -> None:
    parts = portions(rows, width)
    assert sum(parts) == rows
    assert all(part > 0 and part * width <= MOST_PARAMETERS for part in parts)
    largest = max(parts, default=1)
    # Full ones, then at most one of each power of two, and one of the small rest.
    assert len(parts) <= rows // largest + largest.bit_length() + 1
    assert all(part <= SMALL or part & (part - 1) == 0 for part in parts)


def test_texts() -> None:
    insert = Insert("t", ("a", "b"), "DO NOTHING")
    assert insert.text(2) == 'INSERT INTO t ("a", "b") VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING'
    update = Update("t", ("a", "k", "expected"), {"k": "k", "expected": "v"}, "t.b > 1")
    assert update.text(1) == "UPDATE t AS t SET a = ? WHERE t.k = ? AND t.v = ? AND t.b > 1"
    assert update.text(2) == (
        "UPDATE t AS t SET a = v.column1 FROM (VALUES (?, ?, ?), (?, ?, ?)) AS v "
        "WHERE t.k = v.column2 AND t.v = v.column3 AND t.b > 1"
    )
    assert Delete("t", ("a", "b")).text(1) == "DELETE FROM t WHERE (a, b) IN (VALUES (?, ?))"


@given(st.integers(1, 40), st.integers(1, 9))
def test_there_is_a_place_for_every_value(rows: int, width: int) -> None:
    columns = tuple(f"c{at}" for at in range(width))
    for statement in (Insert("t", columns), Delete("t", columns), Update("t", ("x", *columns), {columns[-1]: "k"})):
        assert statement.text(rows).count("?") == rows * statement.width
