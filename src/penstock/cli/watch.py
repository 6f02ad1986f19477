"""Waiting for a run while showing it, and what signals make of that."""

from __future__ import annotations

import signal
import sys
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from penstock.cli import terminal
from penstock.model.states import TERMINAL_TASK

if TYPE_CHECKING:
    from penstock.compose.local import LocalEngine
    from penstock.engine.handle import RunHandle

#: Seconds between two looks.
TICK: Final = 0.1
#: States that a run in this process tells of: while a task runs, the terminal is the task's.
ENDS: Final = TERMINAL_TASK | {"retrying"}


class Signals:
    """Once: cancel. Twice: end at once. Before there is a run, a signal ends the program as usual."""

    def __init__(self) -> None:
        self.handle: RunHandle | None = None
        self.exit_code: int | None = None
        self.interrupts = False
        self._asked = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def asked(self) -> int:
        """How often a signal came."""
        return self._asked

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        self.exit_code = self.exit_code or 128 + number
        if self.handle is None:
            raise KeyboardInterrupt
        if self._asked == 1:
            self.handle.cancel()
        else:
            self.handle.kill()
        if self.interrupts and self.handle.picture().done < self.handle.picture().total:
            raise KeyboardInterrupt  # into the task that runs in this thread


def watch(handle: RunHandle, signals: Signals, engine: LocalEngine, *, quiet: bool) -> None:
    """Return when the run is over and recorded. Shows it live on a terminal, as lines elsewhere, or not at all."""
    signals.handle = handle
    try:
        if engine.inline:
            _work(handle, signals, engine, quiet=quiet)
        elif quiet:
            _wait(handle, signals)
        elif terminal.lively():
            from penstock.cli.live import show

            show(handle, signals)
        else:
            from penstock.cli.lines import Lines

            lines = Lines(terminal.paint())
            handle.listen(lines.take)
            lines.begin(handle.picture())
            told = False
            while not handle.wait(TICK):
                lines.print()
                told = told or _tell_cancel(signals)
            lines.print(last=True)
    finally:
        signals.handle = None if handle.wait(0) else handle


def _work(handle: RunHandle, signals: Signals, engine: LocalEngine, *, quiet: bool) -> None:
    """Tasks run in this thread, so that a debugger has the terminal; lines come when a task is over."""
    from penstock.cli.lines import Lines, line

    paint = terminal.paint()
    if not quiet:
        Lines(paint).begin(handle.picture())
        handle.listen(lambda notice: print(line(notice, paint), flush=True) if notice.state in ENDS else None)
    signals.interrupts = True
    engine.work_until(handle)


def _wait(handle: RunHandle, signals: Signals) -> None:
    told = False
    while not handle.wait(TICK):
        told = told or _tell_cancel(signals)


def _tell_cancel(signals: Signals) -> bool:
    if not signals.asked:
        return False
    print("Cancelling: tasks get their grace to end (Ctrl-C again ends them at once)", file=sys.stderr, flush=True)
    return True
