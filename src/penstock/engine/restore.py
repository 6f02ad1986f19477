"""From the record of a run to its view, as the engine that wrote the record held it."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from penstock.engine.approvals import APPROVAL
from penstock.engine.dispatch import attempt_key, epoch_of
from penstock.engine.fanout import lists_of
from penstock.engine.plan import Plan
from penstock.engine.reckoning import reckon
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.errors import StoreCorrupt
from penstock.model.policy import longest_delay
from penstock.model.states import TERMINAL_ATTEMPT
from penstock.ports.executor import RunContext, Usage
from penstock.store.recovery import StoredRun
from penstock.store.rows import NewArtifact, NewAttempt, NewTaskRun

#: Reasons of a run that is being cancelled because it can't go on, not because somebody asked.
DOOMS: Final = ("disk_full",)


class Due(NamedTuple):
    """What waits for a moment (seconds since 1970). `longest`: the seconds that it may wait at all, whatever became of
    the clock while nobody worked.
    """

    at: float
    kind: str
    task_run: TaskRun | None
    longest: float


class Restored(NamedTuple):
    """A run as it stands on record, and what is to be done so that it goes on.

    `live` are attempts that the record has as under way, `queued` the task runs that wait for a worker.
    """

    view: RunView
    live: list[Attempt]
    queued: list[TaskRun]
    timers: list[Due]


def restore(stored: StoredRun, plan: Plan, context: RunContext, *, given: dict[str, Any]) -> Restored:
    """The run of a record. Time and memory grow with its rows.

    `given` maps datasets that a slice took from an earlier run to references. Raises StoreCorrupt when the record
    is not one of this plan.
    """
    view = RunView(stored.run.key, stored.run.id, plan, context, _seconds(stored.run.created_at))
    options = _take_run(view, stored)
    current = _take_task_runs(view, stored)
    if view.paused == "breakpoint" and "before" in options:
        view.before = view.task_runs[options["before"]]
    live = _take_attempts(view, stored)
    _take_fan_outs(view, current)
    view.values = {**given, **_values(view, stored, current)}
    _take_unmade(view, current)
    reckon(view)
    _take_ended_fan_outs(view)
    view.phase = _phase(view)
    view.touched = {run.seq: run for run in current if _is_to_be_looked_at(view, run)}
    if view.state == "paused" and view.reason == APPROVAL:
        view.touched = {}  # as it was when only people could go on with it
    queued = [run for run in current if run.state == "queued" and run.live is None]
    return Restored(view, live, queued, _timers(view, stored))


def _is_to_be_looked_at(view: RunView, run: TaskRun) -> bool:
    if run.state == "cancelling":
        return run.live is None and run.children is None  # what was given out of it is on no record
    return run.state == "created" and run.task.spec.role == view.phase


def _take_run(view: RunView, stored: StoredRun) -> dict[str, Any]:
    """Gives back how it was asked to run (record.options_of)."""
    row = stored.run
    view.trigger, view.tags = json.loads(row.trigger), json.loads(row.tags)
    view.selection = None if row.selection is None else json.loads(row.selection)
    view.facts = None if row.facts is None else json.loads(row.facts)
    view.labels = stored.labels
    options: dict[str, Any] = {} if row.options is None else json.loads(row.options)
    view.refresh, view.breakpoints = bool(options.get("refresh")), set(options.get("breakpoints", ()))
    view.stepping = bool(options.get("stepping"))
    view.state, view.reason = row.state, row.reason
    view.error = None if row.error is None else json.loads(row.error)
    view.started_at, view.ended_at = _time(row.started_at), _time(row.ended_at)
    view.idle, view.idle_from = row.idle / 1_000_000, _time(stored.idle_from)
    view.generation, view.epoch, view.stored_version = row.generation, row.epoch, row.row_version
    view.tasks_total, view.tasks_done, view.bytes = row.tasks_total, row.tasks_done, row.bytes or 0
    if row.state == "paused":
        view.paused = None if row.reason == APPROVAL else row.reason or "user"
        view.still = any(task.state == "paused" and task.kind != APPROVAL for task in stored.task_runs)
        view.paused_at = next((_seconds(timer.due_at) for timer in stored.timers if timer.kind == "paused"), None)
    view.timeout_at = next((_seconds(timer.due_at) for timer in stored.timers if timer.kind == "run_timeout"), None)
    if row.state == "cancelling":
        view.timed_out = row.reason == "timeout"
        view.doom = row.reason if row.reason in DOOMS else None
        view.asked = None if view.timed_out or view.doom else row.reason or "user"
    return options


def _take_task_runs(view: RunView, stored: StoredRun) -> list[TaskRun]:
    """All task runs, those of earlier generations too; the ones that count now are given back."""
    view.task_runs = [_task_run(view, row) for row in stored.task_runs]
    if [run.seq for run in view.task_runs] != list(range(len(view.task_runs))):
        raise _not_whole(view)
    chosen = {row.seq for row in current_rows(stored.task_runs)}
    current = [run for run in view.task_runs if run.seq in chosen]
    places = {run.task.place: run for run in current if run.map_index is None}
    if len(places) != len(view.plan.tasks):
        raise _not_whole(view)
    view.by_place = [places[place] for place in range(len(places))]
    return current


def current_rows(rows: list[NewTaskRun]) -> list[NewTaskRun]:
    """The task runs that count: of each task and item the one of the latest generation, in the order of their seq.

    Items are those of the parent's latest generation: of a fan-out that ran again over fewer, the rest is history.
    """
    latest: dict[tuple[str, int], NewTaskRun] = {}
    for row in rows:
        before = latest.get((row.task, row.map_index))
        if before is None or row.generation > before.generation:
            latest[row.task, row.map_index] = row
    return sorted(
        (row for (task, index), row in latest.items() if index < 0 or index < (latest[task, -1].items or 0)),
        key=lambda row: row.seq,
    )


def _not_whole(view: RunView) -> StoreCorrupt:
    return StoreCorrupt(f"the record of run {view.id} is not whole", cure="`penstock db check` tells more")


def _task_run(view: RunView, row: NewTaskRun) -> TaskRun:
    place = view.plan.places.get(row.task)
    if place is None:
        raise _not_whole(view)
    run = TaskRun(view, row.seq, view.plan.tasks[place], _seconds(row.created_at))
    run.map_index = None if row.map_index < 0 else row.map_index
    run.label, run.generation = row.label, row.generation
    run.state, run.reason = row.state, row.reason
    run.queued_at, run.started_at, run.ended_at = _time(row.queued_at), _time(row.started_at), _time(row.ended_at)
    run.attempts, run.stored_version = row.attempts, row.row_version
    run.item = None if row.item is None else json.loads(row.item)
    run.error = run.refusal = None if row.error is None else json.loads(row.error)
    if row.progress_done is not None:
        run.progress = (row.progress_done, row.progress_total)
    if row.items is not None:
        run.children, run.results = [], {dataset: [None] * row.items for dataset in run.task.spec.outputs}
    return run


def _take_attempts(view: RunView, stored: StoredRun) -> list[Attempt]:
    """What the attempts of each task run made of it; those that are under way."""
    live = []
    for row in stored.attempts:
        run = view.task_runs[row.seq]
        run.attempts = max(run.attempts, row.n)  # the row of a task run is not written for each dispatch
        if run.first_started is None:
            run.first_started = _time(row.started_at)
        if row.state not in TERMINAL_ATTEMPT:
            run.live = _attempt(view, run, row)
            view.live += 1
            live.append(run.live)
        elif row.state == "succeeded":
            run.losses, run.error = 0, None
        else:
            lost = row.state == "lost"
            run.losses = run.losses + 1 if lost else 0
            # A loss that no worker is to blame for is free (rules.settle_attempts).
            run.tries += not lost or row.reason == "worker_lost"
            if run.state in ("failed", "warning") and run.refusal is None:
                run.error = None if row.error is None else json.loads(row.error)
    return live


def _attempt(view: RunView, run: TaskRun, row: NewAttempt) -> Attempt:
    mode = "expand" if run.task.items and run.map_index is None else "run"
    key = attempt_key(view.key, run.seq, row.n, epoch_of(row.log or "", row.n))
    attempt = Attempt(key, run, row.n, _seconds(row.dispatched_at), row.log or "", mode)
    attempt.state, attempt.reason, attempt.worker = row.state, row.reason, row.worker
    attempt.started_at, attempt.stored = _time(row.started_at), True
    if row.cpu_seconds is not None:
        attempt.usage = Usage(row.cpu_seconds, row.peak_rss_bytes or 0, row.read_bytes or 0, row.written_bytes or 0)
    return attempt


def _take_fan_outs(view: RunView, current: list[TaskRun]) -> None:
    for run in current:
        if run.map_index is not None:
            parent = run.parent = view.by_place[run.task.place]
            run.unmet = 0
            assert parent.children is not None
            parent.children.append(run)
    for parent in view.by_place:
        if parent.children is not None:
            parent.children.sort(key=lambda child: child.map_index or 0)


def _take_ended_fan_outs(view: RunView) -> None:
    for parent in view.by_place:
        if parent.children is not None and not parent.open_children and parent.state == "running":
            view.fans[parent.seq] = parent


def _values(view: RunView, stored: StoredRun, current: list[TaskRun]) -> dict[str, Any]:
    counting = {run.seq for run in current}
    values: dict[str, Any] = {}
    for row in stored.artifacts:
        run = view.task_runs[row.seq]
        if row.seq not in counting:
            if run.map_index is None:
                view.earlier[row.dataset] = reference(row)
        elif run.parent is None:
            values[row.dataset] = reference(row)
        elif run.parent.results is not None and run.map_index is not None:
            run.parent.results[row.dataset][run.map_index] = reference(row)
    for run in view.by_place:
        values.update(lists_of(run))
    return values


def _take_unmade(view: RunView, current: list[TaskRun]) -> None:
    """What a task that a person took for done did not make; what an earlier generation made of it is read."""
    for run in current:
        if run.state != "succeeded" or run.reason != "user" or run.children:
            continue
        for dataset in run.task.spec.outputs:
            results = None if run.parent is None else run.parent.results
            if results is not None and run.map_index is not None:
                made = results[dataset][run.map_index] is not None
            else:
                made = dataset in view.values or dataset in view.earlier
                if made:
                    view.values.setdefault(dataset, view.earlier.get(dataset))
            if not made:
                item = "" if run.map_index is None else f"[{run.map_index}]"
                view.unmade[dataset] = f"task '{run.task.name}{item}' was set to succeeded by hand"


def reference(row: NewArtifact) -> list[Any]:
    """What stands for a stored value where workers and engine speak of it (ports.executor.Ref)."""
    columns = None if row.columns is None else json.loads(row.columns)
    return [
        row.kind, row.inline, row.path, row.bytes, row.digest, row.rows, columns, row.python_type, row.safe,
    ]  # fmt: skip


def _phase(view: RunView) -> str:
    """Where the run is: tasks, failure handlers, clean-up. A phase of which nothing has begun is entered again."""
    if view.open["task"]:
        return "task"
    if view.open["on_failure"]:
        return "on_failure" if _begun(view, "on_failure") else "task"
    if view.open["finally"] and not _begun(view, "finally"):
        return "on_failure"
    return "finally"


def _begun(view: RunView, role: str) -> bool:
    runs = [view.by_place[place] for place in view.plan.roles[role]]
    return any(run.state != "created" and run.reason != "slice" for run in runs)


def _timers(view: RunView, stored: StoredRun) -> list[Due]:
    #: When the last attempt of each task run ended: its next one waits since then.
    ended = {row.seq: row.ended_at for row in stored.attempts if row.ended_at is not None}
    timers = []
    for row in stored.timers:
        run = None if row.seq < 0 else view.task_runs[row.seq]
        longest = (view.plan.spec if run is None else run.task.spec).timeout or 0.0
        if row.kind == "retry" and run is not None:
            # Either may have been read from a clock that was wrong.
            waits = max(0, row.due_at - ended.get(row.seq, row.due_at)) / 1_000_000
            longest = min(waits, longest_delay(run.task.spec.retry, max(1, run.tries)))
        timers.append(Due(_seconds(row.due_at), row.kind, run, longest))
    return timers


def set_by_clock(view: RunView, now: float) -> None:
    """Let no time-out of a run be further off than it can be: the clock may have been set back meanwhile."""
    if view.paused_at is not None:
        ahead = max(0.0, view.paused_at - now)
        view.paused_at -= ahead
        if view.timeout_at is not None:
            view.timeout_at -= ahead
    elif view.timeout_at is not None:
        view.timeout_at = min(view.timeout_at, now + (view.plan.spec.timeout or 0.0))


def _time(micros: int | None) -> float | None:
    return None if micros is None else _seconds(micros)


def _seconds(micros: int) -> float:
    # Half of one more, so that whole microseconds (store.times.micros, which cuts off) give the same number again.
    return (micros + 0.5) / 1_000_000
