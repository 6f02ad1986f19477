"""Is the database sound? Its file, and the laws that its rows must keep."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from penstock.errors import StoreCorrupt
from penstock.model.ids import run_id
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.definitions import NO_RUN
from penstock.store.deletion import UNFINISHED
from penstock.store.words import ATTEMPT_OVER, ATTEMPT_STATES, RUN_OVER, RUN_STATES, TASK_OVER, TASK_STATES

#: Broken rows that are told of for each law; one is enough to act.
MOST: Final = 20


class Problem(NamedTuple):
    """A law that is broken: what is wrong, in which run (its id, None for the file), and what to do."""

    law: str
    message: str
    run: str | None
    cure: str


class _Law(NamedTuple):
    """`query` gives (run key, what) for rows that break it."""

    name: str
    query: str
    cure: str


_RETRY: Final = "end the engine that owns the run, then `penstock runs list` settles it; keep a copy for a report"
_REPORT: Final = "no command of Penstock writes this: keep a copy of the database and report it"
#: Runs that were deleted, and of which some rows are still to be erased.
_DELETED: Final = f"(SELECT run_key FROM command WHERE {UNFINISHED})"
_FREE: Final = "start `penstock up` once: it gives back what nobody holds any more"
_RESTORE: Final = "rows are missing: restore the database from a backup, or delete the run"


def _orphans(table: str) -> _Law:
    return _Law(
        f"every {table} belongs to a run",
        f"SELECT DISTINCT run_key, '{table}' FROM {table} WHERE NOT EXISTS "
        f"(SELECT 1 FROM run WHERE run.key = {table}.run_key) AND run_key <> {NO_RUN} AND run_key NOT IN {_DELETED}",
        _RESTORE,
    )


def _childless(table: str) -> _Law:
    return _Law(
        f"every {table} belongs to a task run",
        f"SELECT DISTINCT run_key, '{table} of task run ' || seq FROM {table} WHERE NOT EXISTS "
        f"(SELECT 1 FROM task_run_row AS task WHERE task.run_key = {table}.run_key AND task.seq = {table}.seq) "
        f"AND run_key NOT IN {_DELETED}",
        _RESTORE,
    )


_LAWS: Final = (
    *(_orphans(table) for table in ("task_run_row", "attempt", "artifact", "event", "timer", "label", "command")),
    _orphans("slot")._replace(cure=_FREE),
    *(_childless(table) for table in ("attempt", "artifact", "metric", "sample", "result")),
    _Law(
        "every run has its version",
        "SELECT key, 'version ' || version FROM run WHERE NOT EXISTS (SELECT 1 FROM pipeline_version AS known WHERE "
        "known.namespace = run.namespace AND known.pipeline = run.pipeline AND known.version = run.version)",
        _RESTORE,
    ),
    _Law("a run's state is a word", f"SELECT key, state FROM run WHERE state NOT IN {RUN_STATES}", _REPORT),
    _Law(
        "a task run's state is a word",
        f"SELECT run_key, state FROM task_run_row WHERE state NOT IN {TASK_STATES}",
        _REPORT,
    ),
    _Law(
        "an attempt's state is a word",
        f"SELECT run_key, state FROM attempt WHERE state NOT IN {ATTEMPT_STATES}",
        _REPORT,
    ),
    _Law(
        "a run has an end exactly when it is over",
        f"SELECT key, state FROM run WHERE (ended_at IS NOT NULL) <> (state IN {RUN_OVER})",
        _REPORT,
    ),
    _Law(
        "a task run has an end exactly when it is over",
        f"SELECT run_key, task FROM task_run_row WHERE (ended_at IS NOT NULL) <> (state IN {TASK_OVER})",
        _REPORT,
    ),
    _Law(
        "an attempt has an end exactly when it is over",
        f"SELECT run_key, 'attempt ' || n || ' of task run ' || seq FROM attempt "
        f"WHERE (ended_at IS NOT NULL) <> (state IN {ATTEMPT_OVER})",
        _REPORT,
    ),
    _Law(
        "a run that is over has no task run under way",
        "SELECT task.run_key, task.task FROM task_run_row AS task JOIN run ON run.key = task.run_key "
        f"WHERE run.state IN {RUN_OVER} AND task.state NOT IN {TASK_OVER}",
        _RETRY,
    ),
    _Law(
        "a task run that is over has no attempt under way",
        "SELECT attempt.run_key, task.task FROM attempt JOIN task_run_row AS task ON task.run_key = attempt.run_key "
        f"AND task.seq = attempt.seq WHERE attempt.state NOT IN {ATTEMPT_OVER} AND task.state IN {TASK_OVER}",
        _RETRY,
    ),
    _Law(
        "a run that is over holds no slot",
        f"SELECT run_key, slot.name FROM slot JOIN run ON run.key = slot.run_key WHERE run.state IN {RUN_OVER}",
        _FREE,
    ),
    _Law(
        "a slot of an attempt is held no longer than that",
        "SELECT slot.run_key, slot.name FROM slot JOIN attempt ON attempt.run_key = slot.run_key "
        f"AND attempt.seq = slot.seq AND attempt.n = slot.n WHERE attempt.state IN {ATTEMPT_OVER}",
        _FREE,
    ),
    # The unique indexes see to these two, unless the database itself is damaged.
    _Law(
        "a task run has at most one attempt under way",
        f"SELECT run_key, 'task run ' || seq FROM attempt WHERE state NOT IN {ATTEMPT_OVER} "
        "GROUP BY run_key, seq HAVING count(*) > 1",
        _REPORT,
    ),
    _Law(
        "a task run succeeds once",
        "SELECT run_key, 'task run ' || seq FROM attempt WHERE state = 'succeeded' "
        "GROUP BY run_key, seq HAVING count(*) > 1",
        _REPORT,
    ),
    _Law(
        "a task run counts its attempts",
        "SELECT task.run_key, task.task FROM task_run_row AS task WHERE task.attempts < (SELECT count(*) FROM attempt "
        "WHERE attempt.run_key = task.run_key AND attempt.seq = task.seq)",
        _REPORT,
    ),
    # A run that nobody has claimed is in no epoch (store.requests), and may be withdrawn before.
    _Law(
        "epochs start at one",
        "SELECT key, 'epoch ' || epoch FROM run WHERE epoch <= 0 "
        "AND (owner IS NOT NULL OR state NOT IN ('created', 'queued', 'cancelled'))",
        _REPORT,
    ),
    _Law(
        "the owner of a run that is not over is known",
        f"SELECT key, 'owner ' || owner FROM run WHERE state NOT IN {RUN_OVER} AND owner IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM instance WHERE instance.id = run.owner)",
        _REPORT,
    ),
    _Law(
        "only a run that was retried has time between generations",
        "SELECT key, 'idle ' || idle FROM run WHERE idle < 0 OR (idle > 0 AND generation = 1)",
        _REPORT,
    ),
    _Law(
        "done tasks are at most all tasks",
        "SELECT key, tasks_done || ' of ' || tasks_total FROM run WHERE tasks_done > tasks_total OR tasks_done < 0",
        _REPORT,
    ),
)


def check(database: Database) -> list[Problem]:
    """All that is wrong with a database; an empty list when it is sound. It reads every row once."""
    try:
        with database.read() as connection:
            problems = _check_file(connection, database)
            for law in _LAWS:
                problems += _broken(connection, law)
    except StoreCorrupt as error:
        return [Problem("the file can be read", error.message, None, error.cure or "")]
    return problems


def _check_file(connection: Connection, database: Database) -> list[Problem]:
    """SQLite's own check of pages and indexes; PostgreSQL looks after its files itself."""
    if connection.dialect != "sqlite":
        return []
    assert isinstance(database.location, Path)
    cure = f"restore {database.location} from a backup, or save what can be read with `sqlite3 FILE .recover`"
    rows = connection.all(f"PRAGMA integrity_check({MOST})")
    return [Problem("the file is whole", row[0], None, cure) for row in rows if row[0] != "ok"]


def _broken(connection: Connection, law: _Law) -> list[Problem]:
    rows = connection.all(f"{law.query} LIMIT {MOST}")
    return [Problem(law.name, f"{law.name}, but not here: {row[1]}", run_id(row[0]), law.cure) for row in rows]
