from __future__ import annotations

from penstock.engine.approvals import APPROVAL, only_people_can_go_on
from penstock.engine.decisions import Decision, GoOn, MoveRun, MoveTask, Suspend
from penstock.engine.view import RunView


def rest_run_or_go_on(view: RunView, now: float) -> list[Decision]:
    """A run rests for as long as there is a reason: what runs goes on to its end, nothing else begins."""
    if view.paused and view.state == "running":
        return [MoveRun("pause", view.paused)]
    if not view.paused and view.state == "paused" and not _waits_for_people(view):
        return [MoveRun("resume", None)]
    return []


def _waits_for_people(view: RunView) -> bool:
    """It rests because of an approval, and no other task may begin because of one that came."""
    return view.reason == APPROVAL and not view.touched and only_people_can_go_on(view)


def stand_still_or_go_on(view: RunView, now: float) -> list[Decision]:
    """What runs stands still for as long as its run rests, where that was asked for."""
    if not view.still:
        return []
    if view.state != "paused":
        return [GoOn([run for run in view.task_runs if run.state == "paused" and (run.live or run.children)])]
    running = [(run, run.live) for run in view.task_runs if run.state == "running" and run.live is not None]
    if not running:
        return []
    moves = [MoveTask(run, "pause", view.paused) for run, _ in running]
    return [Suspend([live for _, live in running]), *moves]
