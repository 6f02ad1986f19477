"""Orders of the list of runs, and the cursors that lead from page to page.

A page begins after a place: the value that the list is sorted by, and the run's key where values are equal. So a page
costs the same wherever it is. Runs without the value come last, in both directions.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Final

from penstock.errors import UsageError
from penstock.store.duration import DURATION

_COLUMNS: Final = {
    "created_at": "run.key", "started_at": "run.started_at", "ended_at": "run.ended_at", "duration": DURATION,
    "bytes": "run.bytes",
}  # fmt: skip
#: A leading `-` means the latest, longest, largest first.
SORTS: Final = tuple(f"{sign}{name}" for name in _COLUMNS for sign in ("-", ""))
_LARGEST: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Sort:
    """An order. `column` is what SQL sorts by: the key, or a value that may be NULL."""

    name: str
    column: str
    descending: bool

    @property
    def by_key(self) -> bool:
        """Is it the order of creation, which every run has a place in?"""
        return self.column == "run.key"

    @property
    def order(self) -> str:
        """The clause ORDER BY for runs that have the value."""
        direction = "DESC" if self.descending else "ASC"
        return (
            f"ORDER BY run.key {direction}"
            if self.by_key
            else f"ORDER BY {self.column} {direction}, run.key {direction}"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """The last run of a page: its value (None where it has none, or the order is that of creation) and its key."""

    value: int | None
    key: int


def sort_of(name: str) -> Sort:
    """The order of that name. Raises UsageError, which lists the right ones."""
    if name not in SORTS:
        raise UsageError(f"runs can't be sorted by '{name[:40]}'", cure=f"sort by {', '.join(SORTS)}")
    return Sort(name, _COLUMNS[name.removeprefix("-")], name.startswith("-"))


def cursor_of(sort: Sort, place: Place) -> str:
    """A place as text that means nothing to others."""
    text = json.dumps([sort.name, place.value, place.key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(sort: Sort, cursor: str) -> Place:
    """The place that a cursor stands for. Raises UsageError for a cursor of another list."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, value, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        name = value = key = None
    if name != sort.name or not _is_number(key) or not (value is None or _is_number(value)):
        raise UsageError(
            f"'{cursor[:40]}' is no cursor of this list", cure="pass next_cursor as it was given, with the same sort"
        )
    return Place(value, key)


def _is_number(value: object) -> bool:
    return type(value) is int and -_LARGEST <= value < _LARGEST
