from __future__ import annotations

from typing import Final

from penstock.engine.decisions import Decision, MoveTask
from penstock.engine.view import RunView, TaskRun
from penstock.model.fanout import ended_as
from penstock.model.states import TERMINAL_TASK

_EVENTS: Final = {
    "failed": "fail", "cancelled": "settle_cancelled", "warning": "warn", "skipped": "skip", "succeeded": "succeed",
}  # fmt: skip


def settle_fan_outs(view: RunView, now: float) -> list[Decision]:
    """A fan-out whose items are all over ends as its worst item did."""
    return [_end(parent) for parent in view.fans.values() if parent.state not in TERMINAL_TASK]


def _end(parent: TaskRun) -> MoveTask:
    state, reason = ended_as((child.state, child.reason) for child in parent.children or ())
    if parent.state == "created" and state == "cancelled":
        return MoveTask(parent, "cancel", reason)  # it was tried again, and cancelled before it was resumed
    return MoveTask(parent, _EVENTS[state], reason)
