"""Engines hear at once that something is asked of them: they need not look into the database ten times a second.

Beside an SQLite file lies a folder with a named pipe (fifo(7)) for each engine that has the file open. Whoever commits
a wish writes a byte into all of them. That only shortens the wait: who is woken looks for himself, and who hears
nothing (where there can't be such a pipe) looks again and again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import Final

from penstock.bell import Bell

#: What the folder is called after the database.
FOLDER: Final = "-bells"
_TRIES: Final = 3
_END: Final = os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


class Ear(Bell):
    """Rung by threads of this process and, where that can be, by whoever asks something through the same database."""

    #: Do others ring it without fail? Else who waits must look by himself, often.
    hears: bool = False


class FileEar(Ear):
    """An ear for the SQLite file `path`."""

    def __init__(self, path: Path) -> None:
        made = _made(_folder(path))
        self._pipe = None if made is None else made[0]
        super().__init__(None if made is None else made[1])
        self.hears = made is not None

    def close(self) -> None:
        """Nobody rings or waits any more."""
        super().close()
        if self._pipe is not None:
            with contextlib.suppress(OSError):
                self._pipe.unlink(missing_ok=True)
                self._pipe.parent.rmdir()


def ring(path: Path) -> None:
    """Wake all who have an ear for this SQLite file. Removes what is left of those that are gone."""
    folder = _folder(path)
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if not name.startswith("."):
            with contextlib.suppress(OSError):
                _ring(folder / name)


def _ring(pipe: Path) -> None:
    try:
        rope = os.open(pipe, os.O_WRONLY | _END)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nobody reads it
            pipe.unlink()
        return
    try:
        if stat.S_ISFIFO(os.fstat(rope).st_mode):
            os.write(rope, b"\0")
    finally:
        os.close(rope)


def _folder(path: Path) -> Path:
    return path.with_name(path.name + FOLDER)


def _made(folder: Path) -> tuple[Path, tuple[int, int]] | None:
    """A new pipe there, and its two ends; None where there can't be one."""
    pipe = folder / f"{os.getpid()}-{os.urandom(4).hex()}"
    for _ in range(_TRIES):  # who closes the last one removes the folder
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            return pipe, _opened(pipe)
    return None


def _opened(pipe: Path) -> tuple[int, int]:
    # A pipe that nobody reads is taken for one of an engine that is gone: it has its name when both ends are open.
    new = pipe.with_name(f".{pipe.name}")
    os.mkfifo(new, 0o600)
    ends: list[int] = []
    try:
        ends += (os.open(new, os.O_RDONLY | _END), os.open(new, os.O_WRONLY | _END))
        new.rename(pipe)
    except OSError:
        for end in ends:
            os.close(end)
        new.unlink(missing_ok=True)
        raise
    return ends[0], ends[1]
