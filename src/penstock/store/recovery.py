"""What an engine needs to take a run over: which runs are left alone, and all rows of one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple, cast

from penstock.store import instances
from penstock.store.connection import Connection, Row
from penstock.store.instances import Instance
from penstock.store.ownership import ORPHAN
from penstock.store.rows import NewArtifact, NewAttempt, NewRun, NewTaskRun, NewTimer
from penstock.store.times import micros
from penstock.store.words import ATTEMPT_OVER, RUN_OPEN

#: Runs taken over at a time, so that no transaction and no list grows without bound.
MOST: Final = 100


class StoredRun(NamedTuple):
    """All rows of a run. Task runs by seq, attempts by seq and n; `spec` is the version's JSON."""

    run: NewRun
    spec: str
    labels: dict[str, str]
    task_runs: list[NewTaskRun]
    attempts: list[NewAttempt]
    artifacts: list[NewArtifact]
    timers: list[NewTimer]

    @property
    def idle_from(self) -> int | None:
        """Since when a run that ran before waits for its turn to go on; None for any other.

        Nothing of its generation has begun: the task runs of that came to be when it was retried.
        """
        if self.run.state != "queued" or self.run.started_at is None:
            return None
        return max((row.created_at for row in self.task_runs), default=None)


#: A run whose last owner was the engine of `penstock up`: the next one goes on with it.
_OF_ENGINE: Final = "EXISTS (SELECT 1 FROM instance WHERE instance.id = run.owner AND instance.kind = 'engine')"
_KINDS: Final = {None: "", True: f" AND {_OF_ENGINE}", False: f" AND NOT {_OF_ENGINE}"}


def orphans(
    connection: Connection, expired_before: float, limit: int = MOST, *, of_engines: bool | None = None
) -> list[int]:
    """Keys of runs that are not over and whose owner was silent since `expired_before` (seconds), oldest first.

    `of_engines`: only those that an engine of `penstock up` had, or only the others.
    """
    rows = connection.all(
        f"SELECT run.key FROM run WHERE {ORPHAN}{_KINDS[of_engines]} ORDER BY run.key LIMIT ?",
        (micros(expired_before), limit),
    )
    return [row[0] for row in rows]


def owners(connection: Connection) -> list[Instance]:
    """Those that have runs which are not over, gone or not."""
    rows = connection.all(f"SELECT DISTINCT owner FROM run WHERE state IN {RUN_OPEN} AND epoch > 0")
    found = [instances.find(connection, row[0]) for row in rows if row[0] is not None]
    return [owner for owner in found if owner is not None]


def runs_of(connection: Connection, owners: Collection[int], limit: int = MOST) -> list[int]:
    """Keys of runs that are not over and belong to one of these, oldest first."""
    if not owners:
        return []
    places = ", ".join("?" * len(owners))
    rows = connection.all(
        f"SELECT key FROM run WHERE state IN {RUN_OPEN} AND epoch > 0 AND owner IN ({places}) ORDER BY key LIMIT ?",
        (*owners, limit),
    )
    return [row[0] for row in rows]


def live_attempts(connection: Connection, owners: Collection[int]) -> list[tuple[int, int, int, str]]:
    """Run key, seq, n and log of all attempts that are under way in runs which belong to one of these."""
    if not owners:
        return []
    places = ", ".join("?" * len(owners))
    rows = connection.all(
        "SELECT attempt.run_key, attempt.seq, attempt.n, COALESCE(attempt.log, '') FROM run "
        "JOIN attempt ON attempt.run_key = run.key "
        f"WHERE run.state IN {RUN_OPEN} AND attempt.state NOT IN {ATTEMPT_OVER} AND run.owner IN ({places})",
        tuple(owners),
    )
    return cast("list[tuple[int, int, int, str]]", [tuple(row) for row in rows])


def reported(connection: Connection, run_key: int, seq: int, n: int) -> list[tuple[int, str, str | None]]:
    """What an attempt has told that is on record: microseconds since 1970, name of a figure or kind of event, data."""
    place = (run_key, seq, n)
    figures = connection.all("SELECT at, name FROM metric WHERE run_key = ? AND seq = ? AND n = ?", place)
    events = connection.all("SELECT at, kind, data FROM event WHERE run_key = ? AND seq = ? AND n = ?", place)
    return [*((at, name, None) for at, name in figures), *((at, kind, data) for at, kind, data in events)]


def anything_abandoned(connection: Connection, now: float) -> bool:
    """Is an owner dead, or a run that ends with its owner without one? Settling that writes, so ask first."""
    if instances.dead(connection, now):
        return True
    return bool(orphans(connection, expired_before=0.0, limit=1, of_engines=False))


def last_sign(connection: Connection, key: int) -> int:
    """When a run, or the process that has it, was last heard of: microseconds since 1970."""
    row = connection.one(
        "SELECT max(at) FROM (SELECT beat_at AS at FROM instance WHERE id = (SELECT owner FROM run WHERE key = ?) "
        "UNION ALL SELECT max(at) FROM sample WHERE run_key = ? "
        "UNION ALL SELECT max(at) FROM event WHERE run_key = ?) AS sign",
        (key, key, key),
    )
    return 0 if row is None or row[0] is None else int(row[0])


def load_run(connection: Connection, key: int) -> StoredRun | None:
    """A run with everything that belongs to it, except its history; None when there is none."""
    run = run_row(connection, key)
    if run is None:
        return None
    spec = connection.one(
        "SELECT spec FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND version = ?",
        (run.namespace, run.pipeline, run.version),
    )
    labels = connection.all("SELECT key, value FROM label WHERE run_key = ? ORDER BY key", (key,))
    return StoredRun(
        run,
        "{}" if spec is None else spec[0],
        dict(cast("list[tuple[str, str]]", labels)),
        task_runs(connection, key),
        [NewAttempt(*row) for row in _rows(connection, "attempt", NewAttempt, key, "seq, n")],
        [
            NewArtifact(*row)._replace(safe=bool(row[NewArtifact._fields.index("safe")]))
            for row in _rows(connection, "artifact", NewArtifact, key, "seq, n, dataset")
        ],
        [NewTimer(*row) for row in _rows(connection, "timer", NewTimer, key, "kind, seq")],
    )


def run_row(connection: Connection, key: int) -> NewRun | None:
    """The row of a run itself."""
    row = connection.one(f"SELECT {_columns(NewRun)} FROM run WHERE key = ?", (key,))
    return None if row is None else NewRun(*row)


def task_runs(connection: Connection, key: int) -> list[NewTaskRun]:
    """Those of a run, by seq."""
    return [NewTaskRun(*row) for row in _rows(connection, "task_run_row", NewTaskRun, key, "seq")]


def _rows(connection: Connection, table: str, kind: type[NamedTuple], key: int, order: str) -> list[Row]:
    return connection.all(f"SELECT {_columns(kind)} FROM {table} WHERE run_key = ? ORDER BY {order}", (key,))


def _columns(kind: type[NamedTuple]) -> str:
    return ", ".join(f'"{column}"' for column in kind._fields)
