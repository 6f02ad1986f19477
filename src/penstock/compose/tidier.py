"""The thread of an engine of `penstock up` that keeps the store tidy, beside the work and slower than it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from penstock.compose import retention
from penstock.compose.erasing import erase
from penstock.compose.home import Home
from penstock.compose.steady import Steady
from penstock.model.retention import Rule
from penstock.store import deletion, instances
from penstock.store.database import Database
from penstock.store.retention import forget_spent

#: Seconds between two looks for runs that were deleted.
LOOK: Final = 1.0
#: Seconds from the start to the first look for runs that are kept no longer, and between two of them; a look takes 3 us
#: a run, and no more than one part in `SHARE` of the time.
FIRST: Final = 30.0
EVERY: Final = 600.0
SHARE: Final = 200.0
#: How many times as long as a transaction took the writer is left to others, while runs are under way and else.
BUSY: Final = 4.0
IDLE: Final = 0.5
log = logging.getLogger("penstock.retention")


class Tidier:
    """Erases what deleted runs have left, and deletes what `rules` keep no longer.

    All engines of a store do the first, which may be done twice; only the one that is there the longest does the
    second. `busy`: are runs under way here?
    """

    def __init__(
        self, database: Database, home: Home, owner: int, rules: Sequence[Rule], busy: Callable[[], bool]
    ) -> None:
        self._database = database
        self._home = home
        self._owner = owner
        self._rules = rules
        self._busy = busy
        self._next = time.monotonic() + FIRST
        self._steady = Steady("penstock-tidier", self._turn, "tidying up has failed", log, pause=EVERY / 60)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._steady.start()

    def close(self) -> None:
        """End after the transaction that is under way; returns when the thread is gone."""
        self._steady.closed.set()
        self._steady.join()

    def _turn(self) -> None:
        if not self._steady.closed.wait(LOOK):
            self._look()

    def _look(self) -> None:
        begun = time.monotonic()
        if begun >= self._next:
            self._next = begun + EVERY
            if self._is_first():
                self._prune()
                self._next = max(self._next, begun + SHARE * (time.monotonic() - begun))
        with self._database.read() as connection:
            anything = deletion.unfinished(connection, 1)
        if anything:
            erase(self._database, self._home, self._rest)

    def _prune(self) -> None:
        now = time.time()
        with self._database.write() as connection:
            forget_spent(connection, now)
        if self._rules:
            runs = retention.due(self._database, self._rules, now, self._rest)
            gone = retention.prune(self._database, runs, now, self._rest)
            if gone:
                count, size = sum(one.runs for one in gone), sum(one.bytes for one in gone)
                log.info("%d runs with %d bytes of artifacts were kept long enough, and deleted", count, size)
            versions = retention.prune_versions(self._database, self._rules, now, self._rest)
            if versions:
                log.info("%d old versions of pipelines were of no run any more, and removed", versions)

    def _is_first(self) -> bool:
        """Is there no engine that has been here longer?"""
        now = time.time()
        with self._database.read() as connection:
            alive = instances.living(connection, now, "engine")
        return min((one.id for one in alive), default=self._owner) == self._owner

    def _rest(self, took: float) -> bool:
        """Leave the database to others for a while. False when it is time to end."""
        return not self._steady.closed.wait(took * (BUSY if self._busy() else IDLE))
