"""Waits for descriptors: by epoll, and by poll where there is none. Their words are the same (epoll(7), poll(2))."""

from __future__ import annotations

import math
import select
from collections.abc import Callable
from typing import Any, Final, TypeAlias

Callback: TypeAlias = Callable[[], object]

_IN: Final = 1
_OUT: Final = 4


class Poller:
    """Calls a function for each descriptor that is ready. One thread."""

    def __init__(self) -> None:
        self._readers: dict[int, Callback] = {}
        self._writers: dict[int, Callback] = {}
        has_epoll = hasattr(select, "epoll")
        self._set: Any = select.epoll() if has_epoll else select.poll()
        #: epoll takes seconds (and rounds up to milliseconds), poll takes milliseconds.
        self._unit = 1 if has_epoll else 1000

    def watch(self, fd: int, readable: Callback) -> None:
        """Call `readable` when there is something to read, or the other end is gone."""
        self._readers[fd] = readable
        self._set.register(fd, _IN)

    def watch_writing(self, fd: int, writable: Callback | None) -> None:
        """Call `writable` too when there is room to write; None: no more."""
        if writable is None:
            self._writers.pop(fd, None)
            self._set.modify(fd, _IN)
        else:
            self._writers[fd] = writable
            self._set.modify(fd, _IN | _OUT)

    def forget(self, fd: int) -> None:
        """Watch a descriptor no more; before it is closed."""
        if self._readers.pop(fd, None) is not None:
            self._writers.pop(fd, None)
            self._set.unregister(fd)

    def turn(self, timeout: float | None) -> None:
        """Wait up to `timeout` seconds (None: for ever), then make the calls that are due."""
        wait = -1 if timeout is None else math.ceil(timeout * 1000) / 1000 * self._unit
        for fd, events in self._set.poll(wait):
            if events & ~_OUT:
                reader = self._readers.get(fd)
                if reader is not None:
                    reader()
            if events & _OUT:
                writer = self._writers.get(fd)
                if writer is not None:
                    writer()
