"""Applying decisions to a view: the transition table is asked, rows and wishes go to the outbox.

Nothing here decides and nothing waits; one pass costs what changed, whatever the size of the run.
"""

from __future__ import annotations

import json
from typing import Any

from penstock.engine.decisions import (
    CancelAttempts,
    Decision,
    EnterPhase,
    Expand,
    MoveRun,
    MoveTask,
    Resume,
    RetryLater,
    Settle,
)
from penstock.engine.outbox import Outbox
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.model.transitions import ATTEMPT, RUN, TASK_RUN, step
from penstock.ports.executor import Ended
from penstock.store.rows import NewArtifact


def apply(view: RunView, decisions: list[Decision], now: float, out: Outbox) -> None:
    """Change the view as decided. Raises TransitionError for what the state machine does not allow."""
    first = decisions[0]
    if isinstance(first, Settle | RetryLater | Expand) and view.ended:
        view.ended = []
    elif view.fans and isinstance(first, MoveTask) and first.task_run.children is not None:
        view.fans = []
    for decision in decisions:
        _APPLY[type(decision)](view, decision, now, out)


def take_started(attempt: Attempt, at: float, worker: str, out: Outbox) -> None:
    """An attempt's user code is running."""
    if attempt.state != "dispatched":
        return
    attempt.state = step(ATTEMPT, attempt.state, "start")
    attempt.started_at = at
    attempt.worker = worker
    out.mark_attempt(attempt)
    run = attempt.task_run
    if run.state == "queued":
        _start_task_run(run, attempt, at, out)


def _start_task_run(run: TaskRun, attempt: Attempt, at: float, out: Outbox) -> None:
    run.state = step(TASK_RUN, run.state, "start")
    run.started_at = at
    if run.first_started is None:
        run.first_started = at
    out.mark_task_run(run)
    out.event(run.run, run, attempt.n, at, "task_run.running")
    out.tell(run.run, run, at, n=attempt.n)


def _move_run(view: RunView, decision: MoveRun, now: float, out: Outbox) -> None:
    view.state = step(RUN, view.state, decision.event)
    view.reason = decision.reason
    out.mark_run(view)
    duration = None
    data = {"reason": decision.reason} if decision.reason else None
    if decision.event in ("start", "retry"):
        if view.again is not None:
            data, view.again, view.ended_at = view.again, None, None
        # A run that is retried began when it was begun first.
        view.started_at = view.started_at or now
        timeout = view.plan.spec.timeout
        if timeout is not None:
            out.set_timer(now + timeout, "run_timeout", view, None)
        view.touched = {run.seq: run for run in view.by_place if not run.unmet and run.state == "created"}
    if view.state in TERMINAL_RUN:
        view.ended_at = now
        duration = now - (view.started_at or now)
        if view.plan.spec.timeout is not None:
            out.drop_timer("run_timeout", view, None)
        out.over.append(view)
    out.event(view, None, None, now, "run." + view.state, data)
    out.tell(view, None, now, duration=duration, error=view.error)


def _move_task(view: RunView, decision: MoveTask, now: float, out: Outbox) -> None:
    run, event, reason = decision
    if event == "queue" and run.state == "retrying":
        view.due = [due for due in view.due if due is not run]
        out.drop_timer("retry", view, run)
    elif run.state == "retrying":
        out.drop_timer("retry", view, run)
    _enter(view, run, event, reason, now, out)


def _enter(view: RunView, run: TaskRun, event: str, reason: str | None, now: float, out: Outbox) -> None:
    """Move a task run that has no attempt to account for."""
    run.state = step(TASK_RUN, run.state, event)
    run.reason = reason
    out.mark_task_run(run)
    promise = run.promise if run.state == "queued" else None
    if promise is not None and promise.after is not None:
        now = promise.after.ended_at or now  # its worker did not wait for us
    out.event(view, run, None, now, "task_run." + run.state, {"reason": reason} if reason else None)
    if run.state == "queued":
        run.queued_at = now
        (out.promised if promise else out.held if view.strict else out.ready).append(run)
    elif run.state in TERMINAL_TASK:
        run.ended_at = now
        _over(view, run, out)
    out.tell(view, run, now)


def _settle(view: RunView, decision: Settle, now: float, out: Outbox) -> None:
    attempt, report, attempt_event, attempt_reason, event, reason = decision
    run = attempt.task_run
    _end_attempt(view, attempt, report, attempt_event, attempt_reason, out)
    if event is None:
        return
    if event == "settle_cancelled" and run.state == "queued":
        event = "cancel"
    run.state = step(TASK_RUN, run.state, event)
    run.reason = reason
    run.ended_at = report.ended_at
    out.mark_task_run(run)
    if event == "succeed":
        run.losses = 0
        _keep_outputs(view, run, attempt, report, out)
    elif run.state in ("failed", "warning"):
        run.error = report.error
    data = {"reason": reason} if reason else None
    out.event(view, run, attempt.n, report.ended_at, "task_run." + run.state, data)
    _over(view, run, out)
    began = attempt.started_at
    duration = None if began is None else report.ended_at - began
    out.tell(view, run, report.ended_at, n=attempt.n, duration=duration, error=run.error)


def _end_attempt(view: RunView, attempt: Attempt, report: Ended, event: str, reason: str | None, out: Outbox) -> None:
    run = attempt.task_run
    if report.started_at is not None and attempt.started_at is None:
        attempt.started_at = report.started_at
        attempt.worker = report.worker
        if run.state == "queued":
            _start_task_run(run, attempt, report.started_at, out)
    attempt.state = step(ATTEMPT, attempt.state, event)
    attempt.reason = reason
    attempt.ended_at = report.ended_at
    attempt.usage = report.usage
    attempt.error = report.error
    out.mark_attempt(attempt)
    run.live = None
    view.live -= 1


