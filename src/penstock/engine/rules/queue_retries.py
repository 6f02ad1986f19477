from __future__ import annotations

from penstock.engine.decisions import Decision, MoveTask
from penstock.engine.view import RunView


def queue_due_retries(view: RunView, now: float) -> list[Decision]:
    """Queue task runs again whose wait between attempts is over."""
    if view.state == "paused":
        return []
    return [MoveTask(run, "queue", None) for run in view.due.values() if run.state == "retrying"]
