"""What people and programs ask of runs, stored before it is answered."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple, TypeAlias

from penstock.store.connection import Connection
from penstock.store.times import micros
from penstock.store.words import RUN_OVER

#: `waiting` until the run's owner looked at it; then what became of it.
State: TypeAlias = Literal["waiting", "applied", "refused"]


class Command(NamedTuple):
    """A wish. `arguments` and `outcome` are plain JSON; times in microseconds since 1970."""

    id: int
    run_key: int
    kind: str
    arguments: dict[str, Any]
    created_at: int
    by: str | None
    state: State
    outcome: Any
    applied_at: int | None


_COLUMNS = 'id, run_key, kind, arguments, created_at, "by", state, outcome, applied_at'


def add(
    connection: Connection, run_key: int, kind: str, arguments: dict[str, Any], now: float, by: str | None = None
) -> int:
    """Store a wish; its number."""
    row = connection.one(
        'INSERT INTO command (run_key, kind, arguments, created_at, "by", state) '
        "VALUES (?, ?, ?, ?, ?, 'waiting') RETURNING id",
        (run_key, kind, json.dumps(arguments), micros(now), by),
    )
    assert row is not None
    return int(row[0])


def waiting(connection: Connection, owner: int, limit: int = 100) -> list[Command]:
    """Wishes for runs of that owner that nobody looked at yet, in the order in which they came.

    Not those to try runs again that are over: they have no owner any more (`to_retry`).
    """
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM command WHERE state = 'waiting' AND EXISTS (SELECT 1 FROM run "
        "WHERE run.key = command.run_key AND run.owner = ? "
        f"AND NOT (command.kind = 'retry' AND run.state IN {RUN_OVER})) ORDER BY id LIMIT ?",
        (owner, limit),
    )
    return [_command(row) for row in rows]


def to_retry(connection: Connection, limit: int = 100) -> list[Command]:
    """Wishes to try runs again that are over, whoever had them, in the order in which they came."""
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM command WHERE state = 'waiting' AND kind = 'retry' AND EXISTS (SELECT 1 FROM run "
        f"WHERE run.key = command.run_key AND run.state IN {RUN_OVER}) ORDER BY id LIMIT ?",
        (limit,),
    )
    return [_command(row) for row in rows]


def find(connection: Connection, command: int) -> Command | None:
    """The wish of that number."""
    row = connection.one(f"SELECT {_COLUMNS} FROM command WHERE id = ?", (command,))
    return None if row is None else _command(row)


def settle(connection: Connection, command: int, state: State, outcome: Any, now: float) -> bool:
    """Store what became of a wish. False when somebody settled it before."""
    return (
        connection.run(
            "UPDATE command SET state = ?, outcome = ?, applied_at = ? WHERE id = ? AND state = 'waiting'",
            (state, json.dumps(outcome), micros(now), command),
        )
        == 1
    )


def _command(row: tuple[Any, ...]) -> Command:
    number, run_key, kind, arguments, created_at, by, state, outcome, applied_at = row
    after = None if outcome is None else json.loads(outcome)
    return Command(number, run_key, kind, json.loads(arguments), created_at, by, state, after, applied_at)
