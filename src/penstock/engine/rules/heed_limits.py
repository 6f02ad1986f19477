from __future__ import annotations

from penstock.engine.decisions import Decision, MoveRun, MoveTask
from penstock.engine.view import RunView
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK


def heed_limits(view: RunView, now: float) -> list[Decision]:
    """A run that is to start waits where a limit is full, or ends as the limit says. Who waits can be cancelled."""
    if view.barred is None and view.state != "queued":
        return []
    if view.barred is not None and view.barred.event == "queue" and view.state != "queued":
        return [MoveRun("retry_in_turn" if view.state in TERMINAL_RUN else "queue", "limit")]
    if view.state == "queued" and (view.asked or view.doom):
        return _end(view, "cancel" if view.asked else "fail", view.asked or view.doom)
    if view.barred is not None and view.barred.event != "queue" and view.state not in TERMINAL_RUN:
        return _end(view, view.barred.event, "limit")
    return []


def _end(view: RunView, event: str, reason: str | None) -> list[Decision]:
    """The end of a run that never began: its clean-up has nothing to clean up."""
    each = "skip" if event == "skip" else "cancel"
    tasks = [MoveTask(run, each, reason) for run in view.task_runs if run.state not in TERMINAL_TASK]
    return [*tasks, MoveRun(event, reason)]
