"""Statements of the hot path: one text writes many rows.

Many rows go into one statement of SQLite because Python gives up its global lock for each step of a statement: 3,000
events took 7.8 ms row by row and 3.3 ms by the hundred on an idle machine, 3,459 ms against 47 ms next to a thread that
never waits. PostgreSQL gets the texts for one row.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Protocol

#: Parameters of one statement. SQLite allows 32,766; a prepared statement keeps about 30 bytes for each.
MOST_PARAMETERS: Final = 8192
#: Up to so many rows there is a text for every number; from here on for powers of two, so that few are prepared.
SMALL: Final = 8


class Statement(Protocol):
    """What `Connection.run_many` takes. Hashable; `width` counts the columns of a row."""

    @property
    def width(self) -> int: ...

    def text(self, rows: int) -> str:
        """The statement for that many rows, with `?` for every value in the order of rows and columns."""


class Insert:
    """`INSERT` of rows into `table`; `otherwise` is its `ON CONFLICT` clause."""

    def __init__(self, table: str, columns: tuple[str, ...], otherwise: str = "") -> None:
        self.width = len(columns)
        names = ", ".join(f'"{column}"' for column in columns)
        self._head = f"INSERT INTO {table} ({names}) VALUES "
        self._tail = f" ON CONFLICT {otherwise}" if otherwise else ""

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def text(self, rows: int) -> str:
        return self._head + _values(self.width, rows) + self._tail


class Update:
    """`UPDATE` of rows of `table`, each at most once. A row has the new facts, then what finds it.

    `columns` names all values of a row in order; `keys` of them, the last ones, find the row, by equality with the
    column that `keys` maps them to. `only` is a further condition on `t`.
    """

    def __init__(self, table: str, columns: tuple[str, ...], keys: dict[str, str], only: str = "") -> None:
        self.width = len(columns)
        facts = [column for column in columns if column not in keys]
        places = {column: f"v.column{at}" for at, column in enumerate(columns, 1)}
        tail = f" AND {only}" if only else ""
        self._one = (
            f"UPDATE {table} AS t SET {', '.join(f'{fact} = ?' for fact in facts)} "
            f"WHERE {' AND '.join(f't.{column} = ?' for column in keys.values())}{tail}"
        )
        self._head = f"UPDATE {table} AS t SET {', '.join(f'{fact} = {places[fact]}' for fact in facts)} FROM (VALUES "
        self._tail = f") AS v WHERE {' AND '.join(f't.{column} = {places[key]}' for key, column in keys.items())}{tail}"

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def text(self, rows: int) -> str:
        return self._one if rows == 1 else self._head + _values(self.width, rows) + self._tail


class Delete:
    """`DELETE` of rows of `table` that have these values in `keys`."""

    def __init__(self, table: str, keys: tuple[str, ...]) -> None:
        self.width = len(keys)
        self._head = f"DELETE FROM {table} WHERE ({', '.join(keys)}) IN (VALUES "

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def text(self, rows: int) -> str:
        return self._head + _values(self.width, rows) + ")"


def portions(rows: int, width: int) -> list[int]:
    """How many rows go into each statement, in order; they add up to `rows`."""
    most = SMALL
    while most * 2 * width <= MOST_PARAMETERS:
        most *= 2
    parts = [most] * (rows // most)
    rest = rows % most
    while rest:
        part = rest if rest <= SMALL else 1 << (rest.bit_length() - 1)
        parts.append(part)
        rest -= part
    return parts


def _values(width: int, rows: int) -> str:
    row = f"({', '.join('?' * width)})"
    return ", ".join([row] * rows)
