"""Which runs fit a filter, in an order, after a place (docs/decisions/0006-lists-by-index.md)."""

from __future__ import annotations

from typing import Any

from penstock.store.connection import Connection
from penstock.store.filters import Conditions
from penstock.store.sorts import Place, Sort


def fitting(connection: Connection, found: Conditions, sort: Sort, after: Place | None, limit: int) -> list[Place]:
    """Places of the first `limit` runs that fit after that place."""
    if sort.by_key:
        return _with_value(connection, found, sort, after, limit)
    places: list[Place] = []
    if after is None or after.value is not None:
        places = _with_value(connection, found, sort, after, limit)
        after = None
    if len(places) < limit:
        places += _without_value(connection, found, sort, after, limit - len(places))
    return places


def _with_value(connection: Connection, found: Conditions, sort: Sort, after: Place | None, limit: int) -> list[Place]:
    texts, parameters = list(found.texts), list(found.parameters)
    sign = "<" if sort.descending else ">"
    if sort.by_key:
        if after is not None:
            texts.append(f"key {sign} ?")
            parameters.append(after.key)
    else:
        texts.append(f"{sort.column} IS NOT NULL")
        if after is not None:
            # Not (value, key) < (?, ?): SQLite finds no index for an expression in a row value.
            texts.append(f"{sort.column} {sign}= ? AND ({sort.column} {sign} ? OR key {sign} ?)")
            parameters += [after.value, after.value, after.key]
    return _read(connection, "NULL" if sort.by_key else sort.column, texts, parameters, sort.order, limit)


def _without_value(
    connection: Connection, found: Conditions, sort: Sort, after: Place | None, limit: int
) -> list[Place]:
    texts, parameters = [*found.texts, f"{sort.column} IS NULL"], list(found.parameters)
    if after is not None:
        texts.append(f"key {'<' if sort.descending else '>'} ?")
        parameters.append(after.key)
    order = f"ORDER BY key {'DESC' if sort.descending else 'ASC'}"
    return _read(connection, "NULL", texts, parameters, order, limit)


def _read(
    connection: Connection, column: str, texts: list[str], parameters: list[Any], order: str, limit: int
) -> list[Place]:
    where = f"WHERE {' AND '.join(texts)}" if texts else ""
    rows = connection.all(f"SELECT {column}, key FROM run {where} {order} LIMIT ?", (*parameters, limit))
    return [Place(*row) for row in rows]
