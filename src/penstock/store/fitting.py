"""Which runs fit a filter, in an order, after a place (docs/decisions/0006-lists-by-index.md)."""

from __future__ import annotations

from typing import Final

from penstock.store.connection import Connection
from penstock.store.filters import Conditions, RunFilter, conditions
from penstock.store.sorts import Place, Sort, sort_of
from penstock.store.ways import ALL, BUDGETS, Way, order_index, way_to

#: No value is less. Not IS NOT NULL: for that SQLite looks at the run itself where an index is of an expression.
_LEAST: Final = -(1 << 62)


def fitting(connection: Connection, chosen: RunFilter, sort: Sort, after: Place | None, limit: int) -> list[Place]:
    """Places of the first `limit` runs that fit after that place. Raises UsageError for a wrong word of the filter."""
    found = conditions(chosen, connection.dialect)
    if sort.by_key:
        return _by_key(connection, way_to(connection, chosen, sort) or ALL, found, sort, after, limit)
    places: list[Place] = []
    if after is None or after.value is not None:
        places = _with_value(connection, chosen, found, sort, after, limit)
        after = None
    if len(places) < limit:
        found.add(f"{sort.column} IS NULL")
        way = way_to(connection, chosen, sort, absent=True) or ALL
        places += _by_key(connection, way, found, sort, after, limit - len(places))
    return places


def count_fitting(connection: Connection, chosen: RunFilter, limit: int) -> int:
    """How many runs fit, counted up to `limit`. Raises UsageError for a wrong word of the filter."""
    found = conditions(chosen, connection.dialect)
    way = way_to(connection, chosen, sort_of("-created_at")) or ALL
    sql = f"SELECT 1 FROM {way.source} {_where(found, way)} LIMIT ?"
    row = connection.one(f"SELECT count(*) FROM ({sql}) AS part", (*found.parameters, *way.parameters, limit))
    return 0 if row is None else int(row[0])


def _by_key(
    connection: Connection, way: Way, found: Conditions, sort: Sort, after: Place | None, limit: int
) -> list[Place]:
    every, (sign, order) = found.copy(), ("<", "DESC") if sort.descending else (">", "ASC")
    if after is not None:
        every.add(f"{way.key} {sign} ?", after.key)
    return _read(connection, way, "NULL", every, f"ORDER BY {way.key} {order}", limit)


def _with_value(
    connection: Connection, chosen: RunFilter, found: Conditions, sort: Sort, after: Place | None, limit: int
) -> list[Place]:
    every, rest = found.copy(), Conditions()
    for each in (every, rest):
        each.add(f"{sort.column} > {_LEAST}")
        if after is not None:
            # Not (value, key) < (?, ?): SQLite finds no index for an expression in a row value.
            sign = "<" if sort.descending else ">"
            text = f"{sort.column} {sign}= ? AND ({sort.column} {sign} ? OR run.key {sign} ?)"
            each.add(text, after.value, after.value, after.key)
    way = way_to(connection, chosen, sort)
    if way is not None:
        return _read(connection, way, sort.column, every, sort.order, limit)
    if not found.texts:
        return _read(connection, Way(order_index(sort)), sort.column, every, sort.order, limit)
    # Those that fit are many, so the first ones are probably near. Where they are not, all runs are looked at, once.
    for budget in BUDGETS:
        places = _read(connection, _near(sort, rest, budget), sort.column, _among(found, rest), sort.order, limit)
        if len(places) == limit:
            return places
    return _read(connection, ALL, sort.column, every, sort.order, limit)


def _near(sort: Sort, rest: Conditions, budget: int) -> Way:
    """The runs of the next `budget` entries of the order's own index."""
    entries = f"SELECT run.key FROM {order_index(sort)} {rest.where} {sort.order} LIMIT {budget}"
    return Way(f"({entries}) AS near CROSS JOIN run ON run.key = near.key")


def _among(found: Conditions, rest: Conditions) -> Conditions:
    """The conditions on those, after the parameters of the entries."""
    among = found.copy()
    among.parameters = rest.parameters + among.parameters
    return among


def _read(connection: Connection, way: Way, column: str, found: Conditions, order: str, limit: int) -> list[Place]:
    rows = connection.all(
        f"SELECT {column}, run.key FROM {way.source} {_where(found, way)} {order} LIMIT ?",
        (*found.parameters, *way.parameters, limit),
    )
    return [Place(*row) for row in rows]


def _where(found: Conditions, way: Way) -> str:
    texts = (*found.texts, *way.texts)
    return f"WHERE {' AND '.join(texts)}" if texts else ""
