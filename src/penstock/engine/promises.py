"""Attempts that a worker is given before their time: it goes on from link to link of a chain without asking.

A promise is the attempt of a task run that waits for one other alone, and that has just been dispatched or promised.
It is on no record, and counts for no limit, before what it waits for has succeeded.
"""

from __future__ import annotations

from typing import Final

from penstock.engine.dispatch import make_attempt
from penstock.engine.reuse import takes
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.model.run_types import meaning_of
from penstock.ports.executor import Ended

#: Promises behind one attempt. With so many, few links are left that wait for the engine; twice as many gained nothing
#: more. All of them are short: what a crash makes again is some hundredths of a second of work.
MOST: Final = 32
#: Seconds that an attempt takes at most for others to be promised behind the next: of those that take long, nobody
#: minds the way to the engine (agent.dispatcher has the same measure for what it sends ahead).
BRISK: Final = 0.001
#: Short attempts in the usual way after a promise that came back.
PAUSE: Final = 8


class Promises:
    """Those that are open: neither kept (their attempt is live then) nor broken."""

    def __init__(self) -> None:
        self.open: dict[str, Attempt] = {}

    def give(self, attempt: Attempt, now: float) -> list[Attempt]:
        """Promise what can only come after an attempt that is being dispatched, as far as the pace of its run goes."""
        given: list[Attempt] = []
        view = attempt.task_run.run
        if view.state == "running" and not view.strict and attempt.mode == "run":
            while len(given) < view.pace and (after := _successor(attempt.task_run)) is not None:
                promise = make_attempt(after, now)
                promise.after = attempt
                after.promise = promise
                self.open[promise.key] = attempt = promise
                given.append(promise)
            view.promises += len(given)
            if given:
                given[(len(given) - 1) // 2].tail = given[-1]
        return given

    def follow_up(self, kept: Attempt, now: float) -> list[Attempt]:
        """Promise more behind the others, as half of those that were promised at a time are kept: who goes on with the
        other half need not wait for us.
        """
        tail, kept.tail = kept.tail, None
        if tail is None or tail not in (tail.task_run.promise, tail.task_run.live):
            return []
        return self.give(tail, now)

    def close(self, promise: Attempt) -> None:
        """A promise is kept or broken."""
        del self.open[promise.key]
        promise.task_run.promise = None
        promise.task_run.run.promises -= 1


def _successor(run: TaskRun) -> TaskRun | None:
    """The task run that needs nothing but the success of this one, and no other does."""
    place = run.task.successor
    if place is None or run.parent is not None:
        return None
    after = run.run.by_place[place]
    if takes(run.run, after.task) or meaning_of(run.run.type).alone:
        return None
    waits = after.state == "created" and after.unmet == 1 and not (after.up_failed or after.up_skipped)
    return after if waits and not after.up_cancelled and not after.attempts and after.promise is None else None


def keep_pace(view: RunView, report: Ended) -> None:
    """Promise more while attempts are short, none while they are not."""
    if report.outcome != "succeeded" or report.ended_at - (report.started_at or 0.0) >= BRISK:
        view.pace = min(view.pace, 0)
    else:
        view.pace = view.pace + 1 if view.pace < 1 else min(MOST, 2 * view.pace)


def fall_back(view: RunView) -> None:
    """A promise came back: it was for nothing, and there is a reason that may last (each task writes something)."""
    view.pace = -PAUSE
