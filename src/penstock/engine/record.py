"""From what is dirty to the rows of one commit. A row says how things stand now, whatever happened between."""

from __future__ import annotations

import json
from typing import Any

from penstock.engine.outbox import Outbox
from penstock.engine.view import Attempt, RunView, Stored, TaskRun
from penstock.store.rows import (
    AttemptUpdate,
    Commit,
    Fence,
    NewAttempt,
    NewRun,
    NewTaskRun,
    NewVersion,
    RunBytes,
    RunOptions,
    RunParams,
    RunProgress,
    RunUpdate,
    TaskRunUpdate,
)
from penstock.store.times import micros


def take_commit(out: Outbox, owner: int, known_versions: set[tuple[str, str, str]]) -> tuple[Commit, list[RunView]]:
    """Empty the outbox's rows into a commit; the runs that it touches. Those that the database knows are fenced."""
    commit = Commit()
    touched: dict[int, RunView] = {}
    for view in out.runs:
        view.dirty = False
        _run_row(view, commit, owner, known_versions)
        touched[view.key] = view
    new_runs = {row.key for row in commit.new_runs}
    for run in out.task_runs:
        run.dirty = False
        _task_run_row(run, commit)
        touched[run.run.key] = run.run
    for attempt in out.attempts:
        attempt.dirty = False
        _attempt_row(attempt, commit)
        touched[attempt.task_run.run.key] = attempt.task_run.run
    if out.slots_over or out.slots_gone or out.slots_past or out.slot_asks:
        _slot_rows(out, commit, touched)
    commit.fences = [Fence(key, owner, view.epoch) for key, view in touched.items() if key not in new_runs]
    commit.artifacts, commit.events = out.artifacts, out.events
    # In one order, so that two engines which write the same keys never wait for each other.
    commit.results = sorted(out.results)
    commit.metrics, commit.samples = out.metrics, out.samples
    commit.timers_gone, commit.timers = list(out.gone_timers), list(out.new_timers.values())
    commit.commands, out.commands = list(out.commands.values()), {}
    out.runs, out.task_runs, out.attempts = [], [], []
    out.artifacts, out.results, out.events, out.metrics, out.samples = [], [], [], [], []
    out.gone_timers, out.new_timers = set(), {}
    return commit, list(touched.values())


def _slot_rows(out: Outbox, commit: Commit, touched: dict[int, RunView]) -> None:
    commit.slots_over = [(view.key,) for view in out.slots_over]
    commit.slots_past = [view.key for view in out.slots_past]
    for run, n in out.slots_gone:
        touched[run.run.key] = run.run
        commit.slots_gone.append((run.run.key, run.seq, n))
    for run, ask in out.slot_asks:
        touched[run.run.key] = run.run  # who has lost the run must not take a slot for it
        commit.slot_asks.append(ask)
    out.slots_over, out.slots_gone, out.slots_past, out.slot_asks = [], [], [], []


def _run_row(view: RunView, commit: Commit, owner: int, known: set[tuple[str, str, str]]) -> None:
    before = view.stored
    view.stored = Stored(
        view.state, view.reason, view.started_at, view.ended_at, view.generation, view.error, view.bytes,
        round(view.idle * 1_000_000),
    )  # fmt: skip
    if not view.stored_version:
        _new_run_row(view, commit, owner, known)
        return
    _changed_run_row(view, before, view.stored, commit)
    if view.edited:
        view.edited = False
        commit.run_params.append(RunParams(_json(view.params) or "{}", view.key))
    if view.rearranged:
        view.rearranged = False
        commit.run_options.append(RunOptions(_json(options_of(view)), view.key))


