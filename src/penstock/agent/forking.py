"""Signals that a process takes are not its children's: what is forked by user code has its own again from the start.

Our handlers would be wrong there. And a signal that came before they are gone would be lost, as Python forgets in a
child what has come for it: who ends a process that has just begun, as multiprocessing.Pool does, would wait for its
death for ever. So these signals wait while a process forks.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

#: Our handler and what children have instead, by number of the signal.
_taken: dict[int, tuple[Any, Any]] = {}
#: What a thread that forks had blocked before.
_forking = threading.local()
_watched = False


def take(number: int, handler: Any, theirs: Any) -> Any:
    """Have this handler in this process, and in what it forks from now on the other one; the handler of before."""
    global _watched
    _taken[number] = handler, theirs
    if not _watched:
        _watched = True
        os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_give_back)
    return signal.signal(number, handler)


def give_back(number: int, handler: Any) -> None:
    """Have this handler again, here and in what is forked."""
    signal.signal(number, handler)
    _taken.pop(number, None)


def _hold() -> None:
    _forking.blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _taken)


def _let_go() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _forking.blocked)


def _give_back() -> None:
    for number, (ours, theirs) in _taken.items():
        if signal.getsignal(number) == ours:  # user code may have put its own there
            signal.signal(number, theirs)
    _taken.clear()
    _let_go()
