"""Process trees: who descends from a process, and how to end all of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from typing import Final

#: More than this in one tree are not followed; a fork bomb must not take the agent along.
MOST: Final = 10_000


def children(pid: int) -> list[int]:
    """The direct children of a process; [] when it is gone.

    From /proc/PID/task/TID/children (proc(5)), else from the parents that /proc/PID/stat or psutil tell.
    """
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return [] if os.path.isdir("/proc/self") else _children_elsewhere(pid)
    found: list[int] = []
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as listing:
                found.extend(map(int, listing.read().split()))
        except FileNotFoundError:
            if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
                return _children_by_parents(pid)
        except OSError:
            continue
    return found


def _children_by_parents(parent: int) -> list[int]:
    """For kernels without CONFIG_PROC_CHILDREN: the fourth field of each stat."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    fields = stat.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(name))
    return found


def _children_elsewhere(pid: int) -> list[int]:
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def descendants(pid: int) -> list[int]:
    """All below a process, parents before their children."""
    found: list[int] = []
    seen = {pid}
    frontier = [pid]
    while frontier and len(found) < MOST:
        new = [child for child in children(frontier.pop()) if child not in seen]
        seen.update(new)
        found.extend(new)
        frontier.extend(new)
    return found


def send(pids: Iterable[int], number: int) -> None:
    """Send a signal to each; those that are gone are passed over."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def kill_tree(root: int, *, trackers: bool = False) -> int:
    """SIGKILL for a process and all below it; how many there were, but for those that a library keeps (`is_kept`).

    Each is stopped before its children are listed: a stopped process neither forks nor reaps, so none can slip
    away between the listing and the end, and no number can come to mean another process.

    Resource trackers of multiprocessing (and joblib) are left alive, unless `trackers` says otherwise: they unlink
    shared memory and semaphores when all who use them are gone, and go then by themselves. They are not counted.
    """
    pids = freeze(root)
    spared = [] if trackers else [pid for pid in pids if is_tracker(pid)]
    ended = [pid for pid in pids if pid not in spared]
    kept = sum(map(is_kept, children(root)))
    send(ended, signal.SIGKILL)
    send(spared, signal.SIGCONT)
    return len(ended) - kept


def thaw(root: int) -> None:
    """SIGCONT for a process and all below it, children first: none of them waits for one that still stands."""
    send([*reversed(descendants(root)), root], signal.SIGCONT)


def is_tracker(pid: int) -> bool:
    """Whether a process is a resource tracker (multiprocessing.resource_tracker)."""
    return b"resource_tracker" in _command(pid)


def is_kept(pid: int) -> bool:
    """Whether a direct child is one that a library keeps for the next call in the same process, and not left by a task.

    Workers of joblib (loky's reusable executor), and the server of multiprocessing from which others are forked. What
    either forks has the same command line, and is nobody's next call.
    """
    command = _command(pid)
    return b"loky.backend.popen_loky" in command or b"multiprocessing.forkserver import main" in command


def _command(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as command:
            return command.read(4096)
    except OSError:
        return b""


def end_children(patience: float) -> None:
    """Return when this process has no child left: they get `patience` seconds to end by themselves, then SIGKILL.

    Of a process that adopts orphans, nothing below is left then.
    """
    until = time.monotonic() + patience
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended:
            continue
        if time.monotonic() >= until:
            for child in children(os.getpid()):
                kill_tree(child, trackers=True)
        time.sleep(0.001)


def freeze(root: int) -> list[int]:
    """SIGSTOP for a process and all below it, until no new one turns up."""
    found: list[int] = []
    seen: set[int] = set()
    frontier = [root]
    while frontier and len(found) < MOST:
        for pid in frontier:
            seen.add(pid)
            found.append(pid)
        send(frontier, signal.SIGSTOP)
        frontier = [child for pid in found for child in children(pid) if child not in seen]
    return found
