"""What people and programs ask of runs, stored before it is answered."""

from __future__ import annotations

import json
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from penstock.errors import TransitionError
from penstock.model.commands import OF_ANYONE
from penstock.store.connection import Connection
from penstock.store.ownership import WITH_ANOTHER
from penstock.store.times import micros
from penstock.store.words import RUN_OVER, listed

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


#: The answer to what is asked too late.
OVER_BEFORE: Final = {
    "code": TransitionError.code, "detail": "the run was over before", "cure": "retry or replay it to run it again",
}  # fmt: skip
_OF_ANYONE: Final = listed(OF_ANYONE)
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
    connection.announce()
    return int(row[0])


def waiting(connection: Connection, owner: int, limit: int = 100) -> list[Command]:
    """Wishes for runs of that owner that nobody looked at yet, in the order in which they came.

    Not those for runs that are over which any engine may obey (`for_anyone`).
    """
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM command WHERE state = 'waiting' AND EXISTS (SELECT 1 FROM run "
        "WHERE run.key = command.run_key AND run.owner = ? "
        f"AND NOT (command.kind IN {_OF_ANYONE} AND run.state IN {RUN_OVER})) ORDER BY id LIMIT ?",
        (owner, limit),
    )
    return [_command(row) for row in rows]


def for_anyone(connection: Connection, owner: int, limit: int = 100) -> list[Command]:
    """Wishes for runs that are over which need no owner, in the order in which they came; not those for runs that
    another engine than `owner` had last, and that is there.
    """
    rows = connection.all(
        f"SELECT {_COLUMNS} FROM command WHERE state = 'waiting' AND kind IN {_OF_ANYONE} AND EXISTS (SELECT 1 "
        f"FROM run WHERE run.key = command.run_key AND run.state IN {RUN_OVER} AND NOT {WITH_ANOTHER}) "
        "ORDER BY id LIMIT ?",
        (owner, limit),
    )
    return [_command(row) for row in rows]


def too_late(connection: Connection) -> list[int]:
    """Wishes that came when their run was over, and whoever had it was gone before it answered."""
    rows = connection.all(
        f"SELECT id FROM command WHERE state = 'waiting' AND kind NOT IN {_OF_ANYONE} AND EXISTS "
        "(SELECT 1 FROM run JOIN instance ON instance.id = run.owner WHERE run.key = command.run_key "
        f"AND run.state IN {RUN_OVER} AND instance.gone_at IS NOT NULL)"
    )
    return [row[0] for row in rows]


def is_ending(connection: Connection, run_key: int) -> bool:
    """Is a run being cancelled, or asked to be?"""
    row = connection.one(
        "SELECT 1 FROM run WHERE key = ? AND (state = 'cancelling' OR EXISTS (SELECT 1 FROM command "
        "WHERE command.run_key = run.key AND command.kind = 'cancel' AND command.state = 'waiting'))",
        (run_key,),
    )
    return row is not None


def who_forced(connection: Connection, run_key: int) -> str | None:
    """Who let a run start past its limits; None where nobody is named."""
    row = connection.one(
        "SELECT \"by\" FROM command WHERE run_key = ? AND kind = 'force-run' AND state = 'applied' ORDER BY id DESC",
        (run_key,),
    )
    return None if row is None else row[0]


def refuse_late(connection: Connection, now: float) -> None:
    """Answer what is too late, within a transaction that writes."""
    for number in too_late(connection):
        settle(connection, number, "refused", OVER_BEFORE, now)


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
