"""SIGTERM in a worker: an exception in the main thread while a task runs, so that `finally` blocks run."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import signal
from types import FrameType

from penstock.agent.forking import take

_installed = False
_armed = False
_asked = False


class Interrupted(BaseException):
    """The attempt was cancelled, its time is up, or somebody else has sent the signal."""

    def __str__(self) -> str:
        return "its process was asked to end (SIGTERM)"


class Stopped(KeyboardInterrupt):
    """The same in the process of a terminal that runs tasks itself. A Ctrl-C that is nobody's but the task's own is
    a failure of it.
    """


def install() -> None:
    """Take SIGTERM over; processes that a task forks get the system's behaviour back."""
    global _installed
    _installed = True
    take(signal.SIGTERM, _on_sigterm, signal.SIG_DFL)


def arm() -> None:
    """A task begins: the next SIGTERM interrupts it, once. So does one that came since it was handed to us."""
    global _armed
    # That of `signal` looks each time for a name of the handler: for longer than all else takes here.
    if _installed and _signal.getsignal(signal.SIGTERM) is not _on_sigterm:
        signal.signal(signal.SIGTERM, _on_sigterm)  # the task before has put its own there
    _armed = True
    if _asked:
        _interrupt()


def disarm() -> None:
    """The task is over."""
    global _armed
    _armed = False


def _on_sigterm(_number: int, _frame: FrameType | None) -> None:
    global _asked
    _asked = True
    if _armed:
        _interrupt()


def _interrupt() -> None:
    global _asked
    _asked = False
    disarm()
    raise Interrupted
