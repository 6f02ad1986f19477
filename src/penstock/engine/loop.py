"""The engine: takes what happened, asks `decide`, applies, commits, dispatches. One thread does all of it."""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from penstock.engine.adoption import Adoption, Bequest, lost
from penstock.engine.apply import apply, take_started
from penstock.engine.approvals import APPROVAL, late, waiting
from penstock.engine.decide import decide
from penstock.engine.decisions import MoveTask
from penstock.engine.dispatch import assignment, begin, make_attempt
from penstock.engine.handle import RunHandle
from penstock.engine.journal import Journal
from penstock.engine.limits import Limits
from penstock.engine.observe import Resting
from penstock.engine.orders.cancel import cancel
from penstock.engine.orders.registry import obey
from penstock.engine.orders.resume import go_on
from penstock.engine.outbox import Outbox
from penstock.engine.promises import Promises, fall_back, keep_pace
from penstock.engine.rest import Rest
from penstock.engine.restore import Restored, set_by_clock
from penstock.engine.reuse import Seek
from penstock.engine.rules.release_ready import verdict_on
from penstock.engine.seeking import Seeker
from penstock.engine.view import Attempt, Barred, RunView, TaskRun
from penstock.errors import AgentLost, Fenced, PenstockError
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.ports.executor import (
    Ended,
    Lasting,
    Metric,
    Progress,
    Report,
    Returned,
    Sample,
    Started,
    Told,
)
from penstock.ports.resting import PausableExecutor
from penstock.store.commands import Command
from penstock.store.rows import NewMetric, NewSample, SlotAsk
from penstock.store.writer import Writer

