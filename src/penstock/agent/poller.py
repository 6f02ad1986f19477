"""Waits for descriptors that are ready."""

from __future__ import annotations

import math
import select
from collections.abc import Callable
from typing import TypeAlias

Callback: TypeAlias = Callable[[], object]


class Poller:
    """Calls a function for each descriptor that is ready. One thread."""

    def __init__(self) -> None:
        self._readers: dict[int, Callback] = {}
        self._writers: dict[int, Callback] = {}
        self._epoll = select.epoll()

    def watch(self, fd: int, readable: Callback) -> None:
        """Call `readable` when there is something to read, or the other end is gone."""
        self._readers[fd] = readable
        self._epoll.register(fd, select.EPOLLIN)

    def watch_writing(self, fd: int, writable: Callback | None) -> None:
        """Call `writable` too when there is room to write; None: no more."""
        if writable is None:
            self._writers.pop(fd, None)
            self._epoll.modify(fd, select.EPOLLIN)
        else:
            self._writers[fd] = writable
            self._epoll.modify(fd, select.EPOLLIN | select.EPOLLOUT)

    def forget(self, fd: int) -> None:
        """Watch a descriptor no more; before it is closed."""
        if self._readers.pop(fd, None) is not None:
            self._writers.pop(fd, None)
            self._epoll.unregister(fd)

    def turn(self, timeout: float | None) -> None:
        """Wait up to `timeout` seconds (None: for ever), then make the calls that are due."""
        # Rounded up to whole milliseconds: a wait that ends a moment too early would spin.
        wait = -1 if timeout is None else math.ceil(timeout * 1000) / 1000
        for fd, events in self._epoll.poll(wait):
            if events & ~select.EPOLLOUT:
                reader = self._readers.get(fd)
                if reader is not None:
                    reader()
            if events & select.EPOLLOUT:
                writer = self._writers.get(fd)
                if writer is not None:
                    writer()
