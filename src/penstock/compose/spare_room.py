"""A little disk space set aside, so that a run that meets a full disk can still be recorded as that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

#: Enough for the last commits of many runs, with values, twice: SQLite writes them to its log first.
SIZE: Final = 16 << 20
#: What file systems that compress would look for repeats in is less.
_PIECE: Final = 1 << 20
#: What `st_blocks` counts in, whatever the file system's own blocks are (stat(2)).
_BLOCK: Final = 512


class SpareRoom:
    """A file of SIZE bytes in the home: made where there is room for it, given back when there is none."""

    def __init__(self, home: Path) -> None:
        self._file = home / "spare-room"
        try:
            if not self._file.exists():
                _fill(self._file)
        except OSError:
            self._file.unlink(missing_ok=True)

    def give(self) -> None:
        """Give the space back to the disk."""
        self._file.unlink(missing_ok=True)


def _fill(file: Path) -> None:
    """Take the space without writing to the disk, where that can be."""
    with file.open("wb") as room:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(room.fileno(), 0, SIZE)
        if os.fstat(room.fileno()).st_blocks * _BLOCK < SIZE:
            room.write(os.urandom(_PIECE) * (SIZE // _PIECE))
