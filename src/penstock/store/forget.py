"""Wiping out the record of a run, for one who is about to write it anew in the same transaction."""

from __future__ import annotations

from typing import Final

from penstock.errors import Fenced
from penstock.model.ids import run_id
from penstock.store.connection import Connection

#: Tables with rows of runs. What people have added stays: labels, and wishes, which whoever has the run answers.
_TABLES: Final = ("task_run_row", "attempt", "artifact", "event", "metric", "sample", "timer", "result")


def run_state(connection: Connection, key: int) -> str | None:
    """The state of a run; None where there is none of that key."""
    row = connection.one("SELECT state FROM run WHERE key = ?", (key,))
    return None if row is None else str(row[0])


def forget_run(connection: Connection, key: int, owner: int, epoch: int) -> None:
    """Remove what was recorded of a run that `owner` holds in that epoch. Raises Fenced where it does not hold it."""
    if connection.run("DELETE FROM run WHERE key = ? AND owner = ? AND epoch = ?", (key, owner, epoch)) != 1:
        raise Fenced(f"run {run_id(key)} belongs to another engine now", run_key=key)
    for table in _TABLES:
        connection.run(f"DELETE FROM {table} WHERE run_key = ?", (key,))
