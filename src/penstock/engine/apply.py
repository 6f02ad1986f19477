"""Applying decisions to a view: the transition table is asked, rows and wishes go to the outbox.

Nothing here decides and nothing waits; one pass costs what changed, whatever the size of the run.
"""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.engine.approvals import APPROVAL, asks, rejection
from penstock.engine.approvals import reference as answered
from penstock.engine.choices import refuse, set_states
from penstock.engine.decisions import (
    CancelAttempts,
    Decision,
    EnterPhase,
    Expand,
    GoOn,
    Look,
    MoveRun,
    MoveTask,
    Refuse,
    Resume,
    RetryLater,
    SetStates,
    Settle,
    StopBefore,
    Suspend,
    Take,
    TakeAnswer,
)
from penstock.engine.fanout import lists_of
from penstock.engine.outbox import Outbox
from penstock.engine.reckoning import count_before, error_from, note_failure
from penstock.engine.refuse import limit_error
from penstock.engine.restore import reference
from penstock.engine.reuse import CACHED, gives, result_key, takes
from penstock.engine.view import Attempt, RunView, Sought, TaskRun
from penstock.model.ids import run_id
from penstock.model.run_types import meaning_of
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.model.transitions import ATTEMPT, RUN, TASK_RUN, step
from penstock.ports.executor import Ended
from penstock.store.rows import NewArtifact, NewResult
from penstock.store.times import micros

#: The timer that tells on record since when a run is paused: its time-out goes on with what was left then.
PAUSED: Final = "paused"


def apply(view: RunView, decisions: list[Decision], now: float, out: Outbox) -> None:
    """Change the view as decided. Raises TransitionError for what the state machine does not allow."""
    first = decisions[0]
    if isinstance(first, Settle | RetryLater | Expand) and view.ended:
        view.ended = []
    elif view.fans and isinstance(first, MoveTask) and first.task_run.children is not None:
        view.fans = {}
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
    _start_task_run(attempt.task_run, attempt, at, out)


def _start_task_run(run: TaskRun, attempt: Attempt, at: float, out: Outbox) -> None:
    if run.state == "cancelling" and run.started_at is None:
        run.started_at = at  # it was quicker than the wish
        out.mark_task_run(run)
    if run.state != "queued":
        return
    run.state = step(TASK_RUN, run.state, "start")
    run.started_at = at
    if run.first_started is None:
        run.first_started = at
    out.mark_task_run(run)
    out.event(run.run, run, attempt.n, at, "task_run.running")
    out.tell(run.run, run, at, n=attempt.n)


def _move_run(view: RunView, decision: MoveRun, now: float, out: Outbox) -> None:
    rested = view.state == "paused"
    view.state = step(RUN, view.state, decision.event)
    view.reason = decision.reason
    out.mark_run(view)
    told: dict[str, Any] = {"reason": decision.reason} if decision.reason else {}
    if view.by and decision.event in ("cancel", "pause", "resume"):
        told["by"] = view.by
    if rested:
        _go_on(view, now, out)  # one that is cancelled has clean-up to do yet
    if decision.event == "pause":
        told |= _rest(view, decision.reason, now, out)
    elif decision.event in ("start", "retry"):
        told |= _begin(view, now, out)
    elif view.state == "queued" and view.barred is not None:
        told |= {**(view.again or {}), **view.barred.told}
        view.ended_at = None
    duration = None
    if view.state in TERMINAL_RUN:
        told |= _end(view, decision.reason, now, out)
        duration = now - (view.started_at or now) - view.idle
    out.event(view, None, None, now, "run." + view.state, told or None)
    out.tell(view, None, now, duration=duration, error=view.error)


def _begin(view: RunView, now: float, out: Outbox) -> dict[str, Any]:
    """The run starts, or starts again; what its history tells of that."""
    told: dict[str, Any] = {}
    if view.again is not None:
        told, view.again, view.ended_at = dict(view.again), None, None
    if view.past is not None:
        told["forced"] = view.past
    # A run that is retried began when it was begun first.
    view.started_at = view.started_at or now
    _count_idle(view, now)
    timeout = view.plan.spec.timeout
    if timeout is not None:
        view.timeout_at = now + timeout
        out.set_timer(view.timeout_at, "run_timeout", view, None)
    view.touched = {run.seq: run for run in view.by_place if not run.unmet and run.state == "created"}
    return told


def _end(view: RunView, reason: str | None, now: float, out: Outbox) -> dict[str, Any]:
    """The run is over; what its history tells of the limit that has ended it."""
    told: dict[str, Any] = {}
    _count_idle(view, now)
    view.ended_at, view.again = now, None  # what waited to begin again does not any more
    if view.slots:
        out.slots_over.append(view)
    if view.barred is not None:
        if reason == "limit" and view.state != "cancelled":
            told = view.barred.told
            if view.state == "failed":
                view.error = limit_error(view.barred)
        view.barred = None
    if view.plan.spec.timeout is not None:
        out.drop_timer("run_timeout", view, None)
    out.over.append(view)
    return told


