"""Ctrl-C leaves a Kedro run without calling any hook. Here is how it is noticed all the same, and does what it did.

Python writes the number of each signal that it handles into a descriptor, if one is set (signal.set_wakeup_fd): ours is
a file of the spool. Where somebody else has set one (a notebook's loop), it stays; there, IPython says when a cell is
over.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from penstock.integrations.kedro.spool import SIGNALS

_descriptor = -1


def watch(folder: str, over: Callable[[], object]) -> None:
    """Have signals noted in the spool in `folder`; `over` is called at the end of a notebook's cell."""
    if threading.current_thread() is threading.main_thread():
        _note_signals(folder)
    _ask_ipython(over)


def _note_signals(folder: str) -> None:
    global _descriptor
    unwatch()
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC
    mine = os.open(os.path.join(folder, SIGNALS), flags, 0o600)
    before = signal.set_wakeup_fd(mine, warn_on_full_buffer=False)
    if before == -1:
        _descriptor = mine
    else:
        signal.set_wakeup_fd(before)
        os.close(mine)


def unwatch() -> None:
    """Note signals no more, if it was us who did."""
    global _descriptor
    if _descriptor == -1 or threading.current_thread() is not threading.main_thread():
        return
    before = signal.set_wakeup_fd(-1)
    if before not in (_descriptor, -1):
        signal.set_wakeup_fd(before)
    os.close(_descriptor)
    _descriptor = -1


def _ask_ipython(over: Callable[[], object]) -> None:
    ipython: Any = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None:
        return

    def after_cell(*_: object) -> None:
        shell.events.unregister("post_run_cell", after_cell)
        over()

    shell.events.register("post_run_cell", after_cell)
