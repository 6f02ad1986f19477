"""What is due later: a heap of calls, for a loop that asks how long it may sleep."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Any


class Timers:
    """Calls at times of the monotonic clock.

    A call whose fact has become `stale` is not made, and does not stay long: most timeouts are set in vain.
    """

    def __init__(self, stale: Callable[[Any], bool]) -> None:
        self._heap: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._order = itertools.count()
        self._stale = stale
        self._look_at = 1000

    def after(self, seconds: float, call: Callable[[Any], None], fact: Any) -> None:
        """Call `call(fact)` in so many seconds."""
        heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._order), call, fact))
        if len(self._heap) > self._look_at:
            self._heap = [timer for timer in self._heap if not self._stale(timer[3])]
            heapq.heapify(self._heap)
            self._look_at = 1000 + 2 * len(self._heap)

    def patience(self) -> float | None:
        """Seconds until something is due; None when nothing is. Nobody wakes for what is stale."""
        while self._heap and self._stale(self._heap[0][3]):
            heapq.heappop(self._heap)
        return max(0.0, self._heap[0][0] - time.monotonic()) if self._heap else None

    def fire(self) -> None:
        """Make the calls that are due."""
        if not self._heap:
            return
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            _, _, call, fact = heapq.heappop(self._heap)
            if not self._stale(fact):
                call(fact)
