"""Statements for many rows: every row goes into exactly one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.store.sqlite import SqliteConnection
from penstock.store.statements import MANY, MOST_PARAMETERS, SMALL, Delete, Insert, Update, portions, varying


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


def test_texts_where_few_columns_vary() -> None:
    insert = Insert("t", ("a", "b", "c"))
    assert insert.narrow(2, (1,)) == (
        'INSERT INTO t ("a", "b", "c") SELECT ?, v.column1, ? FROM (VALUES (?), (?)) AS v'
    )
    assert Insert("t", ("a",), "DO NOTHING").narrow(2, (0,)) is None
    update = Update("t", ("a", "b", "k", "expected"), {"k": "k", "expected": "v"}, "t.b > 1")
    assert update.narrow(2, (1, 2)) == (
        "UPDATE t AS t SET a = ?, b = v.column1 FROM (VALUES (?, ?), (?, ?)) AS v "
        "WHERE t.k = v.column2 AND t.v = ? AND t.b > 1"
    )
    assert varying([(1, 1), ("a", "b"), (None, None)]) == (1,)
    assert varying([(1, 1)]) == (0,)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[SqliteConnection]:
    (tmp_path / "t.db").touch()
    made = SqliteConnection(tmp_path / "t.db", write=True, patience=1.0)
    made.run("CREATE TABLE t (seq INTEGER PRIMARY KEY, run INTEGER, a TEXT, b REAL, c INTEGER)")
    yield made
    made.close()


_CELL = st.sampled_from([None, 1, 2])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(
    cells=st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=4),
    rows=st.integers(MANY - 2, 3 * MANY),
    missing=st.integers(0, 2),
)
def test_what_is_the_same_in_all_rows_is_written_to_each(
    connection: SqliteConnection, cells: list[tuple[int | None, ...]], rows: int, missing: int
) -> None:
    connection.run("DELETE FROM t")
    first = [(at, 7, "x", None, None) for at in range(rows)]
    assert connection.run_many(Insert("t", ("seq", "run", "a", "b", "c")), first) == rows
    assert connection.all("SELECT * FROM t ORDER BY seq") == first
    update = Update("t", ("b", "c", "a", "run_key", "seq", "was"), {"run_key": "run", "seq": "seq", "was": "a"})
    facts = [cells[at % len(cells)] for at in range(rows)]
    new = [(*each[:2], str(each[2]), 7, at, "x") for at, each in enumerate(facts)]
    connection.run("DELETE FROM t WHERE seq < ?", (missing,))
    assert connection.run_many(update, new) == rows - missing
    expected = [(at, 7, str(each[2]), *each[:2]) for at, each in enumerate(facts)][missing:]
    assert connection.all("SELECT * FROM t ORDER BY seq") == expected
