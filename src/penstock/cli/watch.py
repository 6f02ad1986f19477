"""Waiting for a run while showing it: live on a terminal, as lines elsewhere, or not at all."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Final

from penstock.cli import output
from penstock.cli.render.board import CANCELLING, KILLING, goes_on
from penstock.cli.render.notice import change, first
from penstock.cli.render.spans import Span
from penstock.model.states import TERMINAL_TASK

if TYPE_CHECKING:
    from penstock.cli.debugger import Debugger
    from penstock.cli.signals import Signals
    from penstock.compose.local import LocalEngine
    from penstock.engine.handle import RunHandle
    from penstock.engine.observe import Notice

#: Seconds between two looks.
TICK: Final = 0.1
#: States that a run in this process tells of: while a task runs, the terminal is the task's.
_ENDS: Final = TERMINAL_TASK | {"retrying"}


def watch(handle: RunHandle, signals: Signals, engine: LocalEngine, *, quiet: bool) -> None:
    """Return when the run is over and recorded.

    When nobody can see it any more (`| head`, a terminal that was closed), the run goes on unseen.
    """
    if engine.inline:
        _work(handle, signals, engine, quiet=quiet)
        return
    if not quiet:
        with contextlib.suppress(OSError):
            if output.lively():
                from penstock.cli.live import show

                show(handle, signals)
            else:
                _print(handle, signals)
    _wait(handle, signals)


def _print(handle: RunHandle, signals: Signals) -> None:
    from penstock.cli.lines import Lines

    lines = Lines(output.paint(), handle.picture)
    handle.listen(lines.take)
    lines.catch_up()
    output.show([first(handle.picture())])
    told, over = 0, False
    while not over:
        over = handle.wait(TICK)
        due = lines.due(time.time())
        if due:
            output.show(due)
        told = _tell_cancel(signals, told)


def _work(handle: RunHandle, signals: Signals, engine: LocalEngine, *, quiet: bool) -> None:
    """Tasks run in this thread, so that a debugger has the terminal; a line comes when a task is over."""
    asks = _debugger(handle, engine)
    if not quiet:
        paint = output.paint()
        output.show([first(handle.picture())])

        def take(notice: Notice) -> None:
            if notice.state in _ENDS:
                output.show([change(notice, paint)])
            elif notice.state == "paused" and (asks is None or notice.reason == "approval"):
                output.show([change(notice, paint), *goes_on(notice, handle.id)])

        handle.listen(take)
    signals.interrupts = lambda: engine.busy or (asks is not None and asks.asking)
    engine.work_until(handle, None if asks is None else asks.rest)


def _debugger(handle: RunHandle, engine: LocalEngine) -> Debugger | None:
    """Who asks a person where the run rests; None where nobody is there: it rests until others let it go on."""
    from penstock.cli import debugger

    if not debugger.is_possible():
        return None
    return debugger.Debugger(handle, engine.home.artifacts, debugger.ask, output.show)


def _wait(handle: RunHandle, signals: Signals) -> None:
    told = 0
    while not handle.wait(TICK):
        told = _tell_cancel(signals, told)


def _tell_cancel(signals: Signals, told: int) -> int:
    """Tell what a signal makes of the run, the first and the second time; how often it was asked so far."""
    asked = min(signals.asked, 2)
    if asked > told:
        text = CANCELLING if asked == 1 else KILLING
        text = text if output.paint(sys.stderr).unicode else text.replace("…", "...")
        with contextlib.suppress(OSError):
            output.show([[Span(text)]], sys.stderr)
    return asked
