"""What a person's decision on a task run makes of its run: the task is over, and what followed from that is looked at
again."""

from __future__ import annotations

from typing import Any

from penstock.engine.decisions import SetState
from penstock.engine.fanout import lists_of
from penstock.engine.outbox import Outbox
from penstock.engine.reckoning import reckon
from penstock.engine.view import RunView, TaskRun
from penstock.model.fanout import ended_as
from penstock.model.states import TERMINAL_TASK
from penstock.model.transitions import TASK_RUN, step


def set_state(view: RunView, decision: SetState, now: float, out: Outbox) -> None:
    """Put a task run into a state, and look again at what followed from the one before."""
    run, state, by = decision
    view.chosen = [one for one in view.chosen if one[0] is not run]
    if run.state in ("succeeded", "warning") or (run.state, "set_state:" + state) not in TASK_RUN:
        return  # it had begun, and ended by itself before it could be taken back
    if run.state == "retrying":
        out.drop_timer("retry", view, run)
        view.due = [due for due in view.due if due is not run]
    _put(view, run, state, by, now, out)
    if state == "succeeded":
        _take_values(view, run, by)
    parent = run.parent
    if parent is not None:
        _settle_parent(view, parent, by, now, out)
    if parent is None or parent.state in TERMINAL_TASK:
        _look_again(view, parent or run, by, now, out)
    reckon(view)
    _choose_error(view)
    view.touched = {one.seq: one for one in view.task_runs if one.state == "created"}
    out.mark_run(view)


def refuse(view: RunView, run: TaskRun, error: dict[str, Any], now: float, out: Outbox) -> None:
    """A task run fails without a try."""
    run.error = run.refusal = error
    run.reason, run.ended_at = "user_error", now
    run.state = step(TASK_RUN, run.state, "warn" if run.task.spec.allow_failure else "fail")
    out.mark_task_run(run)
    data = {"reason": run.reason, "error": {"type": error["type"], "message": error["message"]}}
    out.event(view, run, None, now, "task_run." + run.state, data)
    out.tell(view, run, now, error=error)


def _put(view: RunView, run: TaskRun, state: str, by: str | None, now: float, out: Outbox) -> None:
    before = run.state
    run.state = step(TASK_RUN, before, "set_state:" + state)
    run.reason = "user"
    run.ended_at = run.ended_at or now
    run.error = run.error if state == "failed" else None
    run.refusal = None
    out.mark_task_run(run)
    data = {"reason": "user", "before": before, "by": by}
    out.event(view, run, None, now, "task_run." + state, data)
    out.tell(view, run, now)


def _take_values(view: RunView, run: TaskRun, by: str | None) -> None:
    """What an earlier generation made is read; for what nobody made, who reads it must know."""
    for dataset in run.task.spec.outputs:
        if run.parent is None and dataset in view.values:
            continue
        if run.parent is None and dataset in view.earlier:
            view.values[dataset] = view.earlier[dataset]
        else:
            item = "" if run.map_index is None else f"[{run.map_index}]"
            view.unmade[dataset] = f"task '{run.task.name}{item}' was set to succeeded by {by or 'somebody'}"


def _settle_parent(view: RunView, parent: TaskRun, by: str | None, now: float, out: Outbox) -> None:
    children = parent.children or []
    parent.open_children = sum(child.state not in TERMINAL_TASK for child in children)
    if parent.open_children:
        return
    if parent.state not in TERMINAL_TASK:
        view.fans.append(parent)
        return
    ended, _ = ended_as((child.state, child.reason) for child in children)
    if ended != parent.state:
        _put(view, parent, ended, by, now, out)
    view.values.update(lists_of(parent))


def _look_again(view: RunView, run: TaskRun, by: str | None, now: float, out: Outbox) -> None:
    """What is downstream and only ended because of others waits anew."""
    for place in run.task.downstream:
        after = view.by_place[place]
        followed = after.state == "upstream_failed" or (
            after.state in ("skipped", "cancelled") and after.reason == "trigger_rule" and not after.attempts
        )
        if followed and after.task.spec.role == view.phase:
            after.state = step(TASK_RUN, after.state, "look_again")
            after.reason, after.ended_at = None, None
            out.mark_task_run(after)
            out.event(view, after, None, now, "task_run.created", {"because": run.task.name, "by": by})
            out.tell(view, after, now)
            _look_again(view, after, by, now, out)


def _choose_error(view: RunView) -> None:
    """The run's error is that of the first that failed."""
    every = [one for run in view.by_place for one in (run, *(run.children or ()))]
    failed = [one for one in every if one.state == "failed" and one.error is not None]
    first = min(failed, key=lambda one: (one.ended_at or 0.0, one.seq), default=None)
    view.error = None
    if first is not None and first.error is not None:
        where = {"task": first.task.name, "map_index": first.map_index, "label": first.label}
        view.error = {**where, **{key: value for key, value in first.error.items() if key != "names"}}
