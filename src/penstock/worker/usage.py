"""What an attempt used: CPU of this process and of children it has waited for, its peak of memory, bytes."""

from __future__ import annotations

import os
import sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage, struct_rusage
from typing import Final

#: ru_maxrss is in kilobytes on Linux, in bytes on macOS (getrusage(2)).
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024


class Meter:
    """Figures of the attempt under way. `start` before it, `stop` after; together they cost some five microseconds.

    Bytes are those of read and write calls, also on pipes, sockets and cached files (rchar and wchar of
    /proc/PID/io, proc(5)): what was asked for, not what the disk did. They include children that were waited for.
    """

    def __init__(self) -> None:
        self._peak_reset = _open("/proc/self/clear_refs", os.O_WRONLY)
        self._io = _open("/proc/self/io", os.O_RDONLY)
        #: What the meter itself has read and written.
        self._own_read = self._own_written = 0
        self._child_peak = 0
        #: CPU microseconds, bytes read and bytes written since this process began.
        self.totals: list[int] = [0, 0, 0]
        self.look()

    @property
    def counts_bytes(self) -> bool:
        """Whether bytes are counted here at all."""
        return self._io >= 0

    def look(self) -> None:
        """Bring `totals` up to date."""
        own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
        self._child_peak = children[2]
        self.totals = [_micros(own, children), *self._bytes()]

    def start(self) -> None:
        """An attempt begins. What this process did since the last one ended is counted to it: a few microseconds."""
        if self._peak_reset >= 0:
            try:
                # The peak starts again at what is resident now.
                self._own_written += os.write(self._peak_reset, b"5")
            except OSError:
                self._peak_reset = -1

    def stop(self) -> list[float | int]:
        """[CPU seconds, peak of resident bytes, bytes read, bytes written] since `start`."""
        own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
        peak = own[2]
        # The peak of children can't be reset: it tells something only when this attempt raised it.
        if children[2] > self._child_peak and children[2] > peak:
            peak = children[2]
        self._child_peak = children[2]
        cpu, read, written = self.totals
        self.totals = now = [_micros(own, children), *self._bytes()]
        return [(now[0] - cpu) / 1_000_000, peak * _RSS_UNIT, now[1] - read, now[2] - written]

    def _bytes(self) -> tuple[int, int]:
        if self._io < 0:
            return 0, 0
        try:
            told = os.pread(self._io, 256, 0)
            fields = told.split(None, 4)
            read, written = int(fields[1]) - self._own_read, int(fields[3]) - self._own_written
        except (OSError, ValueError, IndexError):
            self._io = -1
            return 0, 0
        self._own_read += len(told)
        return read, written


def _micros(own: struct_rusage, children: struct_rusage) -> int:
    """CPU of this process and of children that it has waited for, which the kernel counts in whole microseconds."""
    return round((own[0] + own[1] + children[0] + children[1]) * 1_000_000)


def _open(path: str, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_CLOEXEC)
    except OSError:
        return -1
