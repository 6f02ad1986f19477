"""What becomes due: retries, time-outs, approvals. One thread."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from penstock.engine.view import RunView, TaskRun


class Due(NamedTuple):
    """What is due now."""

    kind: str
    view: RunView
    task_run: TaskRun | None


class Timers:
    """Timers by the monotonic clock: nobody waits for an hour because the clock is set back by one."""

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._heap: list[tuple[float, int, Due]] = []
        self._order = itertools.count()

    def add(self, at: float, due: Due) -> None:
        """Wake at `at`, seconds since 1970 as the clock goes now."""
        heapq.heappush(self._heap, (self._monotonic() + (at - self._clock()), next(self._order), due))

    def stop(self, stopped: Collection[tuple[str, RunView]]) -> None:
        """Forget those of a kind of a run."""
        self._heap = [timer for timer in self._heap if (timer[2].kind, timer[2].view) not in stopped]
        heapq.heapify(self._heap)

    def fired(self) -> Iterator[Due]:
        """What is due now, each once."""
        now = self._monotonic()
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

    def patience(self) -> float | None:
        """Seconds until something is due; None: nothing is to come."""
        return max(0.0, self._heap[0][0] - self._monotonic()) if self._heap else None
