"""Writing a commit: all of it, or nothing of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from penstock.errors import Fenced, StaleWrite
from penstock.model.ids import run_id
from penstock.store import rows, slots
from penstock.store.connection import Connection
from penstock.store.error_text import error_text, mask_of
from penstock.store.rows import Commit, Fence
from penstock.store.slots import Holder, Want
from penstock.store.statements import Delete, Insert, Statement, Update
from penstock.store.version_holds import share


class _Step(NamedTuple):
    """One kind of rows. `exact`: every row must change one row of the database."""

    kind: str
    what: str
    statement: Statement
    exact: bool


_EXPECTED: Final = {"expected": "row_version"}
_OF_ERROR: Final = ("error_text", "error_mask")
_SAME_PLACE: Final = {"run_key": "run_key", "seq": "seq"}

#: In the order that the database must see them: an attempt ends before the next one of its task run begins.
_STEPS: Final = (
    _Step("new_runs", "run", Insert("run", ("trigger_kind", *_OF_ERROR, *rows.NewRun._fields)), exact=True),
    _Step("labels", "label", Insert("label", ("run_key", "key", "value")), exact=True),
    _Step("new_task_runs", "task run", Insert("task_run_row", rows.NewTaskRun._fields), exact=True),
    _Step(
        "attempt_updates",
        "attempt",
        Update(
            "attempt", rows.AttemptUpdate._fields, {**_SAME_PLACE, "n": "n"}, "t.state IN ('dispatched', 'running')"
        ),
        exact=True,
    ),
    _Step("new_attempts", "attempt", Insert("attempt", rows.NewAttempt._fields), exact=True),
    _Step("artifacts", "artifact", Insert("artifact", rows.NewArtifact._fields), exact=True),
    _Step(
        "results",
        "result",
        Insert(
            "result",
            rows.NewResult._fields,
            "(key) DO UPDATE SET run_key = excluded.run_key, seq = excluded.seq, made_at = excluded.made_at",
        ),
        exact=False,
    ),
    _Step(
        "task_run_updates",
        "task run",
        Update("task_run_row", rows.TaskRunUpdate._fields, {**_SAME_PLACE, **_EXPECTED}),
        exact=True,
    ),
    _Step(
        "run_updates",
        "run",
        Update("run", (*_OF_ERROR, *rows.RunUpdate._fields), {"key": "key", **_EXPECTED}),
        exact=True,
    ),
    _Step("run_progress", "run", Update("run", rows.RunProgress._fields, {"key": "key", **_EXPECTED}), exact=True),
    _Step("run_bytes", "run", Update("run", rows.RunBytes._fields, {"key": "key"}), exact=True),
    _Step("run_params", "run", Update("run", rows.RunParams._fields, {"key": "key"}), exact=True),
    _Step("run_options", "run", Update("run", rows.RunOptions._fields, {"key": "key"}), exact=True),
    _Step("events", "event", Insert("event", rows.NewEvent._fields), exact=True),
    _Step("metrics", "metric", Insert("metric", rows.NewMetric._fields), exact=True),
    # Two samples of one microsecond say the same.
    _Step("samples", "sample", Insert("sample", rows.NewSample._fields, "DO NOTHING"), exact=False),
    _Step("timers_gone", "timer", Delete("timer", ("run_key", "kind", "seq")), exact=False),
    _Step(
        "timers",
        "timer",
        Insert("timer", rows.NewTimer._fields, "(run_key, kind, seq) DO UPDATE SET due_at = excluded.due_at"),
        exact=False,
    ),
    # One that somebody else has settled stays as it is.
    _Step(
        "commands",
        "command",
        Update("command", rows.CommandSettled._fields, {"id": "id", "run_key": "run_key"}, "t.state = 'waiting'"),
        exact=False,
    ),
    _Step("slots_over", "slot", Delete("slot", ("run_key",)), exact=False),
    _Step("slots_gone", "slot", Delete("slot", ("run_key", "seq", "n")), exact=False),
)

_VERSION: Final = Insert("pipeline_version", rows.NewVersion._fields, "DO NOTHING")
_PIPELINE: Final = Insert(
    "pipeline",
    ("namespace", "pipeline", "version", "seen_at"),
    "(namespace, pipeline) DO UPDATE SET version = excluded.version, seen_at = excluded.seen_at "
    "WHERE excluded.seen_at >= pipeline.seen_at",
)
_OWNER: Final = {
    "sqlite": "SELECT owner, epoch FROM run WHERE key = ?",
    # Held to the end of the transaction, so that nobody can take the run over in between. Not FOR SHARE: two that
    # share a row and then both change it wait for each other.
    "postgresql": "SELECT owner, epoch FROM run WHERE key = ? FOR NO KEY UPDATE",
}


def apply(connection: Connection, commit: Commit) -> None:
    """Write a commit within the transaction that `connection` has begun.

    Raises Fenced when a run that it touches belongs to somebody else, StaleWrite when a row is not as it was expected;
    then the transaction must be rolled back. A row stands in a commit at most once.
    """
    if commit.fences:
        _check_fences(connection, commit.fences)
    if commit.versions:
        _note_versions(connection, commit.versions)
    for step in _STEPS:
        new: Sequence[Any] = getattr(commit, step.kind)
        if new:
            if step.kind in _DERIVED:
                new = [(*_DERIVED[step.kind](run), *run) for run in new]
            changed = connection.run_many(step.statement, new)
            if step.exact and changed != len(new):
                raise StaleWrite(
                    f"{len(new) - changed} of {len(new)} rows ({step.what}) were changed by somebody else",
                    kind=step.kind,
                )
    if commit.slots_past or commit.slot_asks:
        _settle_slots(connection, commit)


def _settle_slots(connection: Connection, commit: Commit) -> None:
    """Give out slots: after those that this commit gives back."""
    for key in commit.slots_past:
        slots.force(connection, key)
    commit.granted.clear()  # of a transaction that was undone
    now = time.time()
    for ask in commit.slot_asks:
        holder = Holder(ask.run_key, ask.seq, ask.n)
        if slots.take(connection, holder, [Want(ask.name, ask.most)], ask.since, now) is None:
            commit.granted.append(ask)
        else:
            slots.wait(connection, holder, ask.name, ask.since)


def _of_new_run(run: rows.NewRun) -> tuple[str, str | None, int | None]:
    return json.loads(run.trigger).get("kind") or "manual", *_of_run_update(run)


def _of_run_update(run: rows.NewRun | rows.RunUpdate) -> tuple[str | None, int | None]:
    text = None if run.error is None else error_text(json.loads(run.error))
    return text, None if text is None else mask_of(text)


#: What lists need of a run, reckoned from its other facts: it comes before them in the statements.
_DERIVED: Final[dict[str, Callable[[Any], tuple[Any, ...]]]] = {
    "new_runs": _of_new_run, "run_updates": _of_run_update,
}  # fmt: skip


def _check_fences(connection: Connection, fences: list[Fence]) -> None:
    sql = _OWNER[connection.dialect]
    # In one order, so that two writers never hold what the other waits for.
    for fence in sorted(fences) if len(fences) > 1 else fences:
        row = connection.one(sql, (fence.run_key,))
        if row is None or row != (fence.owner, fence.epoch):
            raise Fenced(
                f"run {run_id(fence.run_key)} " + ("is gone" if row is None else "belongs to another engine now"),
                run_key=fence.run_key,
            )


def note_version(connection: Connection, version: rows.NewVersion) -> None:
    """Write down a version without a run. Its pipeline keeps the one that it has now."""
    _write_versions(connection, [version])


def note_recorded(connection: Connection, versions: list[rows.NewVersion]) -> None:
    """Write down versions of runs that were made elsewhere. No worker could load them, as they have no code: where a
    pipeline has a version that one can, that stays the one it has now.
    """
    _write_versions(connection, versions)
    _note_versions(connection, [new for new in versions if not _has_code(connection, new)])


def _has_code(connection: Connection, new: rows.NewVersion) -> bool:
    return bool(_code_now(connection, new)[0])


def _code_now(connection: Connection, new: rows.NewVersion) -> tuple[dict[str, Any], bool]:
    """The code of the version that the pipeline has now, {} for none; and is it that of a file that is watched?"""
    row = connection.one(
        "SELECT known.spec, pipeline.present FROM pipeline JOIN pipeline_version AS known "
        "ON known.namespace = pipeline.namespace "
        "AND known.pipeline = pipeline.pipeline AND known.version = pipeline.version "
        "WHERE pipeline.namespace = ? AND pipeline.pipeline = ?",
        (new.namespace, new.pipeline),
    )
    return ({}, False) if row is None else (json.loads(row[0]).get("code") or {}, bool(row[1]))


def _is_of_other_environment(connection: Connection, new: rows.NewVersion) -> bool:
    """Is it the code that the project of a pipeline has now, in another environment than the project is watched in?"""
    if '"env"' not in new.spec:
        return False
    code = json.loads(new.spec).get("code") or {}
    now, watched = _code_now(connection, new)
    return watched and now.get("digest") == code.get("digest") and now.get("options") != code.get("options")


def _note_versions(connection: Connection, versions: list[rows.NewVersion]) -> None:
    """A version is written once; its pipeline remembers which was used last, in the environment that it is found in."""
    _write_versions(connection, versions)
    latest = {(new.namespace, new.pipeline): new for new in versions if not _is_of_other_environment(connection, new)}
    used = [(new.namespace, new.pipeline, new.version, new.created_at) for new in latest.values()]
    connection.run_many(_PIPELINE, used)


def _write_versions(connection: Connection, versions: list[rows.NewVersion]) -> None:
    """Those that are there already stay so until this is on record."""
    for new in versions:
        share(connection, new.namespace, new.pipeline, new.version)
    connection.run_many(_VERSION, versions)
