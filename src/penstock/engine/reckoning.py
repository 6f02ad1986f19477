"""All that a view knows of its task runs together: reckoned anew, or with what one of them adds to it."""

from __future__ import annotations

import heapq
from typing import Any, Final

from penstock.engine.view import RunView, TaskRun
from penstock.model.states import TERMINAL_TASK

#: Tasks that are named where a run was ended in the midst of them.
_NAMED: Final = 3


def reckon(view: RunView) -> None:
    """Count again what is open, done and failed, and what each task run knows of those before it."""
    current = [one for run in view.by_place for one in (run, *(run.children or ()))]
    view.open = dict.fromkeys(view.open, 0)
    view.tasks_total = sum(not one.children and not is_outside(one) for one in current)
    view.tasks_done = view.failures = view.warnings = 0
    view.failed = []
    for run in view.by_place:
        run.unmet = run.up_failed = run.up_cancelled = run.up_skipped = run.open_children = 0
    for one in current:
        count(view, one, 1)
    view.failure_reason = _reason(view)


def count(view: RunView, run: TaskRun, by: int) -> None:
    """Add what a task run counts for in the state that it has (`by` 1), or take it away (-1) before it gets another."""
    is_open = run.state not in TERMINAL_TASK
    view.open[run.task.spec.role] += by * is_open
    if not run.children and not is_outside(run):
        view.tasks_done += by * (not is_open)
    if run.state == "failed":
        view.failures += by
        if by > 0:
            note_failure(view, run)
    elif run.state in ("warning", "cancelled"):
        view.warnings += by
    if run.parent is None:
        for place in run.task.downstream:
            count_before(view.by_place[place], run, by)
    else:
        run.parent.open_children += by * is_open
        if run.parent.ends is not None:
            run.parent.ends[run.state] += by


def count_before(run: TaskRun, before: TaskRun, by: int) -> None:
    """Count one of those before a task run by how it ended, if it has (`by` 1), or no more (-1)."""
    state = before.state
    if state not in TERMINAL_TASK:
        run.unmet += by
    elif state in ("failed", "upstream_failed"):
        run.up_failed += by
    elif state == "cancelled":
        run.up_cancelled += by
    elif state == "skipped" and before.reason != "slice":
        run.up_skipped += by


def note_failure(view: RunView, run: TaskRun) -> None:
    """Keep a failure in its place among those of its run: those with an error come first, then the earlier ones."""
    heapq.heappush(view.failed, (run.error is None, run.ended_at or 0.0, run.seq))


def first_failure(view: RunView) -> TaskRun | None:
    """The failed task run whose error is the run's. What has failed no more is forgotten here."""
    while view.failed:
        lacks_error, _, seq = view.failed[0]
        run = view.task_runs[seq]
        if run.state == "failed" and (run.error is None) == lacks_error:
            return run
        heapq.heappop(view.failed)
    return None


def error_from(run: TaskRun) -> dict[str, Any] | None:
    """The error of a run that is a task run's, with where it happened."""
    if run.error is None:
        return None
    where = {"task": run.task.name, "map_index": run.map_index, "label": run.label}
    return {**where, **{name: fact for name, fact in run.error.items() if name != "names"}}


def error_of_lateness(view: RunView) -> dict[str, Any]:
    """The error of a run whose time is up: how long it had, and the tasks that it was at."""
    names = list(dict.fromkeys(f"'{run.task.name}'" for run in view.task_runs if run.live is not None))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    place = f", and was at {', '.join(names[:_NAMED])}{more}" if names else ""
    message = f"the run took longer than its timeout of {view.plan.spec.timeout:g} s{place}"
    return {"type": "TimeoutError", "message": message, "traceback": ""}


def _reason(view: RunView) -> str | None:
    """Why the first one failed: the run's error is that one's."""
    told = view.error or {}
    place = view.plan.places.get(told.get("task", ""))
    run = None if place is None else view.by_place[place]
    if run is not None and told.get("map_index") is not None:
        children = run.children or []
        run = children[told["map_index"]] if told["map_index"] < len(children) else None
    if run is None or run.state != "failed":
        run = first_failure(view)
    return None if run is None else run.reason


def is_outside(run: TaskRun) -> bool:
    """Was it no part of what was asked for?"""
    return run.state == "skipped" and run.reason == "slice"
