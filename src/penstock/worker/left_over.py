"""What a task changes of its process for good, and what the next task finds as its code has left it."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import contextlib
import logging
import os
import signal
import sys
import threading
import warnings
from typing import Any, Final

from penstock.worker.records import RecordHandler

#: What tasks and their libraries take for themselves. SIGTERM is looked after where it is taken (worker.interrupts).
_SIGNALS: Final = tuple(int(number) for number in (signal.SIGINT, signal.SIGALRM, signal.SIGCHLD, signal.SIGPIPE))

#: Where pools note the threads that wait for their work: those of threads, and those of processes, which are ended and
#: told for themselves (agent.trees). joblib has the second kind as its own.
_POOLS: Final = (
    ("concurrent.futures.thread", "_threads_queues"),
    ("concurrent.futures.process", "_threads_wakeups"),
    ("joblib.externals.loky.process_executor", "_threads_wakeups"),
    ("loky.process_executor", "_threads_wakeups"),
)

#: The variables as bytes: to go through `os.environ` decodes each of them, for longer than all else takes here.
_variables: Final[dict[bytes, bytes]] = os.environ._data  # type: ignore[attr-defined]


class Kept:
    """The process as it was when the code had been imported: variables, signals, logging, warnings, limits.

    Looked at again after each task: what is as it was costs some microseconds altogether. Modules and what they hold
    are not looked at, nor the import path: libraries add to it when they are imported, and count on it later. So do
    some on a variable, a filter or a handler of theirs: that stays when a task was the first to import something.
    """

    def __init__(self) -> None:
        root = logging.root
        self._modules = len(sys.modules)
        self._variables = _variables.copy()
        self._mask = os.umask(0o077)
        os.umask(self._mask)
        self._recursion = sys.getrecursionlimit()
        self._signals = [*map(_signal.getsignal, _SIGNALS)]
        self._filters = list(warnings.filters)
        self._ours = next((each for each in root.handlers if isinstance(each, RecordHandler)), None)
        self._keep_logging(root)

    def _keep_logging(self, root: logging.Logger) -> None:
        self._show: Any = warnings.showwarning
        self._handlers, self._level, self._disable = [*root.handlers], root.level, root.manager.disable
        self._disabled = {logger.name for logger in _loggers() if logger.disabled}

    def put_back(self) -> None:
        """A task is over: what it has changed goes."""
        imported, self._modules = len(sys.modules) > self._modules, len(sys.modules)
        if _variables != self._variables:
            self._put_back_variables(imported=imported)
        os.umask(self._mask)
        if sys.getrecursionlimit() != self._recursion:
            sys.setrecursionlimit(self._recursion)
        if [*map(_signal.getsignal, _SIGNALS)] != self._signals:
            self._put_back_signals()
        if imported:
            self._filters = list(warnings.filters)
        elif warnings.filters != self._filters:
            warnings.resetwarnings()
            warnings.filters[:] = self._filters  # type: ignore[index]
        root = logging.root
        if (
            root.handlers != self._handlers
            or root.level != self._level
            or root.manager.disable != self._disable
            or warnings.showwarning is not self._show
            or (self._ours is not None and self._ours.closed)
        ):
            if imported:
                self._take_logging(root)
            else:
                self._put_back_logging(root)

    def _put_back_variables(self, *, imported: bool) -> None:
        for name in _variables.keys() - self._variables.keys():
            if imported:
                self._variables[name] = _variables[name]
                continue
            with contextlib.suppress(KeyError):
                del os.environb[name]
        os.environb.update(self._variables)

    def _put_back_signals(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)  # an alarm that is still to come was meant for the handler that goes
        for number, handler in zip(_SIGNALS, self._signals, strict=True):
            if handler is not None:
                signal.signal(number, handler)

    def _take_logging(self, root: logging.Logger) -> None:
        """As a library has set it up that was just imported (Kedro does), with our own handler in any case."""
        if self._ours is not None:
            self._ours.closed = False
            if self._ours not in root.handlers:
                root.addHandler(self._ours)
        self._keep_logging(root)

    def _put_back_logging(self, root: logging.Logger) -> None:
        """Also those that `dictConfig` disables, as it does with all that it does not name."""
        warnings.showwarning = self._show
        root.handlers[:] = self._handlers
        root.setLevel(self._level)
        logging.disable(self._disable)
        for logger in _loggers():
            logger.disabled = logger.name in self._disabled
        if self._ours is not None:
            self._ours.closed = False


def _loggers() -> list[logging.Logger]:
    known = list(logging.root.manager.loggerDict.values())
    return [logger for logger in known if isinstance(logger, logging.Logger)]


def threads_left(before: set[threading.Thread]) -> list[str]:
    """Names of threads that were not there `before` and that a script would wait for at its end.

    Threads of a pool wait there for work that never comes, where libraries keep one for later.
    """
    if threading.active_count() <= len(before):
        return []
    pools = [getattr(sys.modules.get(module), name, ()) for module, name in _POOLS]
    return [
        thread.name
        for thread in threading.enumerate()
        if not thread.daemon and thread not in before and not any(thread in pool for pool in pools)
    ]
