"""Starting runs that were asked for: the duty of the engine of `penstock up`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from penstock.compose.left import alone
from penstock.compose.local import LocalEngine
from penstock.compose.orders import Orders
from penstock.compose.requested import request_of
from penstock.compose.spools import read_spools
from penstock.compose.takeover import Takeover
from penstock.compose.turns import next_runs
from penstock.engine.recover import settle_abandoned_runs
from penstock.engine.refuse import barred_run, refused_run
from penstock.engine.view import RunView
from penstock.errors import PenstockError, StoreBusy
from penstock.model.spec import PipelineSpec
from penstock.store import commands, recovery, requests, slots
from penstock.store.connection import Connection
from penstock.store.requests import Requested
from penstock.store.write import apply

#: Runs that this engine has at the same time. The others wait as they were asked for: views of runs take memory.
ROOM: Final = 100
log = logging.getLogger("penstock.engine")


class Claims:
    """A duty of the `Desk`: claims runs that were asked for and starts them.

    It also goes on with runs of dead engines, begins runs again that are to be retried, and ends the record of what a
    terminal abandoned. A run that can't start is claimed too, and ends `failed` in the same transaction, so none waits
    for ever. `lost` is called when others have declared this engine gone.
    """

    def __init__(self, local: LocalEngine, lost: Callable[[], None]) -> None:
        self._local = local
        self._lost = lost
        #: Runs that nobody looked at yet, and those whose turn has come.
        self._keys: list[int] = []
        self._turns: list[int] = []
        self._closed = threading.Event()
        self._takeover = Takeover(local)
        self._orders = Orders(local)

    def close(self) -> None:
        """Claim nothing any more; what was claimed goes on."""
        self._closed.set()
        self._local.turns.close()

    def look(self, connection: Connection) -> bool:
        """See what was asked for, as far as there is room. Does anything wait for room, for slots, or others to end?"""
        room = ROOM - len(self._local.engine.going())
        self._keys, self._turns = [], []
        limits: list[str] = []
        if room > 0 and not self._closed.is_set():
            limits = slots.known(connection)
            self._turns = next_runs(self._local, connection, limits, None)[:room]
            self._keys = requests.unclaimed(connection, room)
        room = 0 if self._closed.is_set() else room
        left = self._takeover.look(connection, room)
        asked = self._orders.look(connection, room)
        return room <= 0 or left or asked or bool(self._keys or limits)

    def act(self) -> None:
        """Start what was seen, and go on with what others left."""
        self._takeover.act()
        self._orders.act()
        for key in (*self._turns, *self._keys):
            if self._closed.is_set():
                return
            with self._local.database.read() as connection:
                asked = requests.requested(connection, key)
            if asked is not None and (key in self._turns or not self._must_wait(asked)):
                self._start(asked)

    def beat(self, *, alive: bool) -> None:
        """Settle runs of terminals that were killed, and say which engines are gone."""
        if not alive:
            self._lost()
            return
        # Before their runs are taken for lost: what a killed recorder of Kedro's runs left unread is still there.
        spare = read_spools(self._local.home, self._local.database, self._local.settings.log_limit)
        now = time.time()
        with self._local.database.read() as connection:
            late = commands.too_late(connection)
            if not late and not recovery.anything_abandoned(connection, now):
                return
        with self._local.database.write() as connection:
            settle_abandoned_runs(connection, self._local.owner, now, alone(self._local.home), spare)
            commands.refuse_late(connection, now)

    def _start(self, asked: Requested) -> None:
        # All that takes time or may fail comes before the claim: between that and the first commit of the run lie
        # milliseconds, and who dies there leaves the run to the next engine.
        made = self._made(asked)
        with self._local.database.write() as connection:
            if not requests.is_unclaimed(connection, asked.key):
                return
            if isinstance(made, Exception):
                claimed = requests.claim(connection, asked.key, self._local.owner)
                assert claimed is not None
                apply(connection, refused_run(claimed, self._local.owner, made, time.time()))
                return
            if self._is_barred(connection, asked, made.plan.spec):
                return
            self._local.claim(connection, made)
            places = slots.of_run(connection, asked.key)
            made.slots = made.slots or bool(places)
            if any(place is not None and place < 0 for place in places.values()):
                made.past = {"by": commands.who_forced(connection, asked.key)}
        self._local.begin(made)

    def _must_wait(self, asked: Requested) -> bool:
        """Seen at a glance that a limit has no room, nothing is planned for a run that waits, or ends, for that."""
        try:
            definition = self._local.definitions.of(asked)
        except Exception:  # why it can't start is told where it is claimed
            return False
        admission = self._local.admission
        with self._local.database.read() as connection:
            wants = admission.wants_of_stored(connection, definition, asked.tags)
            if not admission.looks_full(connection, wants):
                return False
        with self._local.database.write() as connection:
            if not requests.is_unclaimed(connection, asked.key):
                return True
            return self._is_barred(connection, asked, definition)

    def _is_barred(self, connection: Connection, asked: Requested, definition: PipelineSpec) -> bool:
        """Take the slots of a run that nobody has claimed, or let it wait or end, as its limits say."""
        admission, now = self._local.admission, time.time()
        wants = admission.wants_of_stored(connection, definition, asked.tags)
        barred = admission.enter(connection, asked.key, wants, asked.created_at / 1_000_000, now) if wants else None
        if barred is None:
            return False
        if barred.event == "queue":
            requests.queue(connection, asked.key, barred.told, now)
        else:
            claimed = requests.claim(connection, asked.key, self._local.owner)
            assert claimed is not None
            apply(connection, barred_run(claimed, self._local.owner, barred, now))
        return True

    def _made(self, asked: Requested) -> RunView | Exception:
        """The run, ready to start, or why it can't."""
        try:
            definition = self._local.definitions.of(asked)
            return self._local.planner.view(definition, request_of(asked), asked.id, asked.created_at / 1_000_000)
        except StoreBusy:
            raise
        except PenstockError as error:
            return error
        except Exception as error:
            log.exception("run %s can't start", asked.id)
            return error
