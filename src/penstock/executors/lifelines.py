"""Whether the agent of an engine is still at work: a file for each engine, locked for as long as either of them lives.

The lock (flock(2)) belongs to what the engine opened and its agent inherited, so the kernel gives it up with the last
of the two, however they end; an agent ends after all its workers.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from penstock.errors import ExecutorError


def hold(path: Path) -> int:
    """Open a lifeline; the descriptor that keeps it. Raises ExecutorError where the file can't be made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ExecutorError(f"{path} can't be locked: {error.strerror}", cure="see that it can be written") from error
    return fd


def release(path: Path, fd: int) -> None:
    """Give a lifeline up: all that it stood for is gone."""
    path.unlink(missing_ok=True)
    os.close(fd)


def is_cut(path: Path) -> bool:
    """Is nobody there any more? Then the file is removed."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(fd)


def sweep(folder: Path) -> None:
    """Remove what killed engines left: the files that nobody holds."""
    for path in folder.iterdir() if folder.is_dir() else ():
        is_cut(path)
