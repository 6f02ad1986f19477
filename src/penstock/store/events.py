"""The history of a run."""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.errors import UsageError
from penstock.store.connection import Connection, Row
from penstock.store.runs import Page
from penstock.store.times import iso

#: Events of a page, unless said otherwise, and at most.
PAGE: Final = 200
MOST: Final = 1000


_SELECT: Final = (
    "SELECT event.id, event.at, event.kind, task.task, task.map_index, task.label, event.n, event.data FROM event "
    "LEFT JOIN task_run_row AS task ON task.run_key = event.run_key AND task.seq = event.seq"
)


def by_people(connection: Connection, key: int, limit: int = 100) -> list[dict[str, Any]]:
    """What somebody has done to a run, oldest first: of its history, what tells by whom it was, the last of it."""
    rows = connection.all(
        f"{_SELECT} WHERE event.run_key = ? AND event.data LIKE ? AND event.data NOT LIKE ? "
        "ORDER BY event.id DESC LIMIT ?",
        # As the engine writes JSON; what only followed from such a decision says so.
        (key, '%"by": "%', '%"because": "%', limit),
    )
    return [_event(row) for row in reversed(rows)]


def list_events(
    connection: Connection,
    key: int,
    *,
    task: str | None = None,
    map_index: int | None = None,
    limit: int = PAGE,
    cursor: str | None = None,
) -> Page:
    """A part of a run's history, oldest first, as wire.EventPage; of one task (and item) where it is named.

    The empty task is the run itself: what happened to it, and to none of its tasks.

    Raises UsageError for a limit or cursor that is not one.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"a page of {limit} events can't be had", cure=f"ask for 1 to {MOST}")
    where = "event.run_key = ? AND event.id > ?"
    parameters: list[str | int] = [key, _after(cursor)]
    if task == "":
        where += " AND event.seq IS NULL"
    elif task is not None:
        item = "" if map_index is None else " AND map_index = ?"
        where += f" AND event.seq IN (SELECT seq FROM task_run_row WHERE run_key = ? AND task = ?{item})"
        parameters += [key, task, *(() if map_index is None else (map_index,))]
    rows = connection.all(f"{_SELECT} WHERE {where} ORDER BY event.id LIMIT ?", (*parameters, limit + 1))
    more = len(rows) > limit
    items = [_event(row) for row in rows[:limit]]
    return Page(items, str(items[-1]["id"]) if more else None)


def _after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise UsageError(f"'{cursor[:40]}' is no cursor of this list", cure="pass next_cursor as it was given")
    return int(cursor)


def _event(row: Row) -> dict[str, Any]:
    number, at, kind, task, map_index, label, n, data = row
    return {
        "id": number,
        "at": iso(at),
        "kind": kind,
        "task": task,
        "map_index": None if map_index == -1 else map_index,
        "label": label,
        "attempt": n,
        "data": None if data is None else json.loads(data),
    }
