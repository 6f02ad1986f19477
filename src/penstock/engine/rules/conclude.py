from __future__ import annotations

from penstock.engine.decisions import Decision, EnterPhase, MoveRun
from penstock.engine.view import RunView
from penstock.model.states import TERMINAL_RUN


def start_run(view: RunView, now: float) -> list[Decision]:
    """A run that was created starts, and one that is to be retried in place."""
    if view.barred is not None:
        return []
    if view.again is not None and view.state in TERMINAL_RUN:
        return [MoveRun("retry", None)]
    return [MoveRun("start", None)] if view.state in ("created", "queued") else []


def enter_next_phase(view: RunView, now: float) -> list[Decision]:
    """After the tasks come the failure handlers, if the run is failing; clean-up is last, always."""
    if view.open[view.phase] or view.live or view.promises or view.state not in ("running", "cancelling"):
        return []
    if view.phase == "task":
        return [EnterPhase("on_failure", skip=not _failing(view))]
    if view.phase == "on_failure":
        return [EnterPhase("finally", skip=bool(view.forced))]
    return [_conclusion(view)]


def _failing(view: RunView) -> bool:
    if view.asked:
        return False
    return view.failures > 0 or bool(view.doom) or (view.timed_out and view.plan.spec.on_timeout == "failed")


def _conclusion(view: RunView) -> MoveRun:
    if view.asked:
        return MoveRun("settle_cancelled", view.asked)
    if view.doom:
        return MoveRun("fail", view.doom)
    if view.timed_out and view.state == "cancelling":
        becomes = {"failed": "fail", "warning": "warn", "cancelled": "settle_cancelled"}
        return MoveRun(becomes[view.plan.spec.on_timeout], "timeout")
    if view.failures:
        return MoveRun("fail", view.failure_reason)
    return MoveRun("warn" if view.warnings else "succeed", None)
