"""One engine of the simulation, with its executor and its way to the record: both do only what chance lets them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, Final

from penstock.engine.handle import RunHandle
from penstock.engine.limits import Limits
from penstock.engine.loop import Engine
from penstock.engine.restore import Restored
from penstock.engine.view import RunView
from penstock.errors import DiskFull, StoreLost
from penstock.ports.executor import Assignment, Ended, Started
from penstock.store.rows import Commit
from tests.engine.world import ScriptedExecutor
from tests.simulation.graphs import POOLS
from tests.simulation.ledger import Ledger

#: What fails, and why.
WHY: Final = {
    "failed": ("user_error", "user_error", "timeout", "out_of_memory", "artifact_corrupt"),
    "lost": ("worker_lost", "worker_lost", "node_lost"),
}
_NAMES: Final = ["ValueError", "Exception"]


class SlowWriter:
    """A writer whose commits become durable, and are answered for, when the history lets them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.waiting: deque[tuple[Commit, Any]] = deque()
        self.unanswered: deque[tuple[BaseException | None, Any]] = deque()
        #: What the next commits meet, None for nothing.
        self.troubles: deque[Exception | None] = deque()

    def submit(self, commit: Commit, answer: Any) -> None:
        self.waiting.append((commit, answer))

    def write(self) -> None:
        """Make what waits durable; nobody is told yet."""
        while self.waiting:
            commit, answer = self.waiting.popleft()
            error: BaseException | None = self.troubles.popleft() if self.troubles else None
            if error is None:
                try:
                    self._ledger.apply(commit)
                except Exception as refused:
                    error = refused
            self.unanswered.append((error, answer))

    def answer(self) -> None:
        while self.unanswered:
            error, answer = self.unanswered.popleft()
            answer(error)

    def fail(self, chance: Random) -> None:
        """The disk is full, or the database can't be reached, for a while."""
        self.troubles.extend([chance.choice((DiskFull("full"), StoreLost("lost")))] * chance.randint(1, 20))


class Seat:
    """An engine at work. `skew` is how far its clock is off (seconds)."""

    def __init__(self, owner: int, ledger: Ledger, now: Callable[[], float], workers: int) -> None:
        self.owner = owner
        self.skew = 0.0
        self.executor = ScriptedExecutor(workers)
        self.writer = SlowWriter(ledger)
        self.ended: list[Assignment] = []
        self.views: dict[int, RunView] = {}
        self._now = now
        self.engine = Engine(
            self.executor, self.writer, Limits(workers, 0, POOLS), owner,  # type: ignore[arg-type]
            patient=True, clock=self.clock, monotonic=now,
        )  # fmt: skip
        ledger.alive.add(owner)

    def clock(self) -> float:
        return self._now() + self.skew

    def take(self, view: RunView) -> None:
        self.views[view.key] = view
        view.handle = RunHandle(view, self.engine)
        self.engine.submit(view)

    def take_over(self, restored: Restored) -> None:
        self.views[restored.view.key] = restored.view
        self.engine.take_over(restored)

    def has(self, key: int) -> bool:
        """Does it work for that run?"""
        return key in self.views and not self.views[key].handle.wait(0)

    def turn(self) -> None:
        self.engine._turn()

    # --- what its executor meets ---------------------------------------------------------------------------

    def running(self) -> list[str]:
        return sorted(self.executor.waiting)

    def followers(self) -> list[str]:
        begun = [key for key, one in self.executor.waiting.items() if one.after is not None]
        return sorted([*begun, *(one.key for one in self.executor.behind.values())])

    def start(self, key: str) -> None:
        self.executor.reports.append(Started(key, self.clock(), "w1"))

    def end(self, key: str, outcome: str, chance: Random) -> None:
        """An attempt is over."""
        assignment = self.executor.waiting.pop(key)
        self.ended.append(assignment)
        self.report(assignment, outcome, chance)
        self.executor.go_on(key, "succeeded" if outcome == "expanded" else outcome)

    def report(self, assignment: Assignment, outcome: str, chance: Random) -> None:
        reason = chance.choice(WHY[outcome]) if outcome in WHY else None
        items = None
        if outcome == "succeeded" and assignment.mode == "expand":
            outcome = "expanded"
            items = [[str(at), {"x": {"json": at}}] for at in range(chance.randint(0, 3))]
        error = {"type": "ValueError", "message": "no", "traceback": "", "names": _NAMES} if reason else None
        began = self.clock() if chance.random() < 0.7 or outcome in ("succeeded", "expanded") else None
        took = chance.choice((0.0001, 0.0001, 2.0))
        outputs = [[assignment.task, _value(assignment, chance)]] if outcome == "succeeded" else []
        self.executor.reports.append(
            Ended(assignment.key, outcome, reason, outputs, error, items, None, began, self.clock() + took, "w1")  # type: ignore[arg-type]
        )


def _value(assignment: Assignment, chance: Random) -> list[Any]:
    """The list form of a value that tells who made it: a plain list, or a file that nobody but a worker reads."""
    if chance.random() < 0.5:
        text = json.dumps([assignment.key, *range(chance.randint(0, 2))])
        return ["json", text, None, len(text), None, None, None, "list", True]
    path = f"{assignment.run_id}/{assignment.task}/{assignment.key}"
    return ["pickle", None, path, 1, "sha256:0", None, None, "object", False]
