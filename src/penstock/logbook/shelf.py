"""The indexes of logs that were looked at lately, for all threads."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import Final

from penstock.logbook.folder import Folder, Unreadable
from penstock.logbook.index import Index, read_index

#: Bytes of memory that indexes may take: some 70 logs of 1,000,000 lines, or 100,000 short ones.
ROOM: Final = 128 << 20
#: Logs that are read at the same time; others wait, so that nobody reads one twice.
_STRIPES: Final = 16


class Shelf:
    """Indexes by the path of their log. Which were not asked for the longest are forgotten first."""

    def __init__(self, folder: Folder, room: int = ROOM) -> None:
        self.folder = folder
        self._room = room
        self._kept: OrderedDict[str, Index] = OrderedDict()
        self._weight = 0
        self._keeping = threading.Lock()
        self._reading = [threading.Lock() for _ in range(_STRIPES)]

    @property
    def weight(self) -> int:
        """Bytes of memory that are taken, about."""
        return self._weight

    def index(self, path: str) -> Index | None:
        """The index of a log as it is now; None when there is no such file. Raises Unreadable."""
        if found := self._fresh(path):
            return found
        with self._reading[hash(path) % _STRIPES]:
            if found := self._fresh(path):
                return found
            fd = self.folder.open(path)
            if fd is None:
                return None
            try:
                index = read_index(fd, self._kept.get(path))
            except OSError as error:
                raise Unreadable(f"{path} can't be read") from error
            finally:
                os.close(fd)
            self._keep(path, index)
            return index

    def _fresh(self, path: str) -> Index | None:
        found = self._kept.get(path)
        if found is None or found.stamp != self.folder.stamp(path):
            return None
        with self._keeping:
            if path in self._kept:
                self._kept.move_to_end(path)
        return found

    def _keep(self, path: str, index: Index) -> None:
        with self._keeping:
            old = self._kept.pop(path, None)
            self._weight += index.weight - (old.weight if old else 0)
            self._kept[path] = index
            while self._weight > self._room and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._weight -= oldest.weight
