"""Whether the agent of an engine is still at work: a file for each engine, also of a terminal, locked for as long as
either of them lives.

The lock (flock(2)) belongs to what the engine opened and its agents have got from it, so the kernel gives it up with
the last of them, however they end; an agent ends after all its workers. The file stays: it tells that the engine was
one of this home, and that we would see its lock. Beside it lies what an agent had to report when no engine was there
(agent.spool).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Final, Literal

from penstock.errors import ExecutorError

#: The end of the name of an agent's reports.
SPOOL: Final = ".spool"
#: Seconds after which files of engines that are gone are removed: nobody asks for them any more.
OLD: Final = 24 * 3600.0


def hold(path: Path) -> int:
    """Open a lifeline; the descriptor that keeps it. Raises ExecutorError where the file can't be made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        cure = "check who owns that home and that it may be written, or set PENSTOCK_HOME to another folder"
        raise ExecutorError(f"{path} can't be locked: {error.strerror}", cure=cure) from error
    return fd


def release(fd: int) -> None:
    """Give a lifeline up: all that it stood for is gone."""
    fcntl.flock(fd, fcntl.LOCK_UN)
    os.close(fd)


def state(path: Path) -> Literal["held", "cut", "unknown"]:
    """Is somebody still there? Unknown: the engine was never one of this home, or was so long ago."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return "unknown"
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return "held"
    else:
        return "cut"
    finally:
        os.close(fd)


def sweep(folder: Path) -> None:
    """Remove what engines left that are gone for long."""
    before = time.time() - OLD
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before and (path.suffix == SPOOL or state(path) == "cut"):
                path.unlink()
