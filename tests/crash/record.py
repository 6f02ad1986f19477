"""What a database says of its runs, as plain rows: the laws are told of these, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from penstock.store.connection import Connection
from penstock.store.definitions import NO_RUN


class Run(NamedTuple):
    """`owner` is the instance that has it, or had it last. Times in microseconds since 1970."""

    key: int
    id: str
    state: str
    reason: str | None
    generation: int
    owner: int | None
    ended_at: int | None


class Task(NamedTuple):
    """A task run. `map_index` is -1 without an item, `items` how many items a fan-out's parent has."""

    run_key: int
    seq: int
    task: str
    map_index: int
    generation: int
    state: str
    reason: str | None
    items: int | None
    ended_at: int | None


class Attempt(NamedTuple):
    """One try of a task run."""

    run_key: int
    seq: int
    n: int
    state: str
    ended_at: int | None


class Event(NamedTuple):
    """`seq` is None for what happened to the run itself; `data` is what is told besides, as JSON."""

    run_key: int
    seq: int | None
    kind: str
    data: str | None


class Command(NamedTuple):
    """A wish, and what became of it."""

    id: int
    run_key: int
    kind: str
    state: str
    outcome: str | None
    applied_at: int | None


class Artifact(NamedTuple):
    """A value that was kept: in a file where it has a path."""

    run_key: int
    path: str | None
    bytes: int | None
    digest: str | None


class Slot(NamedTuple):
    """A place of a limit that a run has (`seq` -1), or an attempt of it; None while it is waited for."""

    name: str
    run_key: int
    seq: int
    n: int
    place: int | None


class Record(NamedTuple):
    """All of it that is about runs; events in the order in which they were written.

    `alive`: instances that have not gone.
    """

    runs: list[Run]
    tasks: list[Task]
    attempts: list[Attempt]
    events: list[Event]
    commands: list[Command]
    artifacts: list[Artifact]
    slots: list[Slot]
    alive: frozenset[int]


def read_record(connection: Connection) -> Record:
    """The record of a database."""

    def rows(kind: Any, table: str, order: str, where: str = "") -> list[Any]:
        columns = ", ".join(f'"{column}"' for column in kind._fields)
        return [kind(*row) for row in connection.all(f"SELECT {columns} FROM {table} {where} ORDER BY {order}")]

    alive = connection.all("SELECT id FROM instance WHERE gone_at IS NULL")
    return Record(
        rows(Run, "run", "key"),
        rows(Task, "task_run_row", "run_key, seq"),
        rows(Attempt, "attempt", "run_key, seq, n"),
        rows(Event, "event", "id", f"WHERE run_key <> {NO_RUN}"),
        rows(Command, "command", "id"),
        rows(Artifact, "artifact", "run_key, seq, n, dataset"),
        rows(Slot, "slot", "name, run_key, seq, n") if _is_there(connection, "slot") else [],
        frozenset(row[0] for row in alive),
    )


def _is_there(connection: Connection, table: str) -> bool:
    if connection.dialect == "sqlite":
        return connection.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)) is not None
    return connection.one("SELECT 1 WHERE to_regclass(?) IS NOT NULL", (table,)) is not None


def picked(kind: Any, rows: Iterable[Any]) -> list[Any]:
    """The same of rows of another kind, that have more to tell."""
    fields = kind._fields
    return [kind(*[getattr(row, field) for field in fields]) for row in rows]
