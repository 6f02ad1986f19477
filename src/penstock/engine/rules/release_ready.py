from __future__ import annotations

from penstock.engine.decisions import Decision, Expand, MoveTask, Resume
from penstock.engine.fanout import known_items
from penstock.engine.view import RunView, TaskRun


def release_ready_tasks(view: RunView, now: float) -> list[Decision]:
    """Settle what becomes of tasks whose upstream changed, by their trigger rule."""
    if not view.touched:
        return []
    decisions = []
    for run in view.touched.values():
        if run.state == "created" and run.task.spec.role == view.phase:
            verdict = _verdict(run)
            if verdict is not None:
                decisions.append(_decision(view, run, verdict))
    return decisions


def _verdict(run: TaskRun) -> str | None:
    """The event that the trigger rule asks for now; None: wait. Failures decide early, the rest when all is known."""
    rule = run.task.spec.trigger
    done = run.unmet == 0
    if rule == "all_succeeded":
        if run.up_failed:
            return "fail_upstream"
        if not done:
            return None
        if run.up_cancelled:
            return "cancel"
        return "skip" if run.up_skipped else "queue"
    if rule == "none_failed":
        if run.up_failed:
            return "fail_upstream"
        if not done:
            return None
        return "cancel" if run.up_cancelled else "queue"
    if rule == "one_failed":
        if run.up_failed:
            return "queue"
        return "skip" if done else None
    return "queue" if done else None


def _decision(view: RunView, run: TaskRun, verdict: str) -> Decision:
    if verdict != "queue":
        return MoveTask(run, verdict, "trigger_rule" if verdict in ("skip", "cancel") else None)
    if run.children is not None:
        return Resume(run)
    if run.task.items:
        items = known_items(view, run)
        if items is not None:
            return Expand(run, items)
    return MoveTask(run, "queue", None)
