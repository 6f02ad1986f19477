from __future__ import annotations

from penstock.engine.approvals import asks
from penstock.engine.decisions import CancelAttempts, Decision, MoveRun, MoveTask
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.model.states import TERMINAL_TASK


def stop_run_when_asked_or_late(view: RunView, now: float) -> list[Decision]:
    """Cancel what is not over, when a person asked for it or the run's time is up. Clean-up tasks still follow.

    So do failure handlers, where the run fails because its time is up while tasks are at work.
    """
    if not (view.asked or view.doom or view.timed_out) or view.state not in ("running", "paused"):
        return []
    reason = view.asked or view.doom or "timeout"
    handled = reason == "timeout" and view.phase == "task" and view.plan.spec.on_timeout == "failed"
    return [MoveRun("cancel", reason), *_stop(view, ("task",) if handled else ("task", "on_failure"), reason)]


def stop_at_once_when_forced(view: RunView, now: float) -> list[Decision]:
    """The second asking: clean-up tasks end too, and what got SIGTERM gets SIGKILL."""
    if view.forced != "asked":
        return []
    return [
        CancelAttempts(_given_out(view.task_runs), final=True),
        *_moves(_open_runs(view, ("task", "on_failure", "finally")), view.asked),
    ]


def settle_what_came_back(view: RunView, now: float) -> list[Decision]:
    """What was given out before its time, is to be cancelled, and was not begun."""
    if view.state != "cancelling":
        return []
    back = [run for run in view.touched.values() if run.state == "cancelling" and not (run.live or run.promise)]
    return [MoveTask(run, "settle_cancelled", run.reason) for run in back if run.children is None]


def _stop(view: RunView, roles: tuple[str, ...], reason: str | None) -> list[Decision]:
    open_runs = _open_runs(view, roles)
    return [CancelAttempts(_given_out(open_runs)), *_moves(open_runs, reason)]


def _given_out(runs: list[TaskRun]) -> list[Attempt]:
    """The attempts that the executor has, also those that wait behind others."""
    return [attempt for run in runs if (attempt := run.live or run.promise) is not None]


def _open_runs(view: RunView, roles: tuple[str, ...]) -> list[TaskRun]:
    return [run for run in view.task_runs if run.task.spec.role in roles and run.state not in TERMINAL_TASK]


def _moves(runs: list[TaskRun], reason: str | None) -> list[Decision]:
    """What is being cancelled already stays so; a fan-out's parent ends with its last item."""
    return [MoveTask(run, _event(run), reason) for run in runs if run.state != "cancelling" and run.children is None]


def _event(run: TaskRun) -> str:
    if run.state == "paused" and asks(run):
        return "settle_cancelled"  # what asks a person has nothing that could still end
    return "recall" if run.state in ("created", "queued") and (run.live or run.promise) else "cancel"
