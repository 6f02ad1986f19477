from __future__ import annotations

import zlib
from typing import Any

from penstock.engine.decisions import Decision, Expand, RetryLater, Settle
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.model import policy
from penstock.model.states import TERMINAL_TASK
from penstock.ports.executor import Ended

#: Losses in a row after which a task is taken to kill what runs it.
POISON = 3
#: A retry policy may name these for what is not an exception of the task.
NAMES_OF_REASONS = {
    "timeout": ("TimeoutError", "OSError", "Exception"),
    "out_of_memory": ("MemoryError", "Exception"),
    "worker_lost": ("Exception",),
}


def settle_ended_attempts(view: RunView, now: float) -> list[Decision]:
    """Say what the end of each attempt makes of its task run: over, tried again, or expanded."""
    return [_settle(attempt, report, now) for attempt, report in view.ended]


def _settle(attempt: Attempt, report: Ended, now: float) -> Decision:
    run = attempt.task_run
    if run.state in TERMINAL_TASK:
        return Settle(attempt, report, "cancel", "user", None, None)
    if run.state == "cancelling" or report.outcome == "cancelled":
        return Settle(attempt, report, "cancel", run.reason or "user", "settle_cancelled", run.reason or "user")
    if report.outcome == "succeeded":
        return Settle(attempt, report, "succeed", None, "succeed", None)
    if report.outcome == "expanded":
        return Expand(run, [(label, item) for label, item in report.items or []], attempt, report)
    if report.outcome == "skipped":
        return Settle(attempt, report, "succeed", "condition", "skip", "condition")
    if report.outcome == "lost":
        return _lost(run, attempt, report, now)
    return _failed(run, attempt, report, now)


def _lost(run: TaskRun, attempt: Attempt, report: Ended, now: float) -> Decision:
    if run.losses + 1 >= POISON:
        return _give_up(run, attempt, report, "lose", "poison")
    if report.reason == "worker_lost":
        return _failed(run, attempt, report, now)
    if run.task.spec.on_lost == "retry":
        return RetryLater(attempt, report, "lose", report.reason, 0.0, free=True)
    return _give_up(run, attempt, report, "lose", report.reason)


def _failed(run: TaskRun, attempt: Attempt, report: Ended, now: float) -> Decision:
    event = "lose" if report.outcome == "lost" else "fail"
    delay = _delay(run, attempt, report, now)
    if delay is not None:
        return RetryLater(attempt, report, event, report.reason, delay)
    return _give_up(run, attempt, report, event, report.reason)


def _delay(run: TaskRun, attempt: Attempt, report: Ended, now: float) -> float | None:
    retry = run.task.spec.retry
    if retry.attempts <= run.tries + 1 or not policy.retryable(retry, _names(report)):
        return None
    began = run.first_started or report.started_at or now
    return policy.next_delay(retry, run.tries + 1, now - began, _chance(attempt))


def _names(report: Ended) -> tuple[str, ...]:
    if report.reason in NAMES_OF_REASONS:
        return NAMES_OF_REASONS[report.reason]
    error: dict[str, Any] = report.error or {}
    return tuple(error.get("names") or ())


def _chance(attempt: Attempt) -> float:
    """A number in [0, 1) that is different for every attempt, and the same whenever it is asked."""
    return zlib.crc32(attempt.key.encode()) / 2**32


def _give_up(run: TaskRun, attempt: Attempt, report: Ended, event: str, reason: str | None) -> Decision:
    becomes = "fail"
    if report.reason == "timeout" and run.task.spec.on_timeout != "failed":
        becomes = "warn" if run.task.spec.on_timeout == "warning" else "settle_cancelled"
    elif run.task.spec.allow_failure:
        becomes = "warn"
    return Settle(attempt, report, event, report.reason, becomes, reason)