def _keep_outputs(view: RunView, run: TaskRun, attempt: Attempt, report: Ended, out: Outbox) -> None:
    at = int(report.ended_at * 1_000_000)
    for dataset, ref in report.outputs:
        kind, inline, path, size, digest, rows, columns, python_type, safe = ref
        text = None if columns is None else json.dumps(columns, ensure_ascii=False)
        row = NewArtifact(
            view.key, run.seq, attempt.n, dataset, kind, inline, path, size, digest, rows, text, python_type, safe, at,
        )  # fmt: skip
        out.artifacts.append(row)
        view.bytes += size or 0
        if run.parent is None:
            view.values[dataset] = ref
        elif run.parent.results is not None and run.map_index is not None:
            run.parent.results[dataset][run.map_index] = ref


def _retry_later(view: RunView, decision: RetryLater, now: float, out: Outbox) -> None:
    attempt, report, attempt_event, reason, delay, free = decision
    run = attempt.task_run
    _end_attempt(view, attempt, report, attempt_event, reason, out)
    run.losses = run.losses + 1 if report.outcome == "lost" else 0
    if not free:
        run.tries += 1
    run.state = step(TASK_RUN, run.state, "retry_later")
    run.reason = reason
    out.mark_task_run(run)
    out.event(view, run, attempt.n, report.ended_at, "task_run.retrying", {"reason": reason, "delay": delay})
    began = attempt.started_at
    duration = None if began is None else report.ended_at - began
    out.tell(view, run, now, n=attempt.n, duration=duration, error=report.error, retry_in=delay)
    out.set_timer(now + delay, "retry", view, run)


def _expand(view: RunView, decision: Expand, now: float, out: Outbox) -> None:
    parent, items, attempt, report = decision
    if attempt is not None and report is not None:
        _end_attempt(view, attempt, report, "succeed", None, out)
    else:
        parent.state = step(TASK_RUN, parent.state, "expand")
        parent.started_at = now
    parent.children = []
    parent.open_children = len(items)
    parent.results = {dataset: [None] * len(items) for dataset in parent.task.spec.outputs}
    out.mark_task_run(parent)
    out.event(view, parent, None, now, "task_run.expanded", {"items": len(items)})
    if not items:
        view.fans.append(parent)
        return
    view.open[parent.task.spec.role] += len(items)
    view.tasks_total += len(items) - 1
    out.mark_run(view)
    for index, (label, item) in enumerate(items):
        child = TaskRun(view, len(view.task_runs), parent.task, now)
        child.unmet = 0
        child.map_index, child.label, child.item, child.parent = index, label, item, parent
        view.task_runs.append(child)
        parent.children.append(child)
        _enter(view, child, "queue", None, now, out)


def _resume(view: RunView, decision: Resume, now: float, out: Outbox) -> None:
    parent = decision.task_run
    children = parent.children or []
    parent.state = step(TASK_RUN, parent.state, "expand")
    parent.started_at = now
    out.mark_task_run(parent)
    out.event(view, parent, None, now, "task_run.expanded", {"items": len(children)})
    if not parent.open_children:
        view.fans.append(parent)
    for child in children:
        if child.state == "created":
            _enter(view, child, "queue", None, now, out)


def _over(view: RunView, run: TaskRun, out: Outbox) -> None:
    """Count a task run that is over, and let those that wait for it know."""
    view.open[run.task.spec.role] -= 1
    state = run.state
    if not run.children:
        view.tasks_done += 1
        out.mark_run(view)
    if state == "failed":
        _count_failure(view, run)
    elif state == "warning" or (state == "cancelled" and view.state == "running"):
        view.warnings += 1
    if run.parent is not None:
        run.parent.open_children -= 1
        if not run.parent.open_children:
            view.fans.append(run.parent)
        return
    if run.results is not None and state in ("succeeded", "warning"):
        for dataset, refs in run.results.items():
            view.values[dataset] = {"list": refs}
    sliced = run.reason == "slice"
    for place in run.task.downstream:
        after = view.by_place[place]
        after.unmet -= 1
        if state in ("failed", "upstream_failed"):
            after.up_failed += 1
        elif state == "cancelled":
            after.up_cancelled += 1
        elif state == "skipped" and not sliced:
            after.up_skipped += 1
        view.touched[after.seq] = after


def _count_failure(view: RunView, run: TaskRun) -> None:
    view.failures += 1
    if view.failure_reason is None:
        view.failure_reason = run.reason
    if view.error is None and run.error is not None:
        where = {"task": run.task.name, "map_index": run.map_index, "label": run.label}
        view.error = {**where, **{key: value for key, value in run.error.items() if key != "names"}}


def _cancel_attempts(view: RunView, decision: CancelAttempts, now: float, out: Outbox) -> None:
    keys = [attempt.key for attempt in decision.attempts]
    out.cancel.extend(keys)
    if decision.final:
        out.cancel.extend(keys)  # an executor takes the second asking as the last
        view.forced = "done"


def _enter_phase(view: RunView, decision: EnterPhase, now: float, out: Outbox) -> None:
    view.phase = decision.phase
    for place in view.plan.roles[decision.phase]:
        run = view.by_place[place]
        if run.state in TERMINAL_TASK:
            continue
        if decision.skip:
            _enter(view, run, "skip", "trigger_rule", now, out)
        elif not run.unmet:
            view.touched[run.seq] = run


_APPLY: dict[type, Any] = {
    MoveRun: _move_run,
    MoveTask: _move_task,
    Settle: _settle,
    RetryLater: _retry_later,
    Expand: _expand,
    Resume: _resume,
    CancelAttempts: _cancel_attempts,
    EnterPhase: _enter_phase,
}
