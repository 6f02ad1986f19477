"""Why tasks that are queued do not begin: what they wait for, and who has it. As it is now: nothing of it is on record.

The engine gives out workers in the order of the queue, and then looks at what else a task needs (engine/limits.py). It
is told the other way round: room in a pool may take as long as other runs hold it, workers come free all the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, Final, Literal, NamedTuple

from penstock.model.ids import run_id
from penstock.store import instances
from penstock.store.connection import Connection
from penstock.store.slots import POOL
from penstock.store.versions import spec_of

#: What is waited for: `engine` is one that has the run, `turn` that other items of the task end.
On = Literal["engine", "turn", "pool", "gpus", "workers"]
Document = dict[str, Any]

_LIVE: Final = "attempt.state IN ('dispatched', 'running')"  # as the index has it
_QUEUED: Final = "SELECT seq, task FROM task_run_row WHERE run_key = ? AND state = 'queued'"
_OUT: Final = (
    "SELECT run.key, task.task FROM run "
    f"JOIN attempt ON attempt.run_key = run.key AND {_LIVE} "
    "JOIN task_run_row AS task ON task.run_key = attempt.run_key AND task.seq = attempt.seq "
    "WHERE run.state IN ('running', 'paused', 'cancelling') AND run.owner = ? AND attempt.state = 'running'"
)


class _Cause(NamedTuple):
    on: On
    name: str | None
    #: How many of it a task needs.
    need: int
    held: int
    #: None where only its engine knows.
    most: int | None
    by: tuple[int, ...]


def waits_of(
    connection: Connection, key: int, now: float, *, task: str | None = None, map_index: int | None = None
) -> list[Document]:
    """What queued tasks of a run wait for, as wire.Wait, first what most of them do; of one task (and item) if named.

    Nothing is told of a run that rests or is over, nor of tasks that are about to begin.
    """
    run = connection.one("SELECT state, owner FROM run WHERE key = ?", (key,))
    queued = _queued(connection, key, task, map_index)
    owner = None if run is None or run[0] != "running" or run[1] is None else instances.find(connection, run[1])
    if owner is None or not queued:
        return []
    if instances.is_dead(owner, instances.clock(connection, now)):
        gone: _Cause | None = _Cause("engine", None, 1, 0, None, ())
        causes = dict.fromkeys(queued, gone)
    else:
        causes = _Reasons(connection, key, owner).of(queued)
    found: dict[_Cause, list[str]] = {}
    for seq, cause in causes.items():
        if cause is not None:
            found.setdefault(cause, []).append(queued[seq])
    return [_document(cause, tasks) for cause, tasks in sorted(found.items(), key=lambda entry: -len(entry[1]))]


def _queued(connection: Connection, key: int, task: str | None, map_index: int | None) -> dict[int, str]:
    where = "" if task is None else " AND task = ?"
    where += "" if map_index is None else " AND map_index = ?"
    given = [part for part in (task, map_index) if part is not None]
    return dict(connection.all(f"{_QUEUED}{where} ORDER BY seq", (key, *given)))


class _Reasons:
    """What one engine has under way, and the definition of one of its runs."""

    def __init__(self, connection: Connection, key: int, owner: instances.Instance) -> None:
        self._connection = connection
        self._key = key
        self._workers = owner.workers
        self._tasks = {key: _tasks(connection, key)}
        self._out = [(run, self._spec(run, name)) for run, name in connection.all(_OUT, (owner.id,))]

    def of(self, queued: Mapping[int, str]) -> dict[int, _Cause | None]:
        """By task run. All items of a task wait for the same, but for those that a pool has let in."""
        slots = self._connection.all(
            "SELECT seq FROM slot WHERE run_key = ? AND seq >= 0 AND place IS NOT NULL AND name LIKE ?",
            (self._key, f"{POOL}%"),
        )
        let_in = {row[0] for row in slots} & queued.keys()
        asked = {(name, inside) for name, inside in ((queued[seq], seq in let_in) for seq in queued)}
        told = {place: self._of_task(*place) for place in asked}
        return {seq: told[name, seq in let_in] for seq, name in queued.items()}

    def _of_task(self, name: str, let_in: bool) -> _Cause | None:
        spec = self._spec(self._key, name)
        needs = spec.get("resources", {})
        return (
            self._turn(name, spec)
            or (None if let_in else self._pool(needs))
            or self._gpus(needs)
            or self._free_worker(needs)
        )

    def _turn(self, name: str, spec: Document) -> _Cause | None:
        most = spec.get("concurrency")
        row = most and self._connection.one(
            "SELECT count(*) FROM attempt JOIN task_run_row AS task ON task.run_key = attempt.run_key "
            f"AND task.seq = attempt.seq WHERE attempt.run_key = ? AND {_LIVE} AND task.task = ?",
            (self._key, name),
        )
        return _Cause("turn", name, 1, row[0], most, (self._key,)) if row and row[0] >= most else None

    def _pool(self, needs: Document) -> _Cause | None:
        pool = needs.get("pool")
        rows = pool and self._connection.all(
            "SELECT run_key FROM slot WHERE name = ? AND place >= 0 ORDER BY since, run_key", (POOL + pool,)
        )
        return _Cause("pool", pool, 1, len(rows), None, _each(row[0] for row in rows)) if rows else None

    def _gpus(self, needs: Document) -> _Cause | None:
        need = needs.get("gpu") or 0
        holders = [(run, gpus) for run, spec in self._out if (gpus := spec.get("resources", {}).get("gpu") or 0)]
        held = sum(gpus for _, gpus in holders)
        by = _each(run for run, _ in holders)
        return _Cause("gpus", None, ceil(need), ceil(held), None, by) if need and held else None

    def _free_worker(self, needs: Document) -> _Cause | None:
        need, held = _workers(needs), sum(_workers(spec.get("resources", {})) for _, spec in self._out)
        if self._workers is None or held + need <= self._workers:
            return None
        return _Cause("workers", None, need, held, self._workers, _each(run for run, _ in self._out))

    def _spec(self, key: int, name: str) -> Document:
        if key not in self._tasks:
            self._tasks[key] = _tasks(self._connection, key)
        spec: Document = self._tasks[key].get(name, {})
        return spec


def _tasks(connection: Connection, key: int) -> Document:
    tasks: Document = (spec_of(connection, key) or {}).get("tasks", {})
    return tasks


def _workers(needs: Document) -> int:
    """How many workers a task keeps busy: a part of a core takes one too."""
    return max(1, ceil(needs.get("cpu") or 1))


def _each(runs: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(runs))


#: Tasks and runs that are told by name.
_NAMED: Final = 5


def _document(cause: _Cause, tasks: list[str]) -> Document:
    return {
        "on": cause.on,
        "name": cause.name,
        "need": cause.need,
        "held": cause.held,
        "most": cause.most,
        "by_runs": [run_id(key) for key in cause.by[:_NAMED]],
        "tasks": list(Counter(tasks))[:_NAMED],
        "count": len(tasks),
    }
