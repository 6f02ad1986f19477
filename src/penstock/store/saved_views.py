"""Saved views of the list of runs. Their names differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from penstock.errors import NameTaken, NotFound, StaleWrite, UsageError
from penstock.store.connection import Connection, Row
from penstock.store.texts import check_texts
from penstock.store.times import iso, micros

#: Views that are kept.
MOST: Final = 200
_COLUMNS: Final = "id, name, query, columns, created_at"


def list_views(connection: Connection) -> list[dict[str, Any]]:
    """All views by name, as wire.SavedView."""
    return [_view(row) for row in connection.all(f"SELECT {_COLUMNS} FROM saved_view ORDER BY lower(name), id")]


def create_view(connection: Connection, name: str, query: str, columns: Sequence[str], now: float) -> dict[str, Any]:
    """Keep a view. Raises NameTaken, UsageError when there are too many."""
    _check(name, query, columns)
    row = connection.one("SELECT count(*) FROM saved_view")
    if row is not None and row[0] >= MOST:
        raise UsageError(f"there are {MOST} views already", cure="delete one that nobody needs")
    row = _unique(
        connection,
        name,
        f"INSERT INTO saved_view (name, query, columns, created_at) VALUES (?, ?, ?, ?) RETURNING {_COLUMNS}",
        (name, query, json.dumps(list(columns)), micros(now)),
    )
    assert row is not None
    return _view(row)


def update_view(connection: Connection, view: int, name: str, query: str, columns: Sequence[str]) -> dict[str, Any]:
    """Change a view. Raises NotFound, NameTaken."""
    _check(name, query, columns)
    row = _unique(
        connection,
        name,
        f"UPDATE saved_view SET name = ?, query = ?, columns = ? WHERE id = ? RETURNING {_COLUMNS}",
        (name, query, json.dumps(list(columns)), view),
    )
    if row is None:
        raise _missing(view)
    return _view(row)


def delete_view(connection: Connection, view: int) -> None:
    """Forget a view. Raises NotFound."""
    if not connection.run("DELETE FROM saved_view WHERE id = ?", (view,)):
        raise _missing(view)


def _check(name: str, query: str, columns: Sequence[str]) -> None:
    if not name.strip():
        raise UsageError("a view needs a name")
    check_texts("view's name", [name], 80)
    check_texts("view's query", [query], 4000)
    check_texts("column", columns, 80)


def _unique(connection: Connection, name: str, sql: str, parameters: Sequence[Any]) -> Row | None:
    try:
        return connection.one(sql, parameters)
    except StaleWrite:
        raise NameTaken(f"there is a view '{name}' already", cure="choose another name, or change that view") from None


def _missing(view: int) -> NotFound:
    return NotFound(f"there is no view {view}", cure="somebody may have deleted it")


def _view(row: Row) -> dict[str, Any]:
    number, name, query, columns, created_at = row
    return {
        "id": number, "name": name, "query": query, "columns": json.loads(columns), "created_at": iso(created_at),
    }  # fmt: skip
