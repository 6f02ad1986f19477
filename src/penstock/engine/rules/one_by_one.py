from __future__ import annotations

from collections.abc import Iterator

from penstock.engine.decisions import Decision, MoveTask, StopBefore
from penstock.engine.rules.release_ready import decision_for, verdict_on
from penstock.engine.view import RunView, TaskRun
from penstock.model.run_types import meaning_of

_BUSY = frozenset({"queued", "running", "retrying", "cancelling", "paused"})


def release_one_task(view: RunView, now: float) -> list[Decision]:
    """Of a run in which a person looks at one task after the other, begin the next, or rest before it."""
    if not meaning_of(view.type).alone or view.state not in ("running", "cancelling"):
        return []
    decided, run = _next(view)
    if decided or run is None:
        return decided
    if stops_before(view, run):
        return [StopBefore(run)]
    decision = decision_for(view, run, "queue", now)
    return [] if decision is None else [decision]


def next_task(view: RunView) -> TaskRun | None:
    """The task run that would begin next; None while another one is under way."""
    return _next(view)[1]


def stops_before(view: RunView, run: TaskRun) -> bool:
    """Is there a reason to rest before it, and nobody has said yet to go on? A breakpoint of a fan-out is before the
    first of its items.
    """
    if run.seq in view.passed or view.state != "running":
        return False
    return view.stepping or (run.parent is None and run.task.name in view.breakpoints)


def _next(view: RunView) -> tuple[list[Decision], TaskRun | None]:
    """What becomes of tasks that don't run; else the one that is to run next, in the order of the definition."""
    decided: list[Decision] = []
    ready: TaskRun | None = None
    for run in _current(view):
        if run.live is not None or (run.state in _BUSY and run.children is None):
            return [], None
        verdict = verdict_on(run) if run.state == "created" and run.task.spec.role == view.phase else None
        if verdict == "queue":
            ready = ready or run
        elif verdict is not None:
            decision = decision_for(view, run, verdict, 0.0)
            assert isinstance(decision, MoveTask)
            decided.append(decision)
    return decided, ready


def _current(view: RunView) -> Iterator[TaskRun]:
    for run in view.by_place:
        yield run
        yield from run.children or ()
