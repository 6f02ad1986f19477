"""What Ctrl-C and other requests to end make of a run."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from penstock.agent.forking import give_back, take
from penstock.worker.interrupts import Stopped

if TYPE_CHECKING:
    from penstock.engine.handle import RunHandle

_ENDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interruptible(work: Callable[[Signals, ExitStack], int]) -> int:
    """Do what has a run; the exit code, which tells of an interrupt. What the stack is given is closed in any case."""
    with Signals() as signals:
        try:
            with ExitStack() as stack:
                return work(signals, stack)
        except KeyboardInterrupt:
            return signals.exit_code or 128 + signal.SIGINT


class Signals:
    """Once: cancel. Twice: end at once. Before there is a run, a signal ends the program as usual.

    A signal that is ignored when we start (`nohup`, jobs in the background) stays ignored.
    """

    def __init__(self) -> None:
        self.handle: RunHandle | None = None
        #: 128 + the number of the first signal, as shells tell it; None as long as none came.
        self.exit_code: int | None = None
        #: Signals that came.
        self.asked = 0
        #: Does this thread run a task, or wait for what is typed, so that only an exception ends that?
        self.interrupts: Callable[[], bool] = lambda: False
        self._held = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in _ENDS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = take(number, self._take, signal.getsignal(number))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            give_back(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Signals that come inside wait for its end: no run is started without somebody who can end it."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            for _ in range(self.asked):
                self._pass_on()

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self.asked += 1
        self.exit_code = self.exit_code or 128 + number
        if not self._held:
            self._pass_on()

    def _pass_on(self) -> None:
        if self.handle is None:
            raise KeyboardInterrupt
        if self.asked == 1:
            self.handle.cancel()
        else:
            self.handle.kill()
        if self.interrupts() and self.handle.waits_for is None and not self.handle.over:
            raise Stopped  # into the task that runs in this thread