def _count_idle(view: RunView, now: float) -> None:
    """What waited for its turn to go on has not run meanwhile."""
    if view.idle_from is not None:
        view.idle += max(0.0, now - view.idle_from)
        view.idle_from = None


def _rest(view: RunView, reason: str | None, now: float, out: Outbox) -> dict[str, Any]:
    """What was dispatched comes back unless it was begun; the run's time-out stands still. Gives back what the history
    tells of the place.
    """
    view.paused_at = now
    out.set_timer(now, PAUSED, view, None)
    out.stopped.append(("run_timeout", view))
    given = [attempt for run in view.task_runs if (attempt := run.live or run.promise) is not None]
    out.recall.extend(attempt.key for attempt in given if attempt.state == "dispatched")
    if reason == APPROVAL:
        view.touched = {}  # none of them may begin before somebody has answered
    return {} if view.before is None else {"task": view.before.task.name, "map_index": view.before.map_index}


def _go_on(view: RunView, now: float, out: Outbox) -> None:
    """What was held back while the run rested is looked at again; its time-out goes on with what was left."""
    out.drop_timer(PAUSED, view, None)
    if view.timeout_at is not None and view.paused_at is not None:
        view.timeout_at += max(0.0, now - view.paused_at)
        out.set_timer(view.timeout_at, "run_timeout", view, None)
    view.paused_at = None
    out.again.extend(view.rested)
    view.rested = []
    view.touched = {run.seq: run for run in view.task_runs if run.state == "created"}
    queued = [run for run in view.task_runs if run.state == "queued" and run.live is None]
    (out.held if view.strict else out.ready).extend(queued)


def _move_task(view: RunView, decision: MoveTask, now: float, out: Outbox) -> None:
    run, event, reason = decision
    if event == "queue" and run.state == "retrying":
        view.due.pop(run.seq, None)
        out.drop_timer("retry", view, run)
    elif run.state == "retrying":
        out.drop_timer("retry", view, run)
    if event == "ask":
        run.started_at = now
        if run.task.spec.timeout is not None:
            out.set_timer(now + run.task.spec.timeout, APPROVAL, view, run)
    elif asks(run) and run.state == "paused":
        out.drop_timer(APPROVAL, view, run)
    _enter(view, run, event, reason, now, out)


def _enter(view: RunView, run: TaskRun, event: str, reason: str | None, now: float, out: Outbox) -> None:
    """Move a task run whose attempt, if it has one, is not touched by that."""
    run.state = step(TASK_RUN, run.state, event)
    run.reason = reason
    out.mark_task_run(run)
    promise = run.promise if run.state == "queued" else None
    if promise is not None and promise.after is not None:
        now = promise.after.ended_at or now  # its worker did not wait for us
    out.event(view, run, None, now, "task_run." + run.state, {"reason": reason} if reason else None)
    if run.state == "queued":
        run.queued_at = now
        (out.promised if promise else out.held if view.strict or not view.stored_version else out.ready).append(run)
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
        _start_task_run(run, attempt, report.started_at, out)
    attempt.state = step(ATTEMPT, attempt.state, event)
    attempt.reason = reason
    attempt.ended_at = report.ended_at
    attempt.usage = report.usage
    attempt.error = report.error
    out.mark_attempt(attempt)
    run.live = None
    view.live -= 1
    if run.task.spec.resources.pool is not None:
        out.slots_gone.append((run, attempt.n))


def _keep_outputs(view: RunView, run: TaskRun, attempt: Attempt, report: Ended, out: Outbox) -> None:
    at = micros(report.ended_at)
    for dataset, ref in report.outputs:
        _keep(view, run, attempt.n, dataset, ref, at, out)
    if gives(view, run.task):
        key = run.sought.key if run.sought is not None else result_key(view, run)
        if key is not None:
            out.results.append(NewResult(key, view.key, run.seq, at))


def _keep(view: RunView, run: TaskRun, n: int, dataset: str, ref: list[Any], at: int, out: Outbox) -> None:
    """Put what was made of a dataset on record, by its reference, and hand it on."""
    kind, inline, path, size, digest, rows, columns, python_type, safe = ref
    text = None if columns is None else json.dumps(columns, ensure_ascii=False)
    row = NewArtifact(
        view.key, run.seq, n, dataset, kind, inline, path, size, digest, rows, text, python_type, safe, at
    )
    out.artifacts.append(row)
    view.bytes += size or 0
    _hand_on(view, run, dataset, ref)


def _hand_on(view: RunView, run: TaskRun, dataset: str, ref: list[Any]) -> None:
    if run.parent is None:
        view.values[dataset] = ref
    elif run.parent.results is not None and run.map_index is not None:
        run.parent.results[dataset][run.map_index] = ref


def _look(view: RunView, decision: Look, now: float, out: Outbox) -> None:
    decision.task_run.sought = Sought(decision.key)
    out.sought.append(decision.task_run)


