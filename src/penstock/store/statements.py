"""Statements of the hot path: one text writes many rows.

Many rows go into one statement of SQLite because Python gives up its global lock for each step of a statement: 3,000
events took 7.8 ms row by row and 3.3 ms by the hundred on an idle machine, 3,459 ms against 47 ms next to a thread that
never waits. Most columns of many rows have one value in all of them: those are bound once, and only what varies stands
in the list (inserts of 1,000 task runs take half of the time then). PostgreSQL gets the texts for one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Protocol

#: Parameters of one statement. SQLite allows 32,766; a prepared statement keeps about 30 bytes for each.
MOST_PARAMETERS: Final = 8192
#: Up to so many rows there is a text for every number; from here on for powers of two, so that few are prepared.
SMALL: Final = 8
#: From so many rows on it pays to look which columns vary, where that is at most half of them.
MANY: Final = 32


class Statement(Protocol):
    """What `Connection.run_many` takes. Hashable; `width` counts the columns of a row, `facts` those but its keys."""

    @property
    def width(self) -> int: ...

    @property
    def facts(self) -> int: ...

    def text(self, rows: int) -> str:
        """The statement for that many rows, with `?` for every value in the order of rows and columns."""

    def narrow(self, rows: int, varying: tuple[int, ...]) -> str | None:
        """The same where only these columns vary: `?` for the facts that don't, for what varies in the order of rows,
        for the keys that don't. None: there is no such text.
        """


class Insert:
    """`INSERT` of rows into `table`; `otherwise` is its `ON CONFLICT` clause."""

    def __init__(self, table: str, columns: tuple[str, ...], otherwise: str = "") -> None:
        self.width = self.facts = len(columns)
        names = ", ".join(f'"{column}"' for column in columns)
        self._into = f"INSERT INTO {table} ({names}) "
        self._head = f"{self._into}VALUES "
        self._tail = f" ON CONFLICT {otherwise}" if otherwise else ""

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def text(self, rows: int) -> str:
        return self._head + _values(self.width, rows) + self._tail

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def narrow(self, rows: int, varying: tuple[int, ...]) -> str | None:
        if self._tail:
            return None  # its ON would be read as that of a join
        listed = f"FROM (VALUES {_values(len(varying), rows)}) AS v"
        return f"{self._into}SELECT {', '.join(_places(self.width, varying))} {listed}"


class Update:
    """`UPDATE` of rows of `table`, each at most once. A row has the new facts, then what finds it.

    `columns` names all values of a row in order; `keys` of them, the last ones, find the row, by equality with the
    column that `keys` maps them to. `only` is a further condition on `t`.
    """

    def __init__(self, table: str, columns: tuple[str, ...], keys: dict[str, str], only: str = "") -> None:
        self.width = len(columns)
        facts = [column for column in columns if column not in keys]
        self.facts = len(facts)
        self._columns, self._keys, self._table = columns, keys, table
        places = {column: f"v.column{at}" for at, column in enumerate(columns, 1)}
        self._only = tail = f" AND {only}" if only else ""
        self._one = (
            f"UPDATE {table} AS t SET {', '.join(f'{fact} = ?' for fact in facts)} "
            f"WHERE {' AND '.join(f't.{column} = ?' for column in keys.values())}{tail}"
        )
        self._head = f"UPDATE {table} AS t SET {', '.join(f'{fact} = {places[fact]}' for fact in facts)} FROM (VALUES "
        self._tail = f") AS v WHERE {' AND '.join(f't.{column} = {places[key]}' for key, column in keys.items())}{tail}"

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def text(self, rows: int) -> str:
        return self._one if rows == 1 else self._head + _values(self.width, rows) + self._tail

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def narrow(self, rows: int, varying: tuple[int, ...]) -> str | None:
        places = list(zip(self._columns, _places(self.width, varying), strict=True))
        sets = ", ".join(f"{column} = {place}" for column, place in places[: self.facts])
        finds = " AND ".join(f"t.{self._keys[column]} = {place}" for column, place in places[self.facts :])
        listed = f"FROM (VALUES {_values(len(varying), rows)}) AS v"
        return f"UPDATE {self._table} AS t SET {sets} {listed} WHERE {finds}{self._only}"


class Delete:
    """`DELETE` of rows of `table` that have these values in `keys`."""

    def __init__(self, table: str, keys: tuple[str, ...]) -> None:
        self.width, self.facts = len(keys), 0
        self._head = f"DELETE FROM {table} WHERE ({', '.join(keys)}) IN (VALUES "

    @cache  # noqa: B019 - statements are made once, when their module is loaded
    def text(self, rows: int) -> str:
        return self._head + _values(self.width, rows) + ")"

    def narrow(self, rows: int, varying: tuple[int, ...]) -> str | None:  # noqa: ARG002 - few are deleted at a time
        return None


def varying(columns: Sequence[tuple[Any, ...]]) -> tuple[int, ...]:
    """The places of columns that do not have one value in all rows; at least one."""
    found = []
    for at, column in enumerate(columns):
        first = column[0]
        if column[-1] != first or column.count(first) != len(column):
            found.append(at)
    return tuple(found or [0])


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


def _places(width: int, varying: tuple[int, ...]) -> list[str]:
    """What stands for each column: a parameter, or the column of the list that has what varies."""
    places = ["?"] * width
    for at, column in enumerate(varying, 1):
        places[column] = f"v.column{at}"
    return places
