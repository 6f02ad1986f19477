"""How a Kedro run ends: well, by an error, by a person, or by its process being gone."""

from __future__ import annotations

from typing import Any, Final

from penstock.engine.decisions import MoveRun, MoveTask
from penstock.integrations.kedro.ids import plain_name
from penstock.integrations.kedro.recorder.step import Step, Use
from penstock.integrations.kedro.recorder.tale import Tale
from penstock.model import graph
from penstock.model.states import TERMINAL_TASK

INTERRUPTED: Final = "interrupted"
USER: Final = "user"
#: Why a run ended without a word of Kedro.
GONE: Final = "the process of Kedro was gone before the run ended (it was killed, or memory was out)"
LEFT: Final = "the process of Kedro left the run before it ended (by SystemExit, or another exception that is no error)"
_ALSO: Final = "this was under way when the run failed; Kedro tells the first error alone"


def end_well(tale: Tale, at: float) -> None:
    """Kedro says that all is done: what it did not run has its outputs already (`--only-missing-outputs`)."""
    for step in tale.running():
        tale.succeed(step, step.last_at)
    if tale.view.state == "cancelling":
        _end_cancelled(tale, at)
        return
    for run in tale.view.by_place:
        if run.state not in TERMINAL_TASK:
            tale.do(MoveTask(run, "skip", "cached"), at)
    tale.do(MoveRun("warn" if tale.view.warnings else "succeed", None), at)


def end_failed(tale: Tale, at: float, error: dict[str, Any]) -> None:
    """Kedro says that the run failed."""
    if tale.view.state == "cancelling":
        _end_cancelled(tale, at)
        return
    _fail_what_was_under_way(tale, at, error)
    _settle_the_rest(tale, at)
    if not tale.view.failures:
        tale.view.error = {key: value for key, value in error.items() if key != "names"}
    tale.do(MoveRun("fail", tale.view.failure_reason or "user_error"), at)


def end_cancelled(tale: Tale, at: float) -> None:
    """A person stopped it."""
    begin_to_cancel(tale, at)
    _end_cancelled(tale, at)


def begin_to_cancel(tale: Tale, at: float) -> None:
    """A person wants it to stop: whatever Kedro says from now on, it was cancelled."""
    if tale.view.state == "running":
        tale.do(MoveRun("cancel", USER), at)


def end_interrupted(tale: Tale, at: float, why: str) -> None:
    """It ended, and nobody said how."""
    if tale.view.state == "cancelling":
        _end_cancelled(tale, at)
        return
    error = {"type": "Interrupted", "message": why, "traceback": ""}
    for step in tale.running():
        if step.complete or (step.generator and not step.open and step.saved and step.pid is not None):
            tale.succeed(step, step.last_at)
        else:
            tale.fail(step, at, error, INTERRUPTED, lost=True)
    _settle_the_rest(tale, at)
    tale.view.error = tale.view.error or error
    tale.do(MoveRun("fail", INTERRUPTED), at)


def _end_cancelled(tale: Tale, at: float) -> None:
    for step in tale.running():
        tale.cancel(step, at, USER)
    for run in tale.view.by_place:
        if run.state not in TERMINAL_TASK:
            tale.do(MoveTask(run, "cancel", USER), at)
    tale.do(MoveRun("settle_cancelled", tale.view.reason or USER), at)


def _settle_the_rest(tale: Tale, at: float) -> None:
    """What comes after a failure can't run; what does not, was not begun in time."""
    after = {run.task.name: [tale.view.by_place[place].task.name for place in run.task.downstream]
             for run in tale.view.by_place}  # fmt: skip
    failed = [run.task.name for run in tale.view.by_place if run.state == "failed"]
    below = graph.closure(after, failed) - set(failed)
    for run in tale.view.by_place:
        if run.state in TERMINAL_TASK:
            continue
        if run.task.name in below:
            tale.do(MoveTask(run, "fail_upstream", None), at)
        else:
            tale.do(MoveTask(run, "cancel", INTERRUPTED), at)


def _fail_what_was_under_way(tale: Tale, at: float, error: dict[str, Any]) -> None:
    """Kedro tells one error; of the loads and saves that were not done, it belongs to the one that it names, if any."""
    told = _same_as_a_failure(tale, error)
    for step in _likeliest_first(tale.running(), error):
        use = _open_use(step, error)
        mine = error if not told else {"type": error.get("type", ""), "message": _ALSO, "traceback": ""}
        if use is not None:
            tale.fail_use(step, use, at, mine)
        elif step.complete or (step.generator and step.ran_at is not None):
            tale.succeed(step, step.last_at)
            continue
        else:
            tale.fail(step, at, mine)
        told = True


def _same_as_a_failure(tale: Tale, error: dict[str, Any]) -> bool:
    """Was a node told to have failed with this error already? Of other processes it comes as a copy."""
    known = tale.view.error
    return known is not None and known.get("message") == error.get("message")


def _likeliest_first(steps: list[Step], error: dict[str, Any]) -> list[Step]:
    return sorted(steps, key=lambda step: (not step.open, not _is_named(_open_use(step, error), error)))


def _open_use(step: Step, error: dict[str, Any]) -> Use | None:
    """The load or save of a node that was not done; the one that the error names, of several."""
    uses = sorted(step.open.values(), key=lambda use: (not _is_named(use, error), use.began))
    return uses[0] if uses else None


def _is_named(use: Use | None, error: dict[str, Any]) -> bool:
    if use is None:
        return False
    message = str(error.get("message", ""))
    return message.startswith(f"{use.dataset}:") or f"'{plain_name(use.dataset)}'" in message
