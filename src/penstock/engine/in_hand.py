"""The attempts that an engine has given to its executor, or is about to give."""

from __future__ import annotations

from collections import deque

from penstock.engine.dispatch import assignment, begin, make_attempt
from penstock.engine.limits import Limits
from penstock.engine.outbox import Outbox
from penstock.engine.promises import Promises
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.ports.executor import Assignment, Ended, Report, Returned


class InHand:
    """Live attempts by their key, and which of them the executor does not have."""

    def __init__(self, out: Outbox, limits: Limits) -> None:
        self._out = out
        self._limits = limits
        self.live: dict[str, Attempt] = {}
        self.promises = Promises()
        #: Kept promises with half of those of their time before them.
        self.halves: list[Attempt] = []
        #: The executor was asked to give these back.
        self.recalled: set[str] = set()
        #: They came back to a run that rests, and wait with it.
        self.rested: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.live or self.promises.open)

    def begin(self, attempt: Attempt) -> None:
        """An attempt is live from now on, and its task run counts it on record."""
        begin(attempt)
        self.live[attempt.key] = attempt
        self._out.mark_attempt(attempt)
        self._out.mark_task_run(attempt.task_run)

    def keep(self, run: TaskRun, now: float) -> None:
        """What was promised has come to its turn: its attempt is live."""
        promise = run.promise
        if promise is not None and promise.after is not None:
            self.promises.close(promise)
            promise.dispatched_at = run.queued_at or now
            self._limits.hold(run)
            self.begin(promise)
            if promise.tail is not None:
                self.halves.append(promise)

    def follow_up(self, ready: deque[TaskRun], width: int, now: float) -> list[Assignment]:
        """Assignments of what is promised next behind promises of which half are kept."""
        halves, self.halves = self.halves, []
        if not self._is_alone(ready, width):
            return []
        return [assignment(one) for half in halves for one in self.promises.follow_up(half, now)]

    def _is_alone(self, ready: deque[TaskRun], width: int) -> bool:
        """Whether promises keep no other work waiting, nor put parallel work on one worker."""
        return not ready and self._limits.out <= width

    def rest(self, attempt: Attempt) -> None:
        """An attempt waits with its run. It takes no room meanwhile: other runs go on."""
        self._limits.release(attempt.task_run)
        self.rested.add(attempt.key)
        attempt.task_run.run.rested.append(attempt)

    def end(self, attempt: Attempt) -> None:
        """An attempt is not live any more, and takes no room."""
        view = attempt.task_run.run
        del self.live[attempt.key]
        self.recalled.discard(attempt.key)
        if attempt.key in self.rested:
            self.rested.discard(attempt.key)
            if attempt in view.rested:
                view.rested.remove(attempt)
        else:
            self._limits.release(attempt.task_run)

    def drop(self, view: RunView) -> None:
        """Forget what rests of a run that is given up; of what the executor has, the end will be told."""
        for attempt in view.rested:
            self.rested.discard(attempt.key)
            self.live.pop(attempt.key, None)

    def lose(self, why: str, now: float) -> list[Report]:
        """The executor has nothing any more: what it would report of each attempt that it had."""
        error = {"type": "AgentLost", "message": why, "traceback": "", "names": []}
        lost: list[Report] = [Returned(key) for key in self.promises.open]
        lost += [
            Ended(key, "lost", "node_lost", [], error, None, None, attempt.started_at, now, None)
            for key, attempt in self.live.items()
            if key not in self.rested
        ]
        self.recalled.clear()
        return lost

    def give_again(self, attempts: list[Attempt]) -> list[Assignment]:
        """Assignments of live attempts that came back."""
        for attempt in attempts:
            if attempt.key in self.rested:
                self.rested.discard(attempt.key)
                self._limits.hold(attempt.task_run)
        return [assignment(attempt) for attempt in attempts]

    def give(self, ready: deque[TaskRun], width: int, now: float) -> list[Assignment]:
        """Assignments of what is ready, as far as there is room; alone, with the promises of what can only follow."""
        runs = self._limits.take(ready)
        alone = self._is_alone(ready, width)
        assignments: list[Assignment] = []
        for run in runs:
            attempt = make_attempt(run, now)
            self.begin(attempt)
            assignments.append(assignment(attempt))
            if alone:
                assignments += map(assignment, self.promises.give(attempt, now))
        return assignments
