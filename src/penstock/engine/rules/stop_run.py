from __future__ import annotations

from penstock.engine.decisions import CancelAttempts, Decision, MoveRun, MoveTask
from penstock.engine.view import RunView, TaskRun
from penstock.model.states import TERMINAL_TASK


def stop_run_when_asked_or_late(view: RunView, now: float) -> list[Decision]:
    """Cancel what is not over, when a person asked for it or the run's time is up. Clean-up tasks still follow."""
    if not (view.asked or view.timed_out) or view.state not in ("running", "paused"):
        return []
    reason = view.asked or "timeout"
    return [MoveRun("cancel", reason), *_stop(view, ("task", "on_failure"), reason)]


def stop_at_once_when_forced(view: RunView, now: float) -> list[Decision]:
    """The second asking: clean-up tasks end too, and what got SIGTERM gets SIGKILL."""
    if view.forced != "asked":
        return []
    stopped = _stop(view, ("task", "on_failure", "finally"), view.asked)
    again = [run.live for run in view.task_runs if run.live is not None]
    return [CancelAttempts(again, view.asked, final=True), *stopped]


def _stop(view: RunView, roles: tuple[str, ...], reason: str | None) -> list[Decision]:
    open_runs = [run for run in view.task_runs if run.task.spec.role in roles and run.state not in TERMINAL_TASK]
    live = [run.live for run in open_runs if run.live is not None]
    decisions: list[Decision] = [CancelAttempts(live, reason)] if live else []
    return decisions + [MoveTask(run, "cancel", reason) for run in open_runs if _can_stop(run)]


def _can_stop(run: TaskRun) -> bool:
    return run.state != "cancelling" and run.children is None
