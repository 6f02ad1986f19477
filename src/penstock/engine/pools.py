"""Slots of pools: an engine asks the store for them, because others run tasks of the same pool.

A task run that needs one is parked until a commit has granted it; only then its attempt is made. Tasks without a pool
never come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from penstock.engine.view import TaskRun
from penstock.store.rows import SlotAsk

#: Seconds between two looks whether others gave a slot back. Its own engine's are asked for at once.
LOOK: Final = 0.1


class _Parked(NamedTuple):
    task_run: TaskRun
    ask: SlotAsk


class Pools:
    """What this engine has asked for, was granted, and has out, by pool; at most `sizes` together."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self._counts = dict.fromkeys(sizes, 0)
        self._parked: dict[tuple[int, int, int], _Parked] = {}
        self._granted: dict[tuple[int, int, int], TaskRun] = {}
        #: Asks that are to be sent, and those that came to nothing so far.
        self._fresh: list[SlotAsk] = []
        self._refused: list[SlotAsk] = []
        self._again_at: float | None = None

    def is_granted(self, run: TaskRun) -> bool:
        """Has the next attempt of a task run its slot?"""
        return _next(run) in self._granted

    def has_room(self, pool: str) -> bool:
        """May this engine ask for one more?"""
        return self._counts[pool] < self.sizes[pool]

    def park(self, run: TaskRun) -> None:
        """Ask for a slot for the next attempt of a task run; it stays here until that is granted."""
        pool = run.task.spec.resources.pool or ""
        key = _next(run)
        if key in self._parked:
            return
        ask = SlotAsk(f"pool:{pool}", self.sizes[pool], *key, run.queued_at or 0.0)
        self._counts[pool] += 1
        self._parked[key] = _Parked(run, ask)
        self._fresh.append(ask)

    def grant(self, ask: SlotAsk) -> TaskRun | None:
        """A slot was given; the task run that may be dispatched. None: nobody waits for it any more."""
        parked = self._parked.pop(ask[2:5], None)
        if parked is None:
            return None
        self._granted[ask[2:5]] = parked.task_run
        return parked.task_run

    def refuse(self, asks: list[SlotAsk], monotonic: float) -> None:
        """There was no room; they are asked for again soon."""
        self._refused += asks
        if self._refused and self._again_at is None:
            self._again_at = monotonic + LOOK

    def asks(self, monotonic: float) -> list[tuple[TaskRun, SlotAsk]]:
        """What is to be sent now, and for which task runs."""
        asks, self._fresh = self._fresh, []
        if self._again_at is not None and monotonic >= self._again_at:
            asks += self._refused
            self._refused, self._again_at = [], None
        return [(parked.task_run, ask) for ask in asks if (parked := self._parked.get(ask[2:5])) is not None]

    def patience(self, monotonic: float) -> float | None:
        """Seconds until `asks` has something; None: not before something happens."""
        if self._fresh:
            return 0.0
        return None if self._again_at is None else max(0.0, self._again_at - monotonic)

    def stale(self) -> list[tuple[TaskRun, int]]:
        """Task runs and attempts that came to nothing (cancelled, at rest): their slots are to be given back."""
        gone = [
            (key, run)
            for key, run in self._all()
            if run.state != "queued" or run.run.state not in ("running", "cancelling")
        ]
        return self._let_go(gone)

    def forget(self, run_key: int) -> list[tuple[TaskRun, int]]:
        """Let go of all that waits here of a run; as `stale`."""
        return self._let_go([(key, run) for key, run in self._all() if key[0] == run_key])

    def _all(self) -> list[tuple[tuple[int, int, int], TaskRun]]:
        return [*((key, one.task_run) for key, one in self._parked.items()), *self._granted.items()]

    def _let_go(self, gone: list[tuple[tuple[int, int, int], TaskRun]]) -> list[tuple[TaskRun, int]]:
        for key, run in gone:
            self._parked.pop(key, None)
            self._granted.pop(key, None)
            self._count(run, -1)
        return [(run, key[2]) for key, run in gone]

    @property
    def waiting(self) -> bool:
        """Is anything parked, or granted and not dispatched?"""
        return bool(self._parked or self._granted)

    def hold(self, run: TaskRun) -> None:
        """The next attempt of a task run begins, or one goes on that another engine began."""
        if self._granted.pop(_next(run), None) is None:
            self._count(run, 1)

    def release(self, run: TaskRun) -> None:
        """An attempt is over."""
        self._count(run, -1)
        if self._refused:
            self._again_at = 0.0

    def _count(self, run: TaskRun, by: int) -> None:
        self._counts[run.task.spec.resources.pool or ""] += by


def _next(run: TaskRun) -> tuple[int, int, int]:
    return run.run.key, run.seq, run.attempts + 1
