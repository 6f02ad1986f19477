"""One engine of the simulation, with its way to its agent and to the record: both do only what chance lets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from penstock.engine.adoption import Bequest
from penstock.engine.handle import RunHandle
from penstock.engine.limits import Limits
from penstock.engine.loop import Engine
from penstock.engine.restore import Restored
from penstock.engine.reuse import Found
from penstock.engine.view import RunView
from penstock.errors import DiskFull, StoreLost
from penstock.store.rows import Commit
from tests.simulation.agent import Agent, Link
from tests.simulation.graphs import POOLS
from tests.simulation.ledger import Ledger


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
    """An engine at work. `skew` is how far its clock is off (seconds); `renew` gives an agent in place of one that
    died.
    """

    def __init__(
        self, owner: int, ledger: Ledger, now: Callable[[], float], agent: Agent, renew: Callable[[], Agent]
    ) -> None:
        self.owner = owner
        self.skew = 0.0
        self.link = Link(agent, owner, renew)
        self.writer = SlowWriter(ledger)
        self.views: dict[int, RunView] = {}
        self._ledger = ledger
        self._now = now
        #: Questions for results of earlier runs.
        self._sought: deque[tuple[list[str], Callable[[dict[str, Found]], None]]] = deque()
        self.engine = Engine(
            self.link, self.writer, Limits(agent.workers, 0, POOLS), owner,  # type: ignore[arg-type]
            patient=True, lasting=self.link, seek=self._seek, clock=self.clock, monotonic=now,
        )  # fmt: skip
        ledger.alive.add(owner)

    @property
    def agent(self) -> Agent:
        """The one that it has now."""
        return self.link.agent

    def clock(self) -> float:
        return self._now() + self.skew

    def take(self, view: RunView) -> None:
        """Start a run."""
        self.views[view.key] = view
        view.handle = RunHandle(view, self.engine)
        self.engine.submit(view)

    def take_over(self, restored: Restored, bequest: Bequest) -> None:
        """Go on with one that another engine began."""
        self.views[restored.view.key] = restored.view
        restored.view.handle = RunHandle(restored.view, self.engine)
        self.engine.take_over(restored, bequest)

    def has(self, key: int) -> bool:
        """Does it work for that run?"""
        return key in self.views and not self.views[key].handle.over

    def turn(self) -> None:
        self.engine._turn()

    def _seek(self, keys: list[str], root: str, answer: Callable[[dict[str, Found]], None]) -> None:
        self._sought.append((keys, answer))

    def find_results(self) -> None:
        """Answer what was looked for."""
        while self._sought:
            keys, answer = self._sought.popleft()
            answer({key: found for key in keys if (found := self._found(key)) is not None})

    def _found(self, key: str) -> Found | None:
        row = self._ledger.results.get(key)
        if row is None:
            return None
        rows = self._ledger.artifacts
        made = [rows[place] for place in sorted(rows) if place[:2] == (row.run_key, row.seq)]
        return Found(row.run_key, row.made_at / 1e6, made)