def _changed_run_row(view: RunView, before: Stored | None, now: Stored, commit: Commit) -> None:
    """Only what is new of a run; while its tasks run that is how far it is, and what it takes."""
    expected, view.stored_version = view.stored_version, view.stored_version + 1
    done, found = (view.tasks_total, view.tasks_done), (view.stored_version, view.key, expected)
    if before is None or before._replace(bytes=now.bytes) != now:
        update = RunUpdate(
            now.state, now.reason, micros(now.started_at), micros(now.ended_at), now.generation, _json(now.error),
            *done, now.bytes, now.idle, *found,
        )  # fmt: skip
        commit.run_updates.append(update)
        return
    commit.run_progress.append(RunProgress(*done, *found))
    if before.bytes != now.bytes:
        commit.run_bytes.append(RunBytes(now.bytes, view.key))


def _new_run_row(view: RunView, commit: Commit, owner: int, known: set[tuple[str, str, str]]) -> None:
    started, ended = micros(view.started_at), micros(view.ended_at)
    spec = view.plan.spec
    version = (spec.namespace, spec.name, view.plan.version)
    created = int(view.created_at * 1_000_000)
    if version not in known:
        known.add(version)
        commit.versions.append(NewVersion(*version, view.plan.text, created))
    row = NewRun(
        view.key, view.id, spec.name, spec.namespace, view.plan.version, view.type, view.state, view.reason,
        created, started, ended, _json(view.params) or "{}", _json(view.trigger) or "{}", _json(view.tags) or "[]",
        _json(view.selection), _json(view.facts), None, view.replay_of, view.generation, _json(view.error),
        view.tasks_total, view.tasks_done, owner, view.epoch, 1, view.bytes, _json(options_of(view)),
    )  # fmt: skip
    commit.new_runs.append(row)
    commit.labels.extend((view.key, name, value) for name, value in view.labels.items())
    view.stored_version = 1


def options_of(view: RunView) -> dict[str, Any]:
    """How the run was asked to run, where that is unusual, and where one of type debug is."""
    told = {"refresh": view.refresh, "breakpoints": sorted(view.breakpoints), "stepping": view.stepping}
    before = {} if view.before is None else {"before": view.before.seq}
    return {**{name: value for name, value in told.items() if value}, **before}


def _task_run_row(run: TaskRun, commit: Commit) -> None:
    done, total = run.progress or (None, None)
    items = None if run.children is None else len(run.children)
    queued, started, ended = micros(run.queued_at), micros(run.started_at), micros(run.ended_at)
    if run.stored_version:
        update = TaskRunUpdate(
            run.state, run.reason, queued, started, ended, run.attempts, items, done, total, _json(run.refusal),
            run.stored_version + 1, run.run.key, run.seq, run.stored_version,
        )  # fmt: skip
        commit.task_run_updates.append(update)
        run.stored_version += 1
        return
    spec = run.task.spec
    row = NewTaskRun(
        run.run.key, run.seq, spec.name, spec.kind, -1 if run.map_index is None else run.map_index, run.label,
        run.generation, run.state, run.reason, int(run.created_at * 1_000_000), queued, started, ended,
        run.attempts, items, _json(run.item), done, total, 1, _json(run.refusal),
    )  # fmt: skip
    commit.new_task_runs.append(row)
    run.stored_version = 1


def _attempt_row(attempt: Attempt, commit: Commit) -> None:
    cpu, peak, read, written = attempt.usage or (None, None, None, None)
    run = attempt.task_run
    started, ended = micros(attempt.started_at), micros(attempt.ended_at)
    if attempt.stored:
        update = AttemptUpdate(
            attempt.state, attempt.reason, started, ended, attempt.worker, cpu, peak, read, written,
            _json(attempt.error), run.run.key, run.seq, attempt.n,
        )  # fmt: skip
        commit.attempt_updates.append(update)
        return
    row = NewAttempt(
        run.run.key, run.seq, attempt.n, attempt.state, attempt.reason, int(attempt.dispatched_at * 1_000_000),
        started, ended, attempt.worker, cpu, peak, read, written, _json(attempt.error), attempt.log,
    )  # fmt: skip
    commit.new_attempts.append(row)
    attempt.stored = True


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
