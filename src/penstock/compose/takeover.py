"""Going on with runs whose engine was killed: part of the duty of the engine of `penstock up`."""

from __future__ import annotations

import logging
import time
from typing import Final, NamedTuple, TypeAlias

from penstock.agent import spool
from penstock.compose.left import alone
from penstock.compose.local import LocalEngine
from penstock.compose.planner import Footing
from penstock.compose.requested import request_of
from penstock.compose.turns import restore_slots
from penstock.engine.adoption import Bequest
from penstock.engine.dispatch import attempt_key, epoch_of
from penstock.engine.recover import lost_run
from penstock.engine.restore import Restored
from penstock.errors import PenstockError, StoreBusy, StoreCorrupt
from penstock.executors import lifelines
from penstock.executors.link import as_report
from penstock.ports.executor import Legacy, Report, Returned
from penstock.store import instances, ownership, recovery, requests
from penstock.store.connection import Connection
from penstock.store.instances import Instance
from penstock.store.recovery import StoredRun
from penstock.store.requests import Requested
from penstock.store.rows import Fence, NewRun
from penstock.store.write import apply

#: Seconds between two looks for runs that were left, and while the workers of a dead engine are still ending.
EVERY: Final = 1.0
SOON: Final = 0.05
#: Reports by the key of their attempt, each with the name of the file that tells it.
Spooled: TypeAlias = dict[str, list[tuple[str, Report]]]
log = logging.getLogger("penstock.engine")


class Prepared(NamedTuple):
    """What a run goes on with as its row was, or why it can't."""

    run: NewRun
    footing: Footing | Exception

    def is_of(self, run: NewRun) -> bool:
        """Is that still its row, whoever has it now?"""
        return run._replace(owner=self.run.owner, epoch=self.run.epoch) == self.run


