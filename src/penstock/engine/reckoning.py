"""All that a view knows of its task runs together, reckoned anew."""

from __future__ import annotations

from penstock.engine.restore import count_ends, count_upstream
from penstock.engine.view import RunView, TaskRun
from penstock.model.states import TERMINAL_TASK


def reckon(view: RunView) -> None:
    """Count again what is open, done and failed, and what each task run knows of those before it."""
    current = [one for run in view.by_place for one in (run, *(run.children or ()))]
    view.open = dict.fromkeys(view.open, 0)
    for run in view.by_place:
        count_upstream(view, run)
    for one in current:
        view.open[one.task.spec.role] += one.state not in TERMINAL_TASK
    leaves = [one for one in current if not one.children and not is_outside(one)]
    view.tasks_total = len(leaves)
    view.tasks_done = sum(one.state in TERMINAL_TASK for one in leaves)
    count_ends(view, current)


def is_outside(run: TaskRun) -> bool:
    """Was it no part of what was asked for?"""
    return run.state == "skipped" and run.reason == "slice"
