"""What a task finds around it, and what the next one finds again however a task has left it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from io import TextIOWrapper

from penstock.agent import processes
from penstock.worker import records
from penstock.worker.left_over import Kept, threads_left

_logger = logging.getLogger("penstock")


class Surroundings:
    """Standard streams on this worker's pipes, records of logging, the working folder, and the rest of the process."""

    def __init__(self, marker: str) -> None:
        self._out, self._err = _text(1), _text(2)
        self._folder = os.getcwd()
        self._put_back()
        sys.__stdout__, sys.__stderr__ = self._out, self._err  # type: ignore[misc]
        records.install(marker.encode("ascii"))
        _reseed()
        self.keep()

    def keep(self) -> None:
        """The code is there: what it has set up is what every task of it shall find."""
        self._kept = Kept()
        self._threads = set(threading.enumerate())

    def flush(self) -> None:
        """Give away what is still held back by Python and by libraries in C."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                continue  # the task has closed it
        processes.flush_c_streams()

    def restore(self) -> None:
        """A task is over: what it has put in the place of ours goes."""
        if sys.stdout is not self._out or sys.stderr is not self._err or self._out.closed or self._err.closed:
            if self._out.closed:
                self._out = _text(1)
            if self._err.closed:
                self._err = _text(2)
            self._put_back()
        try:
            if os.getcwd() != self._folder:
                os.chdir(self._folder)
        except OSError:
            os.chdir(self._folder)
        self._kept.put_back()

    def threads_left(self) -> bool:
        """Whether the task has left threads at work, which is told in its log: this process is none for another."""
        names = threads_left(self._threads)
        if names:
            these = "1 thread" if len(names) == 1 else f"{len(names)} threads"
            _logger.warning("the task left %s running (%s): ended", these, ", ".join(names[:3]))
        return bool(names)

    def _put_back(self) -> None:
        sys.stdout, sys.stderr = self._out, self._err


def _text(fd: int) -> TextIOWrapper:
    """A stream that gives each line away at once, so that none is lost when the process is."""
    return open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _reseed() -> None:
    """A fork copies the state of chance. Python's `random` looks after itself (os.register_at_fork)."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and "numpy.random" in sys.modules:
        numpy.random.seed()
