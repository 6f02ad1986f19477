"""What a person's decision on a task run makes of its run: the task is over, and what followed from that is looked at
again."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

from penstock.engine.fanout import lists_of
from penstock.engine.outbox import Outbox
from penstock.engine.reckoning import count, error_from, first_failure
from penstock.engine.view import RunView, TaskRun
from penstock.model.fanout import state_of
from penstock.model.states import TERMINAL_TASK
from penstock.model.transitions import TASK_RUN, step

#: A task run, the state that it is to have, and who wants that.
Chosen: TypeAlias = tuple[TaskRun, str, str | None]


def set_states(view: RunView, chosen: list[Chosen], now: float, out: Outbox) -> None:
    """Put task runs into states, and look again at what followed from those before. It costs what changes, however
    wide the fan-outs are.
    """
    seen = {run.seq for run, _, _ in chosen}
    view.chosen = [one for one in view.chosen if one[0].seq not in seen]
    ended: dict[int, tuple[TaskRun, str | None]] = {}
    for run, state, by in chosen:
        if run.state in ("succeeded", "warning") or (run.state, "set_state:" + state) not in TASK_RUN:
            continue  # it had begun, and ended by itself before it could be taken back
        if run.state == "retrying":
            out.drop_timer("retry", view, run)
            view.due.pop(run.seq, None)
        _put(view, run, state, by, now, out)
        if state == "succeeded":
            _take_values(view, run, by)
        whole = run.parent or run
        ended[whole.seq] = (whole, by)
    for run, by in ended.values():
        if run.children:
            _settle_parent(view, run, by, now, out)
        if run.state in TERMINAL_TASK:
            _look_again(view, run, by, now, out)
    _choose_error(view)
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
    count(view, run, -1)
    run.state = step(TASK_RUN, before, "set_state:" + state)
    run.reason = "user"
    run.ended_at = run.ended_at or now
    run.error = run.error if state == "failed" else None
    run.refusal = None
    count(view, run, 1)
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
    if parent.open_children:
        return
    if parent.state not in TERMINAL_TASK:
        view.fans[parent.seq] = parent
        return
    if parent.ends is None:
        parent.ends = Counter(child.state for child in parent.children or ())
    ended = state_of([state for state, items in parent.ends.items() if items])
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
            count(view, after, -1)
            after.state = step(TASK_RUN, after.state, "look_again")
            after.reason, after.ended_at = None, None
            count(view, after, 1)
            out.mark_task_run(after)
            out.event(view, after, None, now, "task_run.created", {"because": run.task.name, "by": by})
            out.tell(view, after, now)
            _look_again(view, after, by, now, out)
        view.touched[after.seq] = after


def _choose_error(view: RunView) -> None:
    """The run's error is that of the first that failed."""
    first = first_failure(view)
    view.failure_reason = None if first is None else first.reason
    view.error = None if first is None else error_from(first)
