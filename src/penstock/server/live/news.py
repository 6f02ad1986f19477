"""What changed, read from the store and written as bytes."""

from __future__ import annotations

from typing import Any, Final

from penstock.model.ids import run_id
from penstock.server.live import frames
from penstock.server.live.frames import Batch
from penstock.store import changes
from penstock.store.changes import Since
from penstock.store.connection import Connection
from penstock.store.times import iso, micros

#: Runs of a batch; when more changed at once, lists are read anew.
MOST_RUNS: Final = 500


def batch(connection: Connection, since: Since, watched: frozenset[int]) -> Batch:
    """What happened, for all and for those who watch one of these runs."""
    if since.more or len(since.runs) + len(since.deleted) > MOST_RUNS:
        return Batch(since.last, watched, anew=True)
    told: list[dict[str, Any]] = [{"kind": "pipelines"}] if since.definitions else []
    told += changes.run_changes(connection, since.runs)
    if since.deleted:
        told.append({"kind": "deleted", "ids": since.deleted})
    of_runs, anew = {}, set()
    for key in watched.intersection(since.runs):
        seqs = [seq for run, seq in since.tasks if run == key]
        if len(seqs) > changes.MOST_TASKS:
            anew.add(key)
        elif seqs:
            of_runs[key] = frames.listed(changes.task_changes(connection, key, run_id(key), seqs))
    return Batch(since.last, watched, frames.listed(told), of_runs, anew_runs=frozenset(anew))


def resumed(connection: Connection, after: int, until: int, watched: int | None, now: float) -> bytes | None:
    """The event for somebody who was told all up to `after`, with all up to `until`; None when that is too much."""
    if after > until:
        return None  # of another database
    since = changes.since(connection, after, now, until=until)
    found = batch(connection, since, frozenset() if watched is None else frozenset([watched]))
    return None if found.starts_over(watched) else found.frame(watched)


def snapshot(connection: Connection, last: int, watched: str | None, now: float) -> bytes:
    """The event from which somebody goes on who knows nothing."""
    document = {
        "id": last,
        "now": iso(micros(now)),
        "counts": changes.state_counts(connection),
        "watched": watched,
    }
    return frames.snapshot(last, document)
