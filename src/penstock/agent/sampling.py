"""What process trees use, from /proc (proc(5)); psutil elsewhere."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from penstock.agent.trees import descendants

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
#: Processes of one tree that are measured.
_MOST: Final = 500

# Places in /proc/PID/stat after the name in parentheses.
_UTIME, _STIME, _CUTIME, _CSTIME, _RSS = 11, 12, 13, 14, 21


class Footprint(NamedTuple):
    """CPU seconds (with children that were waited for), bytes resident, bytes through read and write calls."""

    cpu_seconds: float
    rss_bytes: int
    read_bytes: int
    written_bytes: int


def footprint(root: int) -> Footprint:
    """What a process and all below it use now."""
    if not os.path.isdir("/proc/self"):
        return _elsewhere(root)
    ticks = pages = read = written = 0
    for pid in [root, *descendants(root)[:_MOST]]:
        try:
            with open(f"/proc/{pid}/stat", "rb") as stat:
                fields = stat.read().rpartition(b")")[2].split()
            with open(f"/proc/{pid}/io", "rb") as io:
                moved = io.read().split(None, 4)
        except OSError:
            continue
        ticks += int(fields[_UTIME]) + int(fields[_STIME]) + int(fields[_CUTIME]) + int(fields[_CSTIME])
        pages += int(fields[_RSS])
        read += int(moved[1])
        written += int(moved[3])
    return Footprint(ticks / _TICKS, pages * _PAGE, read, written)


def _elsewhere(root: int) -> Footprint:
    import psutil

    cpu, rss = 0.0, 0
    for pid in [root, *descendants(root)[:_MOST]]:
        try:
            process = psutil.Process(pid)
            times = process.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
            rss += process.memory_info().rss
        except psutil.Error:
            continue
    return Footprint(cpu, rss, 0, 0)


def claimed(root: int, limit: int) -> int:
    """Bytes of memory that a tree keeps for itself: what it has written to, not the files that it maps.

    Processes that were forked share pages with those that they came from. The plain sum counts such a page for
    each, so it is only believed when it is within `limit`; else each page is divided by its owners (Pss).
    """
    if not os.path.isdir("/proc/self"):
        return _elsewhere(root).rss_bytes
    pids = [root, *descendants(root)[:_MOST]]
    most = sum(_figures(f"/proc/{pid}/status", (b"RssAnon:", b"RssShmem:")) for pid in pids)
    if most <= limit:
        return most
    shared = sum(_figures(f"/proc/{pid}/smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:")) for pid in pids)
    return shared or most


def _figures(path: str, names: tuple[bytes, ...]) -> int:
    """The sum of lines like `RssAnon:  1234 kB`, in bytes."""
    total = 0
    try:
        with open(path, "rb") as lines:
            for line in lines:
                if line.startswith(names):
                    total += int(line.split()[1]) * 1024
    except OSError:
        pass
    return total
