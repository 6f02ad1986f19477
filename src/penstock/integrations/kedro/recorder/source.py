"""The process of Kedro, seen from outside."""

from __future__ import annotations

import os
import signal
from typing import Any, Final

from penstock.agent.sampling import Footprint, footprint
from penstock.store.instances import started

_NONE: Final = Footprint(0.0, 0, 0, 0)


class Source:
    """A process that is told by its number and its start, so that another one of that number is not taken for it."""

    def __init__(self, head: dict[str, Any]) -> None:
        self.pid = int(head["pid"])
        self._started: int | None = head["pid_started"]

    @property
    def alive(self) -> bool:
        """Is it there, and the same?"""
        if self._started is not None:
            return started(self.pid) == self._started
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    @property
    def known(self) -> bool:
        """Is it there, and can't be another of the same number?"""
        return self._started is not None and self.alive

    def interrupt(self, *, hard: bool) -> None:
        """Send what Ctrl-C sends, `hard`: SIGTERM; to nobody else."""
        if self.known:
            try:
                os.kill(self.pid, signal.SIGTERM if hard else signal.SIGINT)
            except OSError:  # gone in this moment, or somebody else's
                pass

    def footprint(self, pid: int | None) -> Footprint:
        """What its process tree uses, or a child's; without this process, which is one of the tree."""
        if pid is not None:
            return footprint(pid)
        whole, own = footprint(self.pid), footprint(os.getpid()) if os.getppid() == self.pid else _NONE
        return Footprint(
            max(0.0, whole.cpu_seconds - own.cpu_seconds),
            max(0, whole.rss_bytes - own.rss_bytes),
            max(0, whole.read_bytes - own.read_bytes),
            max(0, whole.written_bytes - own.written_bytes),
        )
