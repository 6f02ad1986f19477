"""Runs that were asked for: written by whoever asks (HTTP), claimed by the engine of `penstock up`.

Such a run is a row in state `created` with owner NULL, epoch 0 and no task runs. To claim it is to raise its epoch to
1. Nothing else may change it before that, except `withdraw`, and `queue` where a limit has no room for it: then it is
`queued`, and claimed in its turn. One that is given back has the epoch of its last owner, below 0, and is claimed in
the next: what nobody recorded of the last one may still run, and nothing else is to have its key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from penstock.errors import TransitionError
from penstock.model.ids import new_key, run_id
from penstock.store import slots
from penstock.store.connection import Connection
from penstock.store.labels import check_labels
from penstock.store.missing import no_pipeline
from penstock.store.rows import Commit, NewEvent, NewRun
from penstock.store.texts import check_texts
from penstock.store.times import micros
from penstock.store.version_holds import share
from penstock.store.versions import latest_version
from penstock.store.write import apply

#: The parts of a slice, as the column `selection` keeps them. `from_run` has one element, the id of a run, and
#: `replay_from` too, the task from which a run is repeated.
PARTS: Final = ("from", "to", "only", "tags", "from_run", "replay_from")

_NEW: Final = "state = 'created' AND owner IS NULL AND epoch <= 0"
_UNCLAIMED: Final = "state IN ('created', 'queued') AND owner IS NULL AND epoch <= 0"
_UNCLAIMED_NOW: Final = {
    "sqlite": f"SELECT 1 FROM run WHERE key = ? AND {_UNCLAIMED}",
    # Who finds the row locked leaves it to the one that holds it.
    "postgresql": f"SELECT 1 FROM run WHERE key = ? AND {_UNCLAIMED} FOR UPDATE SKIP LOCKED",
}
_CLAIM: Final = {
    "sqlite": f"UPDATE run SET owner = ?, epoch = abs(epoch) + 1 WHERE key = ? AND {_UNCLAIMED} RETURNING key",
    "postgresql": "UPDATE run SET owner = ?, epoch = abs(epoch) + 1 WHERE key = "
    f"(SELECT key FROM run WHERE key = ? AND {_UNCLAIMED} FOR UPDATE SKIP LOCKED) RETURNING key",
}


class Requested(NamedTuple):
    """A run as it was asked for. `spec` is the version's JSON ("{}" when it is gone), `created_at` microseconds.

    `selection` has the parts of a slice (`from`, `to`, `only`, `tags`), None for the whole pipeline; `from_run` is the
    id of the run that gives what the slice needs; `replay_of` that of the run that is repeated, from the task
    `replay_from` or whole. `row_version` and `epoch` are those of the row once it is claimed, `options` how it is to
    run where that is unusual.
    """

    key: int
    id: str
    pipeline: str
    namespace: str
    version: str
    spec: str
    type: str
    params: dict[str, Any]
    labels: dict[str, str]
    tags: list[str]
    trigger: dict[str, Any]
    selection: dict[str, list[str]] | None
    from_run: str | None
    replay_of: str | None
    replay_from: str | None
    facts: dict[str, Any] | None
    tasks_total: int
    created_at: int
    epoch: int
    row_version: int
    options: dict[str, Any]


def ask_for_run(
    connection: Connection,
    *,
    pipeline: str,
    now: float,
    namespace: str = "default",
    version: str | None = None,
    params: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    tags: Iterable[str] = (),
    type: str = "standard",
    selection: Mapping[str, list[str]] | None = None,
    trigger: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    replay_of: int | None = None,
    options: Mapping[str, Any] | None = None,
    tasks_total: int = 0,
    by: str | None = None,
    key: int | None = None,
) -> str:
    """Write a run for an engine to claim; its id. `version` None is the pipeline's latest; `selection` has `PARTS`;
    `by` is who asks, as the history tells it, `key` the one that the run has already.

    Raises NotFound when there is no such pipeline or version, UsageError for labels that can't be kept.
    """
    version = _version(connection, namespace, pipeline, version)
    tags, labels = list(tags), dict(labels or {})
    check_labels(labels)
    check_texts("tag", tags)
    key = new_key(now) if key is None else key
    parts = {part: list(names) for part, names in (selection or {}).items() if names}
    at = micros(now)
    row = NewRun(
        key, run_id(key), pipeline, namespace, version, type, "created", None, at, None, None, json.dumps(params or {}),
        json.dumps(trigger or {"kind": "manual", "name": None}), json.dumps(tags), json.dumps(parts) if parts else None,
        json.dumps(facts) if facts else None, None, replay_of, 1, None, tasks_total, 0, None, 0, 1,
        options=json.dumps(dict(options)) if options else None,
    )  # fmt: skip
    event = NewEvent(key, None, None, at, "run.created", None if by is None else json.dumps({"by": by}))
    apply(connection, Commit(new_runs=[row], labels=[(key, *label) for label in labels.items()], events=[event]))
    connection.announce()
    return row.id


def _version(connection: Connection, namespace: str, pipeline: str, version: str | None) -> str:
    """The version that is asked for, which stays until the transaction ends."""
    version = latest_version(connection, namespace, pipeline) if version is None else version
    if version is None:
        raise no_pipeline(connection, namespace, pipeline)
    if not share(connection, namespace, pipeline, version):
        raise no_pipeline(connection, namespace, pipeline, version)
    return version


def unclaimed(connection: Connection, limit: int = 100) -> list[int]:
    """Keys of runs that nobody looked at yet, oldest first. Costs next to nothing when there are none."""
    rows = connection.all(f"SELECT key FROM run WHERE {_NEW} ORDER BY key LIMIT ?", (limit,))
    return [row[0] for row in rows]


def claim(connection: Connection, key: int, owner: int) -> Requested | None:
    """Make the instance `owner` the owner of a run that was asked for, within a transaction that writes.

    None when somebody else has it, or it was withdrawn. Of any number who try at the same time, one succeeds.
    """
    if connection.one(_CLAIM[connection.dialect], (owner, key)) is None:
        return None
    return requested(connection, key)


def queue(connection: Connection, key: int, told: Mapping[str, Any], now: float) -> bool:
    """Say that a run waits for a slot, which is stood in line for in the same transaction (`slots.wait`).

    `told` goes into its history. False when it is claimed, withdrawn or queued already.
    """
    changed = connection.run(
        f"UPDATE run SET state = 'queued', reason = 'limit', row_version = row_version + 1 WHERE key = ? AND {_NEW}",
        (key,),
    )
    if changed:
        data = json.dumps({"reason": "limit", **told})
        apply(connection, Commit(events=[NewEvent(key, None, None, micros(now), "run.queued", data)]))
    return changed == 1


def is_unclaimed(connection: Connection, key: int) -> bool:
    """Is a run there to be claimed? Others leave it alone until the transaction, which writes, has ended."""
    return connection.one(_UNCLAIMED_NOW[connection.dialect], (key,)) is not None


def requested(connection: Connection, key: int) -> Requested | None:
    """What was asked for; None when there is no such run."""
    row = connection.one(
        "SELECT run.id, run.pipeline, run.namespace, run.version, known.spec, run.type, run.params, run.tags, "
        'run."trigger", run.selection, run.facts, run.tasks_total, run.created_at, run.epoch, run.row_version, '
        "run.replay_of, run.options "
        "FROM run LEFT JOIN pipeline_version AS known ON known.namespace = run.namespace "
        "AND known.pipeline = run.pipeline AND known.version = run.version WHERE run.key = ?",
        (key,),
    )
    if row is None:
        return None
    (
        identity, pipeline, namespace, version, spec, kind, params, tags, trigger, selection, facts, total, created_at,
        epoch, row_version, replay_of, options,
    ) = row  # fmt: skip
    labels = connection.all("SELECT key, value FROM label WHERE run_key = ? ORDER BY key", (key,))
    parts = json.loads(selection) if selection else {}
    from_run = next(iter(parts.pop("from_run", ())), None)
    replay_from = next(iter(parts.pop("replay_from", ())), None)
    return Requested(
        key, identity, pipeline, namespace, version, spec or "{}", kind, json.loads(params),
        dict(cast("list[tuple[str, str]]", labels)), json.loads(tags), json.loads(trigger), parts or None, from_run,
        None if replay_of is None else run_id(replay_of), replay_from, json.loads(facts) if facts else None, total,
        created_at, epoch, row_version, json.loads(options) if options else {},
    )  # fmt: skip


def check_own(asked: Requested) -> None:
    """Raise TransitionError for a run that another tool made: it was only recorded here."""
    if (asked.facts or {}).get("recorded_by", "penstock") != "penstock":
        raise TransitionError("the run was only recorded here", cure="run it again where it ran")


def complete(
    connection: Connection,
    key: int,
    params: Mapping[str, Any],
    labels: Mapping[str, str],
    tags: Iterable[str],
    facts: Mapping[str, Any] | None = None,
    selection: Mapping[str, list[str]] | None = None,
) -> None:
    """Write down what a claimed run really runs with: params with their defaults, labels and tags of the definition,
    what else is known of it, and the parts of a slice (`PARTS`) with the run that gives what it needs.
    """
    known = None if facts is None else json.dumps(dict(facts))
    parts = json.dumps(dict(selection)) if selection else None
    connection.run(
        "UPDATE run SET params = ?, tags = ?, facts = ?, selection = ? WHERE key = ?",
        (json.dumps(dict(params)), json.dumps(list(tags)), known, parts, key),
    )
    for name, value in labels.items():
        connection.run(
            'INSERT INTO label (run_key, "key", value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', (key, name, value)
        )


def give_back(connection: Connection, key: int) -> bool:
    """Let others claim a run whose engine went before it began anything. False when it had begun, or is over."""
    row = connection.one(
        "UPDATE run SET owner = NULL, epoch = -epoch WHERE key = ? AND state IN ('created', 'queued') AND epoch > 0 "
        "AND NOT EXISTS (SELECT 1 FROM task_run_row WHERE task_run_row.run_key = run.key) RETURNING state",
        (key,),
    )
    if row is not None and row[0] == "queued":
        slots.wait_again(connection, key)
    elif row is not None:
        slots.release(connection, key)
    return row is not None


def withdraw(connection: Connection, key: int, now: float, reason: str = "user") -> bool:
    """Cancel a run that nobody claimed yet, so that no engine is needed for it. False when somebody has claimed it."""
    at = micros(now)
    if not is_unclaimed(connection, key):
        return False
    changed = connection.run(
        "UPDATE run SET state = 'cancelled', reason = ?, ended_at = ?, row_version = row_version + 1 WHERE key = ?",
        (reason, at, key),
    )
    if changed:
        event = NewEvent(key, None, None, at, "run.cancelled", json.dumps({"reason": reason}))
        apply(connection, Commit(events=[event], slots_over=[(key,)]))
    return changed == 1
