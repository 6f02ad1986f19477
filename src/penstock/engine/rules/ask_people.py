from __future__ import annotations

from penstock.engine.approvals import APPROVAL, only_people_can_go_on
from penstock.engine.decisions import Decision, MoveRun, TakeAnswer
from penstock.engine.view import Answer, RunView


def take_answers(view: RunView, now: float) -> list[Decision]:
    """What people have answered is the end of the task runs that asked; also while the run rests."""
    return [_taken(answer) for answer in view.answers if answer.task_run.state == "paused"]


def rest_while_people_decide(view: RunView, now: float) -> list[Decision]:
    """A run that waits for nothing but answers rests: its time does not count."""
    if view.state == "running" and only_people_can_go_on(view):
        return [MoveRun("pause", APPROVAL)]
    return []


def _taken(answer: Answer) -> TakeAnswer:
    task = answer.task_run.task.spec
    assert task.approval is not None
    reason = "timeout" if answer.late and task.approval.on_timeout == "failed" else APPROVAL
    if answer.approved:
        return TakeAnswer(answer, "succeed", reason)
    return TakeAnswer(answer, "warn" if task.allow_failure else "fail", reason)