class Takeover:
    """Claims runs that a dead engine left, and hands them to this one. Used by one thread.

    First come those whose attempts go on with the agent that we share with the engine before us: until they are all
    ours, the agent holds back what it has to tell of them.
    """

    def __init__(self, local: LocalEngine) -> None:
        self._local = local
        #: The agent of a dead engine waits for the next one for a while.
        self._is_alone = alone(local.home)
        self._keys: list[int] = []
        self._next = 0.0
        #: There are runs whose workers are still ending.
        self._waits = False
        #: Engines whose agent is ours now.
        self._heard: set[int] = set()
        #: The attempts of theirs that our agent was told to spare; has it only those, and may their runs be claimed?
        self._spared: set[str] | None = None
        self._sorted = False
        self._inherited = local.lasting is None

    def look(self, connection: Connection, room: int) -> bool:
        """See what was left, as far as there is room; the first time at once, then every second. Does something wait
        for others to end?
        """
        self._keys = []
        if not self._inherited:
            self._look_for_legacy(connection)
            return True
        if room > 0 and time.monotonic() >= self._next:
            found = recovery.orphans(connection, expired_before=0.0, limit=room, of_engines=True)
            self._keys = [key for key in found if self._is_alone(connection, key)]
            self._waits = len(self._keys) != len(found)
            self._next = time.monotonic() + (SOON if self._waits else EVERY)
        return self._waits

    def act(self) -> None:
        """Go on with what was seen."""
        spooled = self._spooled() if self._keys else {}
        for key in self._keys:
            ready = self._prepared(key)
            with self._local.database.write() as connection:
                for owner in self._heard:
                    instances.gone(connection, owner, time.time())
                made = None if ready is None else self._claim(connection, ready, spooled)
            if made is not None:
                restored, bequest = made
                log.warning("run %s goes on: the engine that had it is gone", restored.view.id)
                self._local.take_over(restored, bequest)
        if self._keys and not self._inherited:
            # The agent waits for our word.
            with self._local.database.read() as connection:
                self._keys = []
                self._look_for_legacy(connection)

    # --- the legacy of the engine before us --------------------------------------------------------

    def _look_for_legacy(self, connection: Connection) -> None:
        lasting = self._local.lasting
        assert lasting is not None
        legacy = lasting.legacy
        if legacy is None:
            return
        if legacy.left:
            owners = recovery.owners(connection)
            self._heard = {one.id for one in owners if self._has_left(one, legacy)}
            self._sorted = self._sorted or self._only_what_is_on_record(connection, legacy)
            if not self._sorted:
                return
            self._keys = recovery.runs_of(connection, self._heard)
        if not self._keys:
            self._inherited = True
            if legacy.left:
                self._local.engine.keep_legacy()

    def _only_what_is_on_record(self, connection: Connection, legacy: Legacy) -> bool:
        """What began and is on no record is ended first: it may hold a slot, which is given back with the claim."""
        known = {
            attempt_key(run_key, seq, n, epoch_of(log, n))
            for run_key, seq, n, log in recovery.live_attempts(connection, self._heard)
        }
        if legacy.attempts.keys() <= known:
            return True
        if known != self._spared:
            self._spared = known
            self._local.engine.spare_legacy(sorted(known))
        return False

    def _has_left(self, owner: Instance, legacy: Legacy) -> bool:
        """Did this engine work with our agent before us?"""
        here = owner.process.host == instances.this_process().host
        return (
            here and owner.id != self._local.owner and self._local.home.lifeline(owner.process).name in legacy.engines
        )

    def _spooled(self) -> Spooled:
        """What agents that are gone had to report, by the attempt's key, each with the file that tells it."""
        found: Spooled = {}
        for file in sorted(self._local.home.lifelines.glob(f"*{lifelines.SPOOL}")):
            for message in spool.read(file):
                report = as_report(message)
                if report is not None:
                    found.setdefault(report.key, []).append((file.name, report))
        return found

    # --- any run -----------------------------------------------------------------------------------

    def _prepared(self, key: int) -> Prepared | None:
        """All that takes time comes before others wait for us; what it was made for is looked at again after that."""
        with self._local.database.read() as connection:
            run, asked = recovery.run_row(connection, key), requests.requested(connection, key)
        return None if run is None or asked is None else Prepared(run, self._footing(asked, run))

    def _claim(self, connection: Connection, ready: Prepared, spooled: Spooled) -> tuple[Restored, Bequest] | None:
        """The run, ours from now on; None when it is not, or when it has ended with that."""
        key = ready.run.key
        if requests.give_back(connection, key):
            return None
        last = self._spool_of(connection, key)
        epoch = ownership.claim(connection, key, self._local.owner, expired_before=0.0)
        stored = recovery.load_run(connection, key)
        asked = requests.requested(connection, key)
        if epoch is None or stored is None or asked is None:
            return None
        # Its last owner may have changed it until now, and can't any more.
        footing = ready.footing if ready.is_of(stored.run) else self._footing(asked, stored.run)
        made = _restored(footing, stored)
        if isinstance(made, Exception):
            fence = Fence(key, self._local.owner, epoch)
            message = f"the engine that ran it was killed, and it can't go on: {made}"
            apply(connection, lost_run(stored, fence, time.time(), message))
            return None
        restore_slots(connection, made)
        return made, self._bequest(connection, made, spooled, last)

    def _spool_of(self, connection: Connection, key: int) -> str | None:
        """The file to which an agent wrote when the last owner of a run was gone."""
        owner = ownership.owner_of(connection, key)
        last = None if owner is None else instances.find(connection, owner)
        return None if last is None else self._local.home.lifeline(last.process).with_suffix(lifelines.SPOOL).name

    def _bequest(self, connection: Connection, restored: Restored, spooled: Spooled, last: str | None) -> Bequest:
        # What came back from an earlier one may have been given out again since, and begun.
        reports = [
            report
            for attempt in restored.live
            for file, report in spooled.get(attempt.key, ())
            if file == last or not isinstance(report, Returned)
        ]
        marks = {
            (attempt.key, *mark)
            for attempt in restored.live
            for mark in recovery.reported(connection, restored.view.key, attempt.task_run.seq, attempt.n)
        }
        return Bequest(reports, frozenset(marks))

    def _footing(self, asked: Requested, run: NewRun) -> Footing | Exception:
        try:
            return self._local.planner.footing(self._local.definitions.of(asked), request_of(asked), run)
        except StoreBusy:
            raise
        except Exception as error:
            return _told(error, asked.id)


def _restored(footing: Footing | Exception, stored: StoredRun) -> Restored | Exception:
    try:
        return footing if isinstance(footing, Exception) else footing.restored(stored)
    except Exception as error:
        return _told(error, stored.run.id)


def _told(error: Exception, run_id: str) -> Exception:
    """Why a run can't go on; a mistake of ours, or a damaged record, is told in the log as well."""
    if not isinstance(error, PenstockError) or isinstance(error, StoreCorrupt):
        log.exception("run %s can't go on", run_id)
    return error
