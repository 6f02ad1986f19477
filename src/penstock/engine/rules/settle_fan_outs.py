from __future__ import annotations

from penstock.engine.decisions import Decision, MoveTask
from penstock.engine.view import RunView, TaskRun
from penstock.model.states import TERMINAL_TASK


def settle_fan_outs(view: RunView, now: float) -> list[Decision]:
    """A fan-out whose items are all over ends as its worst item did."""
    return [MoveTask(parent, *ending(parent)) for parent in view.fans if parent.state not in TERMINAL_TASK]


def ending(parent: TaskRun) -> tuple[str, str | None]:
    """The event that ends a fan-out whose items are all over, and its reason."""
    children = parent.children or []
    for state, event in (("failed", "fail"), ("cancelled", "settle_cancelled"), ("warning", "warn")):
        worst = next((child for child in children if child.state == state), None)
        if worst is not None:
            if parent.state == "created" and event == "settle_cancelled":
                event = "cancel"  # it was tried again, and cancelled before it was resumed
            return event, worst.reason
    if children and all(child.state == "skipped" for child in children):
        return "skip", children[0].reason
    return "succeed", None