#: Seconds after which a thread that waits for the interpreter gets it.
SWITCH: Final = 0.0005


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
        self._live: dict[str, Attempt] = {}
        self._promises = Promises()
        self._recalled: set[str] = set()
        self._rested: set[str] = set()
        self._stirred: dict[int, RunView] = {}
        self._timers: list[tuple[float, int, str, RunView, TaskRun | None]] = []
        self._order = itertools.count()
        self._now = clock()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="penstock-engine", daemon=True)
        self.crash: BaseException | None = None

    # --- from any thread ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        # Engine and writer share the interpreter; with its usual 5 ms the one that wakes would wait for the other.
        sys.setswitchinterval(SWITCH)
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
            failure = PenstockError(f"the engine stopped: {type(crash).__name__}: {crash}")
            failure.__cause__ = crash
            for view in list(self._views.values()):
                view.handle.finish(failure)

    def _turn(self) -> None:
        try:
            reports = self.executor.poll(self._patience())
        except AgentLost as lost:
            reports = self._lose_all(str(lost))
        now = self._now = self.clock()
        while self._inbox:
            self._inbox.popleft()()
        for report in reports:
            _TAKE[type(report)](self, report)
        self._fire()
        self._advance(now)
        # An acknowledged commit may set free what strict runs hold back.
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
        self._rest.look(busy=bool(self._views or self._live or self._promises.open))

    def _steer(self) -> None:
        """Pass on what the executor is to do with attempts that it has."""
        out, executor = self.out, self.executor
        if out.recall:
            keys, out.recall = out.recall, []
            self._recalled.update(keys)
            executor.recall(keys)
        if out.suspend:
            keys, out.suspend = out.suspend, []
            executor.suspend(keys)
        if out.resume:
            keys, out.resume = out.resume, []
            executor.resume(keys)
        if out.cancel:
            keys, out.cancel = out.cancel, []
            for key in self._rested.intersection(keys):  # the executor does not have them
                self._take_ended(Ended(key, "cancelled", None, [], None, None, None, None, self._now, None))
            executor.cancel(keys)

    def _patience(self) -> float | None:
        """Seconds until something must be done without a report; None: nothing is due."""
        if self._inbox:
            return 0.0
        if self._stirred or self.out.again:
            return 0.0
        waits = [self.journal.patience(), self._rest.patience(), self.limits.pools.patience(self._monotonic())]
        if self._timers:
            waits.append(max(0.0, self._timers[0][0] - self._monotonic()))
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
            self._wake_at(min(due.at, now + due.longest), due.kind, view, due.task_run)
        for attempt in restored.live:
            self.limits.hold(attempt.task_run)
            self._live[attempt.key] = attempt
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
            _TAKE[type(report)](self, report)

    def stir(self, view: RunView) -> None:
        """Have the deciders look at a run in this turn."""
        if self._is_ours(view):
            self._stirred[view.key] = view

    def _obey(self, command: Command) -> None:
        refusal = obey(self, self._views.get(command.run_key), command)
        if refusal is not None:
            self.out.answer(command.id, command.run_key, "refused", refusal, self.clock())

    def _find(self, key: str) -> Attempt | None:
        """The live attempt of a key. A promise is one as soon as what came before it is applied."""
        attempt = self._live.get(key)
        if attempt is None and key in self._promises.open:
            self._advance(self._now)
            attempt = self._live.get(key)
        return attempt

    def _is_ours(self, view: RunView) -> bool:
        """Is it not one that was given up, and whose run has perhaps begun again since as another view?"""
        return self._views.get(view.key) is view

    def _find_ours(self, key: str) -> Attempt | None:
        """The live attempt of a key, of a run that was not given up."""
        attempt = self._find(key)
        return attempt if attempt is not None and self._is_ours(attempt.task_run.run) else None

    def _take_started(self, report: Started) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None:
            take_started(attempt, report.at, report.worker, self.out)
            view = attempt.task_run.run
            if view.still:
                self.stir(view)

    def _take_ended(self, report: Ended) -> None:
        attempt = self._find(report.key) or self._keep_late(report.key)
        if attempt is None:
            self._fence(report)
            return
        report = self._adoption.heed(attempt, report)
        del self._live[report.key]
        view = attempt.task_run.run
        self._recalled.discard(report.key)
        if report.key in self._rested:
            self._rested.discard(report.key)
            if attempt in view.rested:
                view.rested.remove(attempt)
        else:
            self.limits.release(attempt.task_run)
        if not self._is_ours(view):
            return
        if attempt.task_run.task.successor is not None:
            keep_pace(view, report)
        view.ended.append((attempt, report))
        self.stir(view)

    def _keep_late(self, key: str) -> Attempt | None:
        """An attempt was made although what it waits for is not on record as succeeded: its run was being cancelled."""
        promise = self._promises.open.get(key)
        if promise is None:
            return None
        run, ours = promise.task_run, self._is_ours(promise.task_run.run)
        if ours and run.run.state == "paused" and run.state == "created" and verdict_on(run) == "queue":
            # Its worker went on before the run was told to rest: what it made counts.
            apply(run.run, [MoveTask(run, "queue", None)], self._now, self.out)
            self.out.promised.remove(run)
            self._keep(run)
            return promise
        self._promises.close(promise)
        self.stir(run.run)
        if not ours or (run.state != "cancelling" and run.state not in TERMINAL_TASK):
            return None
        self.out.mark_task_run(run)
        self.limits.hold(run)
        self._begin(promise)
        return promise

    def _take_returned(self, report: Returned) -> None:
        """What was promised or recalled was not begun. If it is live, it is dispatched once more, in its time."""
        promise = self._promises.open.get(report.key)
        attempt = promise or self._live.get(report.key)
        recalled = report.key in self._recalled
        if attempt is None or not (recalled or attempt.after or self._adoption.may_return(report.key)):
            return
        self._recalled.discard(report.key)
        run = attempt.task_run
        view = run.run
        if not recalled:
            fall_back(view)
        self.stir(view)
        attempt.after = None
        if promise is not None:
            self._promises.close(promise)
            if run.state == "cancelling":
                view.touched[run.seq] = run
        elif self._is_ours(view) and run.state == "queued" and all(one is not run for one, _, _ in view.chosen):
            if view.state == "paused":
                # It takes no room while it waits: other runs go on.
                self.limits.release(run)
                self._rested.add(report.key)
                view.rested.append(attempt)
            else:
                self.out.again.append(attempt)
        else:
            self._take_ended(Ended(report.key, "cancelled", None, [], None, None, None, None, self._now, None))

    def _fence(self, report: Ended) -> None:
        """Record a result that comes late or twice; it changes nothing."""
        run_key, seq, n = map(int, report.key.split(":")[:3])
        view = self._views.get(run_key)
        # An item of a fan-out that is on no record may be one of an engine before us.
        if view is not None and seq < len(view.task_runs):
            data = {"outcome": report.outcome}
            self.out.event(view, view.task_runs[seq], n, report.ended_at, "attempt.fenced", data)

    def _take_metric(self, report: Metric) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None and self._adoption.is_new(report):
            run, at = attempt.task_run, int(report.at * 1_000_000)
            row = NewMetric(run.run.key, run.seq, attempt.n, at, report.name, report.value, report.unit)
            self.out.metrics.append(row)

    def _take_progress(self, report: Progress) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None:
            attempt.task_run.progress = (report.done, report.total)
            self.out.mark_task_run(attempt.task_run)

    def _take_told(self, report: Told) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None and self._adoption.is_new(report):
            run = attempt.task_run
            self.out.event(run.run, run, attempt.n, report.at, report.kind, report.data)

    def _take_sample(self, report: Sample) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None:
            run, at = attempt.task_run, int(report.at * 1_000_000)
            self.out.samples.append(NewSample(run.run.key, run.seq, attempt.n, at, *report[2:]))

    def _lose_all(self, why: str) -> list[Report]:
        """The agent is gone with all that it had: say so of each attempt, and start another agent."""
        now = self.clock()
        error = {"type": "AgentLost", "message": why, "traceback": "", "names": []}
        lost: list[Report] = [Returned(key) for key in self._promises.open]
        lost += [
            Ended(key, "lost", "node_lost", [], error, None, None, attempt.started_at, now, None)
            for key, attempt in self._live.items()
            if key not in self._rested
        ]
        self._recalled.clear()
        self.executor.open()
        for view in self._views.values():
            self.executor.prepare(view.context)
        return lost

    def _wake_at(self, due: float, kind: str, view: RunView, run: TaskRun | None) -> None:
        """Wake at `due` as the clock goes now: nobody waits for an hour because it is set back by one."""
        at = self._monotonic() + (due - self.clock())
        heapq.heappush(self._timers, (at, next(self._order), kind, view, run))

    def _fire(self) -> None:
        now = self._monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, _, kind, view, run = heapq.heappop(self._timers)
            if self._views.get(view.key) is not view:  # over, and perhaps begun again since, as another view
                continue
            if kind == "retry" and run is not None and run.state == "retrying":
                view.due.append(run)
            elif kind == APPROVAL and run is not None and run in waiting(view):
                view.answers.append(late(run))
            elif kind == "run_timeout" and view.state != "paused":
                view.timed_out = True
            self._stirred[view.key] = view

    def _advance(self, now: float) -> None:
        if not self._stirred:
            return
        stirred, self._stirred = self._stirred, {}
        for view in stirred.values():
            while decisions := decide(view, now):
                apply(view, decisions, now, self.out)
            if view.state != "paused":
                view.touched, view.due = {}, []
            view.fans, view.answers = [], []
            if view.chosen:
                continue  # the answer is in the commit that makes it true
            for command in view.commands:
                self.out.answer(command, view.key, "applied", {"state": view.state}, now)
            view.commands, view.by = [], None
        if self.out.stopped:
            stopped, self.out.stopped = self.out.stopped, []
            self._timers = [timer for timer in self._timers if (timer[2], timer[3]) not in stopped]
            heapq.heapify(self._timers)
        for due, kind, view, run in self.out.timers:
            self._wake_at(due, kind, view, run)
        self.out.timers.clear()
        if self.out.sought:
            sought, self.out.sought = self.out.sought, []
            self._seeker.look(sought)
        if self.out.promised:
            promised, self.out.promised = self.out.promised, []
            for run in promised:
                self._keep(run)

    def _touch(self, run: TaskRun) -> None:
        """Have the deciders look at a task run in this turn."""
        if self._views.get(run.run.key) is run.run:
            run.run.touched[run.seq] = run
            self.stir(run.run)

    def _keep(self, run: TaskRun) -> None:
        """What was promised has come to its turn: its attempt is live."""
        promise = run.promise
        if promise is not None and promise.after is not None:
            self._promises.close(promise)
            promise.dispatched_at = run.queued_at or self._now
            self.limits.hold(run)
            self._begin(promise)

    def _begin(self, attempt: Attempt) -> None:
        begin(attempt)
        self._live[attempt.key] = attempt
        self.out.mark_attempt(attempt)

    def _take_slots(self, asked: list[SlotAsk], granted: list[SlotAsk]) -> None:
        """The store has said who gets a slot of a pool."""
        pools = self.limits.pools
        runs = [run for ask in granted if (run := pools.grant(ask)) is not None]
        self.out.ready.extendleft(reversed(runs))
        pools.refuse([ask for ask in asked if ask not in granted], self._monotonic())

    def _dispatch(self, now: float) -> None:
        pools = self.limits.pools
        if pools.waiting:
            self.out.give_back(pools.stale())
        if not self.out.ready and not self.out.again and not pools.waiting:
            return
        ended = self._rested.intersection(self.out.cancel)
        # It may have come back, and its end after it, from an agent that has more to tell than is on record.
        again = [attempt for attempt in self.out.again if attempt.key in self._live and attempt.key not in ended]
        self.out.again = []
        again = [attempt for attempt in again if self._is_ours(attempt.task_run.run)]
        for attempt in again:
            if attempt.key in self._rested:
                self._rested.discard(attempt.key)
                self.limits.hold(attempt.task_run)
        assignments = [assignment(attempt) for attempt in again]
        runs = self.limits.take(self.out.ready)
        alone = not self.out.ready and self.limits.out <= self.executor.workers
        for run in runs:
            attempt = make_attempt(run, now)
            self._begin(attempt)
            assignments.append(assignment(attempt))
            if alone:
                assignments += map(assignment, self._promises.give(attempt, now))
        if assignments:
            self.executor.dispatch(assignments)
        self.out.slot_asks += pools.asks(self._monotonic())

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
        for attempt in view.rested:
            self._rested.discard(attempt.key)
            self._live.pop(attempt.key, None)
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


_TAKE: Final[dict[type[Report], Callable[[Engine, Any], None]]] = {
    Started: Engine._take_started,
    Ended: Engine._take_ended,
    Returned: Engine._take_returned,
    Metric: Engine._take_metric,
    Progress: Engine._take_progress,
    Told: Engine._take_told,
    Sample: Engine._take_sample,
}
