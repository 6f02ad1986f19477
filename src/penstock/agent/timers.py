"""What is due later: a heap of calls, for a loop that asks how long it may sleep."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Any


class Timers:
    """Calls at times of the monotonic clock. A call that is no longer wanted has to see that by itself."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._order = itertools.count()

    def after(self, seconds: float, call: Callable[[Any], None], fact: Any) -> None:
        """Call `call(fact)` in so many seconds."""
        heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._order), call, fact))

    def patience(self) -> float | None:
        """Seconds until something is due; None when nothing is."""
        return max(0.0, self._heap[0][0] - time.monotonic()) if self._heap else None

    def fire(self) -> None:
        """Make the calls that are due."""
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            _, _, call, fact = heapq.heappop(self._heap)
            call(fact)
