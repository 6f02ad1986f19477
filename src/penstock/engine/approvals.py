"""Questions to people: what waits for an answer, and what an answer makes of it. Pure."""

from __future__ import annotations

from typing import Any, Final

from penstock.artifacts import plain
from penstock.artifacts.store import INLINE
from penstock.engine.view import Answer, RunView, TaskRun
from penstock.errors import UsageError
from penstock.model import params
from penstock.model.spec import ApprovalSpec

#: The kind of task, the reason of runs and task runs, and the timer of its time-out.
APPROVAL: Final = "approval"
_BUSY: Final = frozenset({"queued", "running", "retrying", "cancelling"})


def asks(run: TaskRun) -> bool:
    """Does a person answer it?"""
    return run.task.spec.approval is not None


def waiting(view: RunView) -> list[TaskRun]:
    """The task runs that a person is asked for now, and that nobody has answered."""
    if not view.plan.asks:
        return []
    answered = {answer.task_run for answer in view.answers}
    return [run for run in view.task_runs if run.state == "paused" and asks(run) and run not in answered]


def only_people_can_go_on(view: RunView) -> bool:
    """Is there nothing else that the run waits for?"""
    if not view.plan.asks or view.live or view.promises or view.answers or not waiting(view):
        return False
    return not any(run.state in _BUSY and run.children is None for run in view.task_runs)


def late(run: TaskRun) -> Answer:
    """What becomes of it when nobody has answered in time."""
    asked = _asked(run)
    approved = asked.on_timeout == "approved"
    values = params.resolve(asked.form, asked.default, {}) if approved else {}
    return Answer(run, approved, values, None, None, late=True)


def answers(run: TaskRun, values: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """What was answered, checked as the form asks and with its defaults. Raises ParameterError, UsageError."""
    resolved = params.resolve(_asked(run).form, values, texts)
    if len(_text(run, resolved).encode()) > INLINE:
        raise UsageError(f"the answer takes more than {INLINE:,} bytes", cure="answer where it can be found instead")
    return resolved


def reference(run: TaskRun, values: dict[str, Any]) -> list[Any]:
    """The value of its dataset: a dict of what was answered, with times as Python knows them."""
    text = _text(run, values)
    return ["json", text, None, len(text.encode()), None, None, None, "dict", True]


def rejection(answer: Answer) -> dict[str, Any]:
    """The error of a task run that was not approved."""
    asked = _asked(answer.task_run)
    if answer.late:
        message = "nobody has answered in time"
    else:
        message = f"rejected by {answer.by or 'somebody'}" + (f": {answer.comment}" if answer.comment else "")
    name = "TimeoutError" if answer.late and asked.on_timeout == "failed" else "Rejected"
    return {"type": name, "message": message, "traceback": ""}


def _asked(run: TaskRun) -> ApprovalSpec:
    asked = run.task.spec.approval
    assert asked is not None
    return asked


def _text(run: TaskRun, values: dict[str, Any]) -> str:
    form = _asked(run).form
    return plain.dumps({name: params.to_python(form[name], value) for name, value in values.items()})
