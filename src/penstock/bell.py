"""Waking a thread that waits."""

from __future__ import annotations

import contextlib
import math
import os
import select


class Bell:
    """Rung by any thread or signal handler, heard by the one that waits.

    It is a pipe: a handler may interrupt the very thread that waits, and where that would hold a lock, nothing would go
    on. A ring is heard even when nobody waits yet. `ends`: the reading and the writing end of a pipe that is there.
    """

    def __init__(self, ends: tuple[int, int] | None = None) -> None:
        #: Can be read when it has rung.
        self.fd, self._rope = ends or os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._rope, False)
        self._poll = select.poll()
        self._poll.register(self.fd, select.POLLIN)

    def ring(self) -> None:
        """Wake who waits, or will wait."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._rope, b"\0")

    def clear(self) -> None:
        """Forget that it has rung."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.fd, 4096)

    def wait(self, timeout: float | None) -> bool:
        """Wait until it has rung, which is forgotten with that, or `timeout` seconds are over. Has it rung?

        Who registers something else with `_poll` is woken by that too.
        """
        rung = any(fd == self.fd for fd, _ in self._poll.poll(None if timeout is None else math.ceil(timeout * 1000)))
        if rung:
            self.clear()
        return rung

    def close(self) -> None:
        """Nobody rings or waits any more."""
        os.close(self.fd)
        os.close(self._rope)
