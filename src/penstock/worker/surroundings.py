"""What a task finds around it, and what the next one finds again however a task has left it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Sequence
from io import TextIOWrapper

from penstock.agent import processes
from penstock.worker import records
from penstock.worker.left_over import Kept, threads_left

_logger = logging.getLogger("penstock")


class Surroundings:
    """Standard streams on this worker's pipes, records of logging, the working folder, and the rest of the process."""

    def __init__(self, marker: str, pipes: Sequence[int]) -> None:
        #: What is written to 1 and 2 goes into these; a task may close those, or put another file there.
        self._pipes = [(fd, pipe, _file(pipe)) for fd, pipe in zip((1, 2), pipes, strict=True)]
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
        if any(_file(fd) != file for fd, _, file in self._pipes):
            self._put_back_pipes()
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

    def _put_back_pipes(self) -> None:
        for stream in (self._out, self._err):
            with contextlib.suppress(OSError):
                stream.close()  # what it could not give away is no line of the next task
        for fd, pipe, _ in self._pipes:
            os.dup2(pipe, fd)

    def _put_back(self) -> None:
        sys.stdout, sys.stderr = self._out, self._err


def _text(fd: int) -> TextIOWrapper:
    """A stream that gives each line away at once, so that none is lost when the process is."""
    return open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _file(fd: int) -> tuple[int, int] | None:
    """Which file a descriptor is of; None when it is closed."""
    try:
        found = os.fstat(fd)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _reseed() -> None:
    """A fork copies the state of chance. Python's `random` looks after itself (os.register_at_fork)."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and "numpy.random" in sys.modules:
        numpy.random.seed()
