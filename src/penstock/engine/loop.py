"""The engine: takes what happened, asks `decide`, applies, commits, dispatches. One thread does all of it."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from penstock.engine.adoption import Adoption, Bequest, lost
from penstock.engine.apply import apply
from penstock.engine.approvals import APPROVAL, late, waiting
from penstock.engine.decide import decide
from penstock.engine.handle import RunHandle
from penstock.engine.in_hand import InHand
from penstock.engine.intake import Intake
from penstock.engine.journal import Journal
from penstock.engine.limits import Limits
from penstock.engine.observe import Resting
from penstock.engine.orders.cancel import cancel
from penstock.engine.orders.registry import obey
from penstock.engine.orders.resume import go_on
from penstock.engine.outbox import Outbox
from penstock.engine.reckoning import error_of_lateness
from penstock.engine.rest import Rest
from penstock.engine.restore import Restored, set_by_clock
from penstock.engine.reuse import Seek
from penstock.engine.rules.release_ready import WAVE
from penstock.engine.seeking import Seeker
from penstock.engine.timers import Due, Timers
from penstock.engine.view import Barred, RunView, TaskRun
from penstock.errors import AgentLost, Fenced, PenstockError
from penstock.model.states import TERMINAL_RUN
from penstock.ports.executor import Ended, Lasting
from penstock.ports.resting import PausableExecutor
from penstock.store.commands import Command
from penstock.store.rows import SlotAsk
from penstock.store.writer import Writer

#: Seconds after which a thread that waits for the interpreter gets it.
SWITCH: Final = 0.0005
#: Objects that are new before the collector of circles looks at them. What a run makes stays to its end, and is mostly
#: free of circles: looking at it after 700 takes a sixth of this thread's CPU.
FRESH: Final = 50_000
#: After how many it does so where nobody has chosen another number.
USUAL: Final = 700


class Engine:
    """Owns runs from their submission to their last commit.

    `clock` gives seconds since 1970. Attempts that an executor lost count as `node_lost`. `make_room` is called
    when the disk is full: it may free what was set aside for that moment. `freed` is called when a run that held slots
    is over, and that is on record. `rest_after`: seconds without a run after which the executor's processes are
    replaced by fresh ones; None: they stay. `patient`: see Journal. `lasting`: the same executor, when its attempts
    outlive us. `seek` looks for results of earlier runs; None: there are none.
    """

    def __init__(
        self,
        executor: PausableExecutor,
        writer: Writer,
        limits: Limits,
        owner: int,
        *,
        make_room: Callable[[], None] = lambda: None,
        freed: Callable[[], None] = lambda: None,
        rest_after: float | None = None,
        patient: bool = False,
        lasting: Lasting | None = None,
        seek: Seek | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.executor = executor
        self.limits = limits
        self.clock = clock
        self._make_room = make_room
        self._freed = freed
        self._lasting = lasting
        self._adoption = Adoption()
        self._seeker = Seeker(seek, self._post, self._touch)
        self.out = Outbox()
        self.journal = Journal(self.out, writer, owner, executor.wake, patient=patient, monotonic=monotonic)
        self._patient = patient
        self._rest = Rest(executor, rest_after, monotonic)
        self._monotonic = monotonic
        self._inbox: deque[Callable[[], None]] = deque()
        self._views: dict[int, RunView] = {}
        #: Runs that were handed to us, until our thread takes them.
        self._coming: dict[int, RunView] = {}
        self._stirred: dict[int, RunView] = {}
        self._timers = Timers(clock, monotonic)
        self._now = clock()
        self._in_hand = InHand(self.out, limits)
        self._intake = Intake(
            self._views, self._in_hand, limits, self.out, self._adoption, self.stir, lambda: self._advance(self._now)
        )
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="penstock-engine", daemon=True)
        self.crash: BaseException | None = None

    # --- from any thread ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        # Engine and writer share the interpreter; with its usual 5 ms the one that wakes would wait for the other.
        sys.setswitchinterval(SWITCH)
        if gc.get_threshold()[0] == USUAL:
            gc.set_threshold(FRESH)
        self._thread.start()

    def work_until(self, handle: RunHandle, at_rest: Callable[[Resting], None] | None = None) -> None:
        """Work in the calling thread until a run is over and recorded, instead of `start`.

        `at_rest` is called where the run rests before a task: it says how to go on.
        """
        while not handle.over and not self._closing:
            self._turn()
            resting = None if at_rest is None else handle.resting()
            if at_rest is not None and resting is not None:
                at_rest(resting)

    def submit(self, view: RunView) -> RunHandle:
        """Take a run; it starts at once."""
        handle = view.handle = view.handle or RunHandle(view, self)
        self._coming[view.key] = view
        self._post(lambda: self._take_run(view))
        if self.crash is not None:  # nobody takes it
            handle.finish(self._stopped(self.crash))
        return handle

    def take_over(self, restored: Restored, bequest: Bequest | None = None) -> RunHandle:
        """Go on with a run whose engine is gone: with the attempts of a bequest; what else was under way is lost."""
        view = restored.view
        handle = view.handle = view.handle or RunHandle(view, self)
        self._post(lambda: self._go_on(restored, bequest or Bequest()))
        return handle

    def spare_legacy(self, keys: list[str]) -> None:
        """Have the lasting executor end what is on no record of those before us: all but these attempts."""
        lasting = self._lasting
        if lasting is not None:
            self._post(lambda: lasting.spare(keys))

    def keep_legacy(self) -> None:
        """All runs of those before are taken over: let the lasting executor go on with what was adopted of them."""
        lasting, adoption = self._lasting, self._adoption
        if lasting is not None:
            self._post(lambda: lasting.keep(sorted(adoption.keys)))

    def ask(self, view: RunView, reason: str, *, force: bool) -> None:
        """Ask a run to end."""

        def take() -> None:
            if view.key in self._views and view.state not in TERMINAL_RUN:
                cancel(self, view, reason, force=force)

        self._post(take)

    def admit(self, run_key: int, barred: Barred | None) -> None:
        """A run that waited for its slots has them now, and starts; or what else becomes of it."""

        def take() -> None:
            view = self._views.get(run_key)
            if view is not None and view.barred is not None:
                view.barred = barred
                self._stirred[run_key] = view

        self._post(take)

    def resume(self, view: RunView, *, step: bool, texts: dict[str, str], by: str | None) -> None:
        """Let a run that rests go on."""

        def take() -> None:
            if view.key in self._views and view.state == "paused":
                go_on(self, view, step, {}, texts, by)

        self._post(take)

    def order(self, command: Command) -> None:
        """Take a command for a run of this engine; it is answered in the commit that makes it true."""
        self._post(lambda: self._obey(command))

    def stop(self) -> None:
        """Stop working; runs that are not over stay as they are recorded. Returns when the thread is gone."""
        self._closing = True
        self.executor.wake()
        if self._thread.is_alive():
            self._thread.join()

    def _post(self, message: Callable[[], None]) -> None:
        self._inbox.append(message)
        self.executor.wake()

    def live(self) -> list[RunHandle]:
        """The runs that are not over, or not yet on record as such: from the call on that hands them to us."""
        return [view.handle for view in {**self._coming, **self._views}.values()]

    def going(self) -> list[RunHandle]:
        """Those of the live runs that do not wait for slots."""
        return [view.handle for view in {**self._coming, **self._views}.values() if view.barred is None]

    def waiting(self) -> list[RunView]:
        """The runs of this engine that wait for slots."""
        return [view for view in list(self._views.values()) if view.barred is not None]

    # --- in the engine's thread ----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._closing:
                self._turn()
        except BaseException as crash:
            self.crash = crash
            for handle in self.live():
                handle.finish(self._stopped(crash))

    def _stopped(self, crash: BaseException) -> PenstockError:
        failure = PenstockError(f"the engine stopped: {type(crash).__name__}: {crash}")
        failure.__cause__ = crash
        return failure

    def _turn(self) -> None:
        try:
            reports = self.executor.poll(self._patience())
        except AgentLost as gone:
            reports = self._in_hand.lose(str(gone), self.clock())
            self._open_again()
        now = self._now = self.clock()
        while self._inbox:
            self._inbox.popleft()()
        for report in reports:
            self._intake.take(report, now)
        self._fire()
        self._advance(now)
        # An acknowledged commit may set free what was held until then.
        self.out.ready.extend(self.journal.released())
        for asked, granted in self.journal.slots():
            self._take_slots(asked, granted)
        self._dispatch(now)
        lasting = self._lasting
        self.journal.flush(urgent=bool(self.out.over), taken=lasting.taken if lasting is not None else 0)
        if lasting is not None:
            lasting.acknowledge(self.journal.durable)
        self._steer()
        for view in self.journal.finished():
            self._finish(view, None)
        for view, failure in self.journal.refused():
            if self._patient and not isinstance(failure, Fenced):
                raise failure  # who comes after this engine goes on from the record
            self._abandon(view, failure)
        if self.journal.full():
            self._doom_all("disk_full", "the disk is full: nothing more can be recorded")
        self._rest.look(busy=bool(self._views or self._in_hand))

    def _steer(self) -> None:
        """Pass on what the executor is to do with attempts that it has."""
        out, executor = self.out, self.executor
        if out.recall:
            keys, out.recall = out.recall, []
            self._in_hand.recalled.update(keys)
            executor.recall(keys)
        if out.suspend:
            keys, out.suspend = out.suspend, []
            executor.suspend(keys)
        if out.resume:
            keys, out.resume = out.resume, []
            executor.resume(keys)
        if out.cancel:
            keys, out.cancel = out.cancel, []
            for key in self._in_hand.rested.intersection(keys):  # the executor does not have them
                end = Ended(key, "cancelled", None, [], None, None, None, None, self._now, None)
                self._intake.take(end, self._now)
            executor.cancel(keys)

    def _patience(self) -> float | None:
        """Seconds until something must be done without a report; None: nothing is due."""
        if self._inbox:
            return 0.0
        if self._stirred or self.out.again:
            return 0.0
        pools = self.limits.pools.patience(self._monotonic())
        waits = [self.journal.patience(), self._rest.patience(), pools, self._timers.patience()]
        return min((wait for wait in waits if wait is not None), default=None)

    def _take_run(self, view: RunView) -> None:
        self._views[view.key] = view
        self._coming.pop(view.key, None)  # after that, so that nobody who asks finds it in neither
        self._stirred[view.key] = view
        # All tasks are on record from the start, also those that wait long or never run.
        for run in view.task_runs:
            if not run.stored_version:
                self.out.mark_task_run(run)
        self.out.artifacts.extend(view.kept)
        self.executor.prepare(view.context)

    def _go_on(self, restored: Restored, bequest: Bequest) -> None:
        view, now = restored.view, self.clock()
        self._take_run(view)
        self.out.ready.extend(restored.queued)
        set_by_clock(view, now)
        for due in restored.timers:
            self._timers.add(min(due.at, now + due.longest), Due(due.kind, view, due.task_run))
        for attempt in restored.live:
            self.limits.hold(attempt.task_run)
            self._in_hand.live[attempt.key] = attempt
        legacy = None if self._lasting is None else self._lasting.legacy
        adopted = self._adoption.take(restored.live, bequest, {} if legacy is None else legacy.attempts)
        # The engine before may have died between the record and its word to the agent.
        if view.state == "cancelling":
            self.out.cancel.extend(adopted.untold)
        elif view.still:
            self.out.suspend.extend(adopted.kept)
        else:
            self.out.resume.extend(adopted.kept)
        for report in (*adopted.reports, *(lost(attempt, now) for attempt in adopted.lost)):
            self._intake.take(report, now)

    def stir(self, view: RunView) -> None:
        """Have the deciders look at a run in this turn."""
        if self._intake.is_ours(view):
            self._stirred[view.key] = view

    def _obey(self, command: Command) -> None:
        refusal = obey(self, self._views.get(command.run_key), command)
        if refusal is not None:
            self.out.answer(command.id, command.run_key, "refused", refusal, self.clock())

    def _open_again(self) -> None:
        """The agent is gone: start another one."""
        self.executor.open()
        for view in self._views.values():
            self.executor.prepare(view.context)

    def _fire(self) -> None:
        for kind, view, run in self._timers.fired():
            if not self._intake.is_ours(view):
                continue
            if kind == "retry" and run is not None and run.state == "retrying":
                view.due[run.seq] = run
            elif kind == APPROVAL and run is not None and run in waiting(view):
                view.answers.append(late(run))
            elif kind == "run_timeout" and view.state != "paused":
                view.timed_out = True
                if view.state == "running":
                    view.error = view.error or error_of_lateness(view)
            self._stirred[view.key] = view

    def _advance(self, now: float) -> None:
        if not self._stirred:
            return
        stirred, self._stirred = self._stirred, {}
        for view in stirred.values():
            self._decide(view, now)
        self._pass_on()

    def _decide(self, view: RunView, now: float) -> None:
        """Decide and apply until nothing is left to decide, and answer the commands that it made true."""
        while decisions := decide(view, now):
            apply(view, decisions, now, self.out)
            if len(decisions) >= WAVE and not self.out.again:
                self._give_ready(now)
        if view.state != "paused":
            view.touched, view.due = {}, {}
        view.fans, view.answers = {}, []
        if view.chosen:
            return  # the answer is in the commit that makes it true
        for command in view.commands:
            self.out.answer(command, view.key, "applied", {"state": view.state}, now)
        view.commands, view.by = [], None

    def _pass_on(self) -> None:
        """Hand to others what was decided for them: timers, what is looked for, attempts that a worker has already."""
        if self.out.stopped:
            stopped, self.out.stopped = self.out.stopped, []
            self._timers.stop(stopped)
        for due, kind, view, run in self.out.timers:
            self._timers.add(due, Due(kind, view, run))
        self.out.timers.clear()
        if self.out.sought:
            sought, self.out.sought = self.out.sought, []
            self._seeker.look(sought)
        if self.out.promised:
            promised, self.out.promised = self.out.promised, []
            for run in promised:
                self._in_hand.keep(run, self._now)

    def _touch(self, run: TaskRun) -> None:
        """Have the deciders look at a task run in this turn."""
        if self._views.get(run.run.key) is run.run:
            run.run.touched[run.seq] = run
            self.stir(run.run)

    def _take_slots(self, asked: list[SlotAsk], granted: list[SlotAsk]) -> None:
        """The store has said who gets a slot of a pool."""
        pools = self.limits.pools
        runs = [run for ask in granted if (run := pools.grant(ask)) is not None]
        self.out.ready.extendleft(reversed(runs))
        pools.refuse([ask for ask in asked if ask not in granted], self._monotonic())

    def _dispatch(self, now: float) -> None:
        if self._in_hand.halves:
            self._follow_up(now)
        pools = self.limits.pools
        if pools.waiting:
            self.out.give_back(pools.stale())
        if not self.out.ready and not self.out.again and not pools.waiting:
            return
        in_hand = self._in_hand
        ended = in_hand.rested.intersection(self.out.cancel)
        # It may have come back, and its end after it, from an agent that has more to tell than is on record.
        again = [attempt for attempt in self.out.again if attempt.key in in_hand.live and attempt.key not in ended]
        self.out.again = []
        assignments = in_hand.give_again([one for one in again if self._intake.is_ours(one.task_run.run)])
        if assignments:
            self.executor.dispatch(assignments)
        self._give_ready(now)
        self.out.slot_asks += pools.asks(self._monotonic())

    def _follow_up(self, now: float) -> None:
        # Not before all reports of the turn are taken: one that came twice would be about what is promised here.
        assignments = self._in_hand.follow_up(self.out.ready, self.executor.workers, now)
        if assignments:
            self.executor.dispatch(assignments)

    def _give_ready(self, now: float) -> None:
        assignments = self._in_hand.give(self.out.ready, self.executor.workers, now)
        if assignments:
            self.executor.dispatch(assignments)

    def _finish(self, view: RunView, failure: PenstockError | None) -> None:
        if self._views.get(view.key) is view:
            del self._views[view.key]
            self.executor.forget(view.id)
            if view.slots:
                self.limits.pools.forget(view.key)
                self._freed()
            view.handle.finish(failure)

    def _abandon(self, view: RunView, failure: PenstockError) -> None:
        """Let go of a run that this engine may not write any more; what still runs of it is ended."""
        keys = [attempt.key for run in view.task_runs if (attempt := run.live or run.promise) is not None]
        self.executor.cancel(keys + keys)
        self._in_hand.drop(view)
        if self._stirred.get(view.key) is view:
            del self._stirred[view.key]
        self._finish(view, failure)

    def _doom_all(self, reason: str, message: str) -> None:
        """No run can go on: end them all, with what room there is to say so."""
        self._make_room()
        for view in self._views.values():
            if view.doom is None:
                view.doom = reason
                view.error = view.error or {"type": "DiskFull", "message": message, "traceback": ""}
                self._stirred[view.key] = view
