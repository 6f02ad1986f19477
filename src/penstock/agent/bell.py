"""Waking a thread that waits."""

from __future__ import annotations

import contextlib
import os
import select


class Bell:
    """Rung by any thread or signal handler, heard by the one that waits.

    It is a pipe: a handler may interrupt the very thread that waits, and where that would hold a lock, nothing would go
    on. A ring is heard even when nobody waits yet.
    """

    def __init__(self) -> None:
        #: Can be read when it has rung.
        self.fd, self._rope = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._rope, False)

    def ring(self) -> None:
        """Wake who waits, or will wait."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._rope, b"\0")

    def clear(self) -> None:
        """Forget that it has rung."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.fd, 4096)

    def wait(self, timeout: float | None) -> None:
        """Return when it has rung, or `timeout` seconds are over; the ring is forgotten."""
        select.select([self.fd], [], [], timeout)
        self.clear()

    def close(self) -> None:
        """Nobody rings or waits any more."""
        os.close(self.fd)
        os.close(self._rope)
