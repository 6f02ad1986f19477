"""What surrounds an engine in its process: it looks into the record and hands on what is to be done (compose)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from penstock.engine.adoption import Bequest
from penstock.engine.recover import lost_run
from penstock.engine.refuse import barred_run, refused_run
from penstock.engine.restore import Restored
from penstock.engine.view import Barred, RunView
from penstock.errors import PenstockError
from penstock.model.commands import OF_ANYONE
from penstock.ports.executor import Report, Returned
from penstock.store.commands import Command
from penstock.store.rows import Fence
from tests.simulation.doors import go_through
from tests.simulation.ledger import Ledger
from tests.simulation.planning import Planner
from tests.simulation.seat import Seat

#: A command whose answer did not come is passed on again after so many seconds.
AGAIN: Final = 10.0


class Desk:
    """`alone` tells whether a run's owner and its agent are gone, `spooled` what agents that are gone wrote."""

    def __init__(self, seat: Seat, ledger: Ledger, planner: Planner, alone: Any, spooled: Any) -> None:
        self.seat = seat
        self._ledger = ledger
        self._planner = planner
        self._alone = alone
        self._spooled = spooled
        self._passed: dict[int, float] = {}
        self._inherited = False

    def look(self) -> None:
        """See to all duties once."""
        if self._inherited:
            for key in self._orphans():
                if self._alone(key):
                    self._go_on_with(key)
        else:
            self._inherit()
        self._begin_again()
        self._pass_on()
        self._take_turns()
        self._begin_asked()
        self._refuse_late()

    # --- runs of engines that are gone -------------------------------------------------------------------

    def _inherit(self) -> None:
        """Runs of the engines before us come first: their agent waits for our word."""
        legacy = self.seat.link.legacy
        before = self.seat.agent.engines - {self.seat.owner}
        keys = [key for key in self._open() if self._ledger.runs[key].owner in before] if legacy.left else []
        for key in keys:
            self._go_on_with(key)
        if not keys:
            self._inherited = True
            if legacy.left:
                self.seat.engine.keep_legacy()

    def _open(self) -> list[int]:
        return [key for key, run in self._ledger.runs.items() if run.epoch > 0 and not self._ledger.is_over(key)]

    def _orphans(self) -> list[int]:
        return [key for key in self._open() if self._ledger.runs[key].owner not in self._ledger.alive]

    def _go_on_with(self, key: int) -> None:
        if go_through(self._ledger, "give back", key):
            return
        last = self._ledger.runs[key].owner
        epoch = go_through(self._ledger, "claim orphan", key, self.seat.owner)
        try:
            restored = self._planner.restored(key)
        except PenstockError as error:  # what its slice took from another run is not there any more
            fence = Fence(key, self.seat.owner, epoch)
            self._ledger.apply(lost_run(self._ledger.stored(key), fence, self.seat.clock(), str(error)))
            return
        self._restore_slots(restored)
        self.seat.take_over(restored, self._bequest(restored, last))

    def _restore_slots(self, restored: Restored) -> None:
        view = restored.view
        places = self._ledger.slots.of_run(view.key)
        view.slots = view.slots or bool(places)
        if view.state == "queued":
            view.touched = {}
            if None in places.values():
                view.barred = Barred("queue", {}, "it waits for its turn")

    def _bequest(self, restored: Restored, last: int | None) -> Bequest:
        keys = {attempt.key: (attempt.task_run.seq, attempt.n) for attempt in restored.live}
        # What came back from an earlier one may have been given out again since, and begun.
        reports: list[Report] = [
            report
            for engine, report in self._spooled()
            if report.key in keys and (engine == last or not isinstance(report, Returned))
        ]
        run = restored.view.key
        marks = set()
        for key, (seq, n) in keys.items():
            place = (run, seq, n)
            marks |= {(key, one.at, one.name, None) for one in self._ledger.metrics if one[:3] == place}
            marks |= {(key, one.at, one.kind, one.data) for one in self._ledger.events if one[:3] == place}
        return Bequest(reports, frozenset(marks))

    # --- what people ask -----------------------------------------------------------------------------------

    def _begin_again(self) -> None:
        """Retries of runs that are over and that nobody works on."""
        for command in list(self._ledger.commands.values()):
            key = command.run_key
            waits = command.state == "waiting" and command.kind == "retry" and self._ledger.is_over(key)
            if waits and not self.seat.has(key) and not self._is_with_another(key):
                self._retry(command)

    def _is_with_another(self, key: int) -> bool:
        owner = self._ledger.runs[key].owner
        return owner != self.seat.owner and owner in self._ledger.alive

    def _retry(self, command: Command) -> None:
        key, now = command.run_key, self.seat.clock()
        try:
            view = self._planner.reopened(key, command.arguments, command.by, now)
            wants = self._planner.wants(view.tags)
            version = self._ledger.runs[key].row_version
            epoch, barred = go_through(self._ledger, "reclaim", key, self.seat.owner, version, wants, now)
        except PenstockError:
            go_through(self._ledger, "refuse", command.id, now)
            return
        view.epoch, view.barred = epoch, barred
        view.slots = view.slots or bool(wants)
        view.commands.append(command.id)
        self.seat.take(view)

    def _pass_on(self) -> None:
        """Commands for runs that are ours, once more when no answer comes."""
        now = self.seat._now()
        for command in self._ledger.commands.values():
            if command.state != "waiting" or self._ledger.runs[command.run_key].owner != self.seat.owner:
                continue
            if command.kind in OF_ANYONE and self._ledger.is_over(command.run_key):
                continue
            if now - self._passed.get(command.id, 0.0) > AGAIN:
                self._passed[command.id] = now
                self.seat.engine.order(command)

    def pass_on_again(self) -> None:
        """Doubled messages: all that waits is passed on once more."""
        self._passed.clear()

    def _refuse_late(self) -> None:
        """What was asked for runs that are over, and whose owner is gone."""
        for command in list(self._ledger.commands.values()):
            run = self._ledger.runs[command.run_key]
            late = command.state == "waiting" and command.kind not in OF_ANYONE and self._ledger.is_over(run.key)
            if late and run.owner not in self._ledger.alive:
                go_through(self._ledger, "refuse", command.id, self.seat.clock())

    # --- limits, and runs that were asked for --------------------------------------------------------------

    def _take_turns(self) -> None:
        """Runs of ours that wait for slots."""
        for view in self.seat.engine.waiting():
            row = self._ledger.runs.get(view.key)
            if row is None or (row.state, row.owner, row.epoch) != ("queued", self.seat.owner, view.epoch):
                continue
            now = self.seat.clock()
            barred = go_through(self._ledger, "enter", view.key, self._planner.wants(view.tags), now, now)
            self.seat.engine.admit(view.key, barred)

    def _begin_asked(self) -> None:
        """Runs that nobody has claimed yet, first come first."""
        for key in sorted(key for key, run in self._ledger.runs.items() if run.owner is None):
            if self._ledger.runs[key].state in ("created", "queued"):
                self._begin(key)

    def _begin(self, key: int) -> None:
        made = self._made(key)
        if isinstance(made, RunView) and self._is_barred(key, made):
            return
        go_through(self._ledger, "claim new", key, self.seat.owner)
        if isinstance(made, PenstockError):
            self._ledger.apply(refused_run(self._asked(key), self.seat.owner, made, self.seat.clock()))
            return
        go_through(self._ledger, "complete", key, made.params, made.tags, made.selection)
        places = self._ledger.slots.of_run(key)
        made.slots = made.slots or bool(places)
        if any(place is not None and place < 0 for place in places.values()):
            made.past = {"by": "somebody"}
        row = self._ledger.runs[key]
        made.stored_version, made.epoch = row.row_version, row.epoch
        self.seat.take(made)

    def _made(self, key: int) -> RunView | PenstockError:
        try:
            return self._planner.asked(key)
        except PenstockError as error:
            return error

    def _is_barred(self, key: int, made: RunView) -> bool:
        wants, now = self._planner.wants(made.tags), self.seat.clock()
        if not wants:
            return False
        barred = go_through(self._ledger, "enter", key, wants, self._ledger.runs[key].created_at / 1e6, now)
        if barred is None:
            return False
        if barred.event == "queue":
            go_through(self._ledger, "queue", key, barred.told, now)
        else:
            go_through(self._ledger, "claim new", key, self.seat.owner)
            self._ledger.apply(barred_run(self._asked(key), self.seat.owner, barred, now))
        return True

    def _asked(self, key: int) -> Any:
        """As much of store.requests.Requested as an end needs."""
        row = self._ledger.runs[key]
        return SimpleNamespace(key=key, tasks_total=row.tasks_total, row_version=row.row_version, epoch=row.epoch)
