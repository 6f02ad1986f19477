"""Going on with runs whose engine was killed: part of the duty of the engine of `penstock up`."""

from __future__ import annotations

import logging
import time
from typing import Final

from penstock.compose.local import LocalEngine
from penstock.compose.requested import request_of
from penstock.engine.recover import lost_run
from penstock.engine.restore import Restored
from penstock.errors import PenstockError, StoreBusy, StoreCorrupt
from penstock.executors import lifelines
from penstock.store import instances, ownership, recovery, requests
from penstock.store.connection import Connection
from penstock.store.recovery import StoredRun
from penstock.store.requests import Requested
from penstock.store.rows import Fence
from penstock.store.write import apply

#: Seconds between two looks for runs that were left, and while the workers of a dead engine are still ending.
EVERY: Final = 1.0
SOON: Final = 0.05
log = logging.getLogger("penstock.engine")


class Takeover:
    """Claims runs that a dead engine left, and hands them to this one. Used by one thread."""

    def __init__(self, local: LocalEngine) -> None:
        self._local = local
        self._keys: list[int] = []
        self._next = 0.0

    def look(self, connection: Connection, room: int) -> None:
        """See what was left, as far as there is room; the first time at once, then every second."""
        self._keys = []
        if room <= 0 or time.monotonic() < self._next:
            return
        found = recovery.orphans(connection, expired_before=0.0, limit=room, of_engines=True)
        self._keys = [key for key in found if self._is_alone(connection, key)]
        self._next = time.monotonic() + (EVERY if len(self._keys) == len(found) else SOON)

    def act(self) -> None:
        """Go on with what was seen."""
        for key in self._keys:
            with self._local.database.write() as connection:
                restored = self._claim(connection, key)
            if restored is not None:
                log.warning("run %s goes on: the engine that ran it was killed", restored.view.id)
                self._local.take_over(restored)

    def _is_alone(self, connection: Connection, key: int) -> bool:
        """Is nobody at work for a run any more? The workers of a dead engine take a moment to be gone."""
        owner = ownership.owner_of(connection, key)
        last = None if owner is None else instances.find(connection, owner)
        if last is None or last.process.host != instances.this_process().host:
            return True  # on another machine workers end with their engine, too
        return lifelines.is_cut(self._local.home.lifeline(last.process))

    def _claim(self, connection: Connection, key: int) -> Restored | None:
        """The run, ours from now on; None when it is not, or when it has ended with that."""
        if requests.give_back(connection, key):
            return None
        epoch = ownership.claim(connection, key, self._local.owner, expired_before=0.0)
        stored = recovery.load_run(connection, key)
        asked = requests.requested(connection, key)
        if epoch is None or stored is None or asked is None:
            return None
        made = self._restored(asked, stored)
        if isinstance(made, Exception):
            fence = Fence(key, self._local.owner, epoch)
            message = f"the engine that ran it was killed, and it can't go on: {made}"
            apply(connection, lost_run(stored, fence, time.time(), message))
            return None
        return made

    def _restored(self, asked: Requested, stored: StoredRun) -> Restored | Exception:
        try:
            return self._local.planner.restored(self._local.definitions.of(asked), request_of(asked), stored)
        except StoreBusy:
            raise
        except Exception as error:
            if not isinstance(error, PenstockError) or isinstance(error, StoreCorrupt):
                log.exception("run %s can't go on", asked.id)
            return error
