"""Writing in the server: so that who waits for a locked database does not keep readers waiting.

Answers are made by a fixed number of threads. Where another program holds the database, every request that writes waits
for it; a few may, the others hear at once that it is busy, and reading goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from penstock.errors import StoreBusy
from penstock.store.connection import Connection
from penstock.store.database import Database

#: Requests that may wait to write, of 40 threads.
WAITING: Final = 16
#: Seconds to wait for the other requests of this server.
PATIENCE: Final = 10.0
_CURE: Final = "ask again in a moment"


class Writing:
    """Transactions that write, one at a time. May be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places = threading.BoundedSemaphore(WAITING)
        self._turn = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[Connection]:
        """A transaction: durable when the block ends, undone when it raises. Raises StoreBusy."""
        if not self._places.acquire(blocking=False):
            raise StoreBusy(cure=_CURE)
        try:
            if not self._turn.acquire(timeout=PATIENCE):
                raise StoreBusy(cure=_CURE)
            try:
                with self._database.write() as connection:
                    yield connection
            finally:
                self._turn.release()
        finally:
            self._places.release()
