"""The thread that reads what changed: the only one that asks the store as long as nothing happens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from penstock.errors import PenstockError
from penstock.logbook.folder import Folder
from penstock.server.live import news
from penstock.server.live.frames import Batch
from penstock.server.live.watches import Watch
from penstock.store import changes
from penstock.store.connection import Connection
from penstock.store.database import Database

#: Seconds between two looks whether anybody has committed; and while nobody reads.
LOOK: Final = 0.05
DOZE: Final = 1.0
#: Seconds between two batches: what happens meanwhile is told together.
PACE: Final = 0.1
#: Seconds between two looks at what has no events: progress and logs of watched runs.
WATCH: Final = 0.4
#: Seconds after which a database that could not be read is tried again.
AGAIN: Final = 1.0

T = TypeVar("T")
_log: Final = logging.getLogger("penstock.server")


class Poller:
    """Calls `begin` with the event after which it tells, once, and then `tell` with each batch; both in its thread.

    `watched` gives the keys of the runs that readers watch, or None while nobody reads.
    """

    def __init__(
        self,
        database: Database,
        folder: Folder,
        begin: Callable[[int], None],
        tell: Callable[[Batch], None],
        watched: Callable[[], frozenset[int] | None],
    ) -> None:
        self._database = database
        self._folder = folder
        self._begin = begin
        self._tell = tell
        self._watched = watched
        self._connection: Connection | None = None
        self._last: int | None = None
        self._mark: object = None
        self._watches: dict[int, Watch] = {}
        self._look_at = 0.0
        self._stale = False
        self._stir = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="penstock-live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stir(self) -> None:
        """Look now: there is somebody new."""
        self._stir.set()

    def end(self) -> None:
        """Stop soon."""
        self._ended = True
        self._stir.set()

    def _run(self) -> None:
        while not self._ended:
            try:
                pause = self._step()
            except Exception as error:
                pause = self._stumble(error)
            self._stir.wait(pause)
            self._stir.clear()
        self._let_go()

    def _step(self) -> float:
        """Tell what happened since the last time; how long to wait for the next."""
        if self._connection is None:
            self._connection = self._database.connect(write=False)
        watched = self._watched()
        mark = changes.mark(self._connection)
        changed = mark != self._mark
        if changed:
            more = self._reading(self._happened, watched)
            # Not before: what could not be read is read the next time.
            self._mark = None if more else mark
            self._stale = True
        if watched is None:
            self._watches.clear()
            return DOZE
        if time.monotonic() >= self._look_at:
            self._look_after(watched)
        return PACE if changed else LOOK

    def _reading(self, read: Callable[[Connection, frozenset[int] | None], T], watched: frozenset[int] | None) -> T:
        """Within a transaction: what is read belongs together."""
        connection = self._connection
        assert connection is not None
        connection.begin()
        try:
            found = read(connection, watched)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        return found

    def _happened(self, connection: Connection, watched: frozenset[int] | None) -> bool:
        """Tell what has events. Is there more of it?"""
        now = time.time()
        if self._last is None:
            self._last = changes.latest(connection, now)
            self._begin(self._last)
            return False
        since = changes.since(connection, self._last, now)
        if since.last != self._last:
            self._tell(Batch(since.last) if watched is None else news.batch(connection, since, watched))
            self._last = since.last
        return since.more

    def _look_after(self, watched: frozenset[int]) -> None:
        """Tell what has no events."""
        self._look_at = time.monotonic() + WATCH
        stale, self._stale = self._stale, False
        fresh = watched - self._watches.keys()
        self._watches = {key: self._watches.get(key) or Watch(key, self._folder) for key in watched}
        told: dict[int, bytes] = {}
        if stale or fresh:
            keys = watched if stale else fresh
            told = self._reading(lambda connection, _: {key: self._watches[key].look(connection) for key in keys}, None)
        for key, watch in self._watches.items():
            told[key] = b",".join(part for part in (told.get(key), watch.logs()) if part)
        if any(told.values()):
            self._tell(Batch(None, watched, of_runs=told))

    def _stumble(self, error: Exception) -> float:
        """Nothing is lost: what was not told is told once it can be read."""
        if isinstance(error, PenstockError):
            _log.warning("the live page can't read the database (%s); it tries again", error.code)
        else:
            _log.error("the live page stumbled", exc_info=error)
        self._let_go()
        self._mark = None
        return AGAIN

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
