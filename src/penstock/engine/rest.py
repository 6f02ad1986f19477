"""Letting workers go when there has been nothing to do for a while: what they loaded and keep takes memory."""

from __future__ import annotations

from collections.abc import Callable

from penstock.ports.executor import Executor


class Rest:
    """Closes the executor and opens it anew once no run was there for `after` seconds; never with None."""

    def __init__(self, executor: Executor, after: float | None, monotonic: Callable[[], float]) -> None:
        self._executor = executor
        self._after = after
        self._monotonic = monotonic
        #: When it is due, since the last run was over; None while there are runs, or the workers are fresh.
        self._due: float | None = None
        self._worked = False

    def patience(self) -> float | None:
        """Seconds until `look` must be asked again; None: for ever."""
        return None if self._due is None else max(0.0, self._due - self._monotonic())

    def look(self, *, busy: bool) -> None:
        """See whether it is time; called after every turn. Raises ExecutorError."""
        if self._after is None:
            return
        if busy:
            self._worked, self._due = True, None
        elif self._worked and self._due is None:
            self._due = self._monotonic() + self._after
        elif self._due is not None and self._due <= self._monotonic():
            self._worked, self._due = False, None
            self._executor.close()
            self._executor.open()
