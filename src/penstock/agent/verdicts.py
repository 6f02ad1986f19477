"""What is reported of an attempt that is over: by the word of its worker, of who ended it, or of its death."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from penstock.agent import attempts, crashes, deaths
from penstock.agent.attempts import Asked, Attempt
from penstock.agent.frames import Message
from penstock.agent.members import Member


def by_worker(attempt: Attempt, worker: Member, message: Message) -> Message:
    """The report of an attempt whose worker has told its end (worker.main), under what was asked of it."""
    _, key, outcome, reason, outputs, error, items, usage, started_at, ended_at, *_ = message
    asked = attempt.asked
    # Who returns in spite of a cancel has succeeded; no return undoes a timeout.
    if asked is not None and (asked.reason is not None or outcome != "succeeded"):
        outcome, reason, outputs, items = asked.outcome, asked.reason, [], None
        error = _with_place(asked.error, error)
    elif asked is None and outcome == "cancelled":
        outcome, reason = "failed", "user_error"  # nobody here wished it: somebody else sent the signal
    if attempt.peak > usage[1]:
        usage[1] = attempt.peak
    began = attempt.started_at if attempt.told else started_at
    return ["ended", key, outcome, reason, outputs, error, items, usage, began, ended_at, worker.name]


def by_us(attempt: Attempt, why: Asked, usage: list[Any] | None = None) -> Message:
    """The report of an attempt whose worker can't report."""
    worker = None if attempt.worker is None else attempt.worker.name
    outcome, reason, error = why
    began, now = attempt.started_at, time.time()
    return ["ended", attempt.key, outcome, reason, [], error, None, usage, began, now, worker]


def _with_place(told: dict[str, Any] | None, interrupted: dict[str, Any] | None) -> dict[str, Any] | None:
    """The error of an attempt that we ended, with the place where its worker was interrupted."""
    if told is None or interrupted is None:
        return told
    return {**told, **{fact: interrupted[fact] for fact in ("traceback", "file", "line")}}


def _with_crash(why: Asked, status: int | None, attempt: Attempt) -> Asked:
    """The same with where the worker crashed, where it could still say so."""
    if status is None or why.error is None or not os.WIFSIGNALED(status) or os.WTERMSIG(status) not in crashes.SIGNALS:
        return why
    return why._replace(error=why.error | crashes.found_in(attempt.log.path))


class Coroner:
    """Says why a worker died. It has to remember how often the kernel has killed for memory."""

    def __init__(self) -> None:
        self._oom_kills = deaths.oom_kills()

    def report(self, attempt: Attempt, worker: Member, status: int | None, cpu_seconds: float, peak: int) -> Message:
        """The report of an attempt whose worker is dead. `status` None: nobody knows how it died."""
        why = attempt.asked or _with_crash(self._why(worker, status), status, attempt)
        if why.error is not None:
            attempt.note("error", why.error["message"])
        if status is None:
            return by_us(attempt, why)
        used = max(0.0, cpu_seconds - attempt.before.cpu_seconds)
        return by_us(attempt, why, [round(used, 6), max(peak, attempt.peak), 0, 0])

    def _why(self, worker: Member, status: int | None) -> Asked:
        if status is None:
            return attempts.node_lost("the process that workers are forked from died")
        if worker.broken is not None:
            return attempts.worker_lost(worker.broken)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            before, self._oom_kills = self._oom_kills, deaths.oom_kills()
            if self._oom_kills > before:
                return attempts.killed_by_kernel()
        return attempts.worker_lost(deaths.describe(status))
