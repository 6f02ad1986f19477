"""Opening files below the folder of logs, and only there."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from pathlib import Path
from typing import Final, NamedTuple

from penstock.errors import PenstockError

#: Files of a reader that are open at the same time.
OPEN: Final = 16


class Unreadable(PenstockError):
    """A log can't be read."""

    code = "log_unreadable"


class Stamp(NamedTuple):
    """Tells whether a file is still the one that was read."""

    inode: int
    size: int
    changed: int


class Folder:
    """The folder that all logs lie in. What leads out of it, by `..` or by a link, is not opened."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)

    def stamp(self, path: str) -> Stamp | None:
        """The state of a log; None when there is none. Raises Unreadable."""
        try:
            found = os.lstat(os.path.join(self._root, path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise Unreadable(f"{path} can't be read") from error
        return _stamp(found)

    def open(self, path: str) -> int | None:
        """A descriptor to read a log; None when there is none. Raises Unreadable for what is no file, or not ours."""
        try:
            real = os.path.realpath(os.path.join(self._root, path))
            if not Path(real).is_relative_to(self._root):
                raise Unreadable(f"{path} leads out of the folder of logs")
            # Not to wait for the other end of a pipe that somebody made there.
            fd = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Unreadable(f"{path} can't be read") from error
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise Unreadable(f"{path} is no file")
        return fd


class Files:
    """Files of a folder that are read here and there; those that were read last stay open, a few."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._open: OrderedDict[str, int] = OrderedDict()

    def read(self, path: str, start: int, end: int) -> bytes:
        """Bytes of a file, or fewer, where it is no longer so long. Raises Unreadable."""
        fd = self._open.get(path)
        if fd is None:
            fd = self._folder.open(path)
            if fd is None:
                return b""
            self._open[path] = fd
            if len(self._open) > OPEN:
                os.close(self._open.popitem(last=False)[1])
        else:
            self._open.move_to_end(path)
        try:
            return os.pread(fd, end - start, start)
        except OSError as error:
            raise Unreadable(f"{path} can't be read") from error

    def close(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1])


def stamp_of(fd: int) -> Stamp:
    """The state of an open log."""
    return _stamp(os.fstat(fd))


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)