def _stop_before(view: RunView, decision: StopBefore, now: float, out: Outbox) -> None:
    view.before, view.paused, view.rearranged = decision.task_run, "breakpoint", True
    _move_run(view, MoveRun("pause", view.paused), now, out)


def _take(view: RunView, decision: Take, now: float, out: Outbox) -> None:
    """The same artifacts, as outputs of this task run: no attempt of it made them (n is 0)."""
    run, found = decision
    run.state = step(TASK_RUN, run.state, "succeed")
    run.reason, run.ended_at = CACHED, now
    out.mark_task_run(run)
    for artifact in found.artifacts:
        out.artifacts.append(artifact._replace(run_key=view.key, seq=run.seq, n=0))
        _hand_on(view, run, artifact.dataset, reference(artifact))
    if run.sought is not None:
        # Who deletes the older run leaves the result to this one.
        out.results.append(NewResult(run.sought.key, view.key, run.seq, micros(found.made_at)))
    out.event(view, run, None, now, "task_run." + run.state, {"reason": CACHED, "run": run_id(found.run_key)})
    _over(view, run, out)
    out.tell(view, run, now)


def _take_answer(view: RunView, decision: TakeAnswer, now: float, out: Outbox) -> None:
    """What was answered is the value of its dataset; no attempt has made it (n is 0)."""
    answer, event, reason = decision
    run = answer.task_run
    view.answers = [other for other in view.answers if other is not answer]
    run.state = step(TASK_RUN, run.state, event)
    run.reason, run.ended_at = reason, now
    out.drop_timer(APPROVAL, view, run)
    out.mark_task_run(run)
    if answer.approved:
        ref = answered(run, answer.values)
        for dataset in run.task.spec.outputs:
            _keep(view, run, 0, dataset, ref, micros(now), out)
    else:
        run.error = run.refusal = rejection(answer)
    told = {"reason": reason, "by": answer.by, "comment": answer.comment, "values": answer.values, "late": answer.late}
    data = {name: fact for name, fact in told.items() if fact}
    out.event(view, run, None, now, "task_run." + run.state, data)
    _over(view, run, out)
    out.tell(view, run, now, error=run.error)


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
        view.fans[parent.seq] = parent
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
        if takes(view, child.task) or meaning_of(view.type).alone:
            out.mark_task_run(child)
            view.touched[child.seq] = child
        else:
            _enter(view, child, "queue", None, now, out)


def _resume(view: RunView, decision: Resume, now: float, out: Outbox) -> None:
    parent = decision.task_run
    children = parent.children or []
    parent.state = step(TASK_RUN, parent.state, "expand")
    parent.started_at = now
    out.mark_task_run(parent)
    out.event(view, parent, None, now, "task_run.expanded", {"items": len(children)})
    if not parent.open_children:
        view.fans[parent.seq] = parent
    for child in children if not meaning_of(view.type).alone else ():
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
    elif state == "warning" or (state == "cancelled" and view.state != "cancelling"):
        view.warnings += 1
    if run.parent is not None:
        run.parent.open_children -= 1
        if not run.parent.open_children:
            view.fans[run.parent.seq] = run.parent
        return
    if run.results is not None:
        view.values.update(lists_of(run))
    for place in run.task.downstream:
        after = view.by_place[place]
        after.unmet -= 1
        count_before(after, run, 1)
        view.touched[after.seq] = after


def _count_failure(view: RunView, run: TaskRun) -> None:
    view.failures += 1
    note_failure(view, run)
    error = error_from(run) if view.error is None else None
    view.error = view.error or error
    if error is not None or view.failure_reason is None:
        view.failure_reason = run.reason  # of the one whose error the run has, if any has one


def _cancel_attempts(view: RunView, decision: CancelAttempts, now: float, out: Outbox) -> None:
    keys = [attempt.key for attempt in decision.attempts]
    out.cancel.extend(keys)
    if decision.final:
        out.cancel.extend(keys)  # an executor takes the second asking as the last
        view.forced = "done"


def _suspend(view: RunView, decision: Suspend, now: float, out: Outbox) -> None:
    out.suspend.extend(attempt.key for attempt in decision.attempts)


def _set_states(view: RunView, decision: SetStates, now: float, out: Outbox) -> None:
    set_states(view, decision.chosen, now, out)


def _refuse(view: RunView, decision: Refuse, now: float, out: Outbox) -> None:
    refuse(view, decision.task_run, decision.error, now, out)
    _over(view, decision.task_run, out)


def _wake(view: RunView, decision: GoOn, now: float, out: Outbox) -> None:
    view.still = False
    for run in decision.task_runs:
        _enter(view, run, "resume", None, now, out)
        if run.live is not None:
            out.resume.append(run.live.key)


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
    SetStates: _set_states,
    Refuse: _refuse,
    Suspend: _suspend,
    GoOn: _wake,
    EnterPhase: _enter_phase,
    Look: _look,
    StopBefore: _stop_before,
    Take: _take,
    TakeAnswer: _take_answer,
}
