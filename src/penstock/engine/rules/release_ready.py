from __future__ import annotations

from typing import Any, Final

from penstock.engine.approvals import APPROVAL, asks
from penstock.engine.decisions import Decision, Expand, Look, MoveTask, Refuse, Resume, Take
from penstock.engine.fanout import known_items
from penstock.engine.reuse import fits, result_key, takes
from penstock.engine.view import RunView, TaskRun
from penstock.model.run_types import meaning_of

#: Tasks that are released at once. Workers can begin with these while the engine is at the others.
WAVE: Final = 256


def release_ready_tasks(view: RunView, now: float) -> list[Decision]:
    """Settle what becomes of tasks whose upstream changed, by their trigger rule: a wave of them.

    A wave is as large as all before it together, so that not many pass what was settled by those.
    """
    if not view.touched or view.state == "paused" or meaning_of(view.type).alone:
        return []
    decisions: list[Decision] = []
    for place, run in enumerate(view.touched.values()):
        if run.state == "created" and run.task.spec.role == view.phase:
            verdict = verdict_on(run)
            decision = None if verdict is None else decision_for(view, run, verdict, now)
            if decision is not None:
                decisions.append(decision)
                if len(decisions) >= max(WAVE, place // 2):
                    break
    return decisions


def verdict_on(run: TaskRun) -> str | None:
    """The event that the trigger rule asks for now; None: wait. Failures decide early, the rest when all is known.

    An item that was not queued with the others waits for the result of an earlier run, or for its turn.
    """
    if run.parent is not None:
        return "queue" if run.parent.state == "running" else None
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


def decision_for(view: RunView, run: TaskRun, verdict: str, now: float) -> Decision | None:
    """What a verdict makes of a task run; None: nothing yet."""
    if verdict != "queue":
        return MoveTask(run, verdict, "trigger_rule" if verdict in ("skip", "cancel") else None)
    if asks(run):
        return MoveTask(run, "ask", APPROVAL)
    if run.children is not None:
        return Resume(run)
    lacking = _lacking(view, run)
    if lacking is not None:
        return Refuse(run, lacking)
    if run.task.items and run.parent is None:
        items = known_items(view, run)
        if items is not None:
            return Expand(run, items)
    return _take_or_queue(view, run, now)


def _lacking(view: RunView, run: TaskRun) -> dict[str, Any] | None:
    """The error of a task that reads what nobody has made, because a person took the task that makes it for done."""
    if not view.unmade:
        return None
    over = [source.name for _, source in run.task.items if source.over == "dataset"]
    for dataset in (*(name for _, name in (*run.task.reads, *(run.task.conditions or ()))), *over):
        if dataset in view.unmade:
            message = f"{view.unmade[dataset]} and made no '{dataset}'"
            return {"type": "NotMade", "message": message, "traceback": "", "names": []}
    return None


def _take_or_queue(view: RunView, run: TaskRun, now: float) -> Decision | None:
    """With the result of an earlier run a task is over; None: it is still looked for."""
    if takes(view, run.task):
        if run.sought is None:
            key = result_key(view, run)
            if key is not None:
                return Look(run, key)
        elif not run.sought.answered:
            return None
        elif (found := fits(run, run.sought, now)) is not None:
            return Take(run, found)
    return MoveTask(run, "queue", None)
