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

from penstock.engine.apply import apply, take_started
from penstock.engine.decide import decide
from penstock.engine.dispatch import assignment, begin, make_attempt
from penstock.engine.handle import RunHandle
from penstock.engine.journal import Journal
from penstock.engine.limits import Limits
from penstock.engine.outbox import Outbox
from penstock.engine.promises import Promises, fall_back, keep_pace
from penstock.engine.rest import Rest
from penstock.engine.restore import Restored
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.errors import AgentLost, PenstockError
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.ports.executor import Ended, Executor, Metric, Progress, Report, Returned, Sample, Started, Told
from penstock.store.commands import Command
from penstock.store.rows import NewMetric, NewSample
from penstock.store.writer import Writer

#: Seconds after which a thread that waits for the interpreter gets it.
SWITCH: Final = 0.0005


class Engine:
    """Owns runs from their submission to their last commit.

    `clock` gives seconds since 1970. Attempts that an executor lost count as `node_lost`. `make_room` is called
    when the disk is full: it may free what was set aside for that moment. `rest_after`: seconds without a run after
    which the executor's processes are replaced by fresh ones; None: they stay.
    """

    def __init__(
        self,
        executor: Executor,
        writer: Writer,
        limits: Limits,
        owner: int,
        *,
        make_room: Callable[[], None] = lambda: None,
        rest_after: float | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.executor = executor
        self.limits = limits
        self.clock = clock
        self._make_room = make_room
        self.out = Outbox()
        self.journal = Journal(self.out, writer, owner, executor.wake, monotonic=monotonic)
        self._rest = Rest(executor, rest_after, monotonic)
        self._inbox: deque[Callable[[], None]] = deque()
        self._views: dict[int, RunView] = {}
        self._live: dict[str, Attempt] = {}
        self._promises = Promises()
        self._again: list[Attempt] = []
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

    def work_until(self, handle: RunHandle) -> None:
        """Work in the calling thread until a run is over and recorded, instead of `start`."""
        while not handle.wait(0) and not self._closing:
            self._turn()

    def submit(self, view: RunView) -> RunHandle:
        """Take a run; it starts at once."""
        handle = view.handle = view.handle or RunHandle(view, self)
        self._post(lambda: self._take_run(view))
        return handle

    def take_over(self, restored: Restored) -> RunHandle:
        """Go on with a run whose engine is gone, with all that worked for it: what was under way counts as lost."""
        view = restored.view
        handle = view.handle = view.handle or RunHandle(view, self)
        self._post(lambda: self._go_on(restored))
        return handle

    def ask(self, view: RunView, reason: str, *, force: bool) -> None:
        """Ask a run to end."""

        def take() -> None:
            if view.key in self._views and view.state not in TERMINAL_RUN:
                self._cancel(view, reason, force=force)

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
        """The runs that are not over, or not yet on record as such."""
        return [view.handle for view in list(self._views.values())]

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
        if self._timers and self._timers[0][0] <= now:
            self._fire(now)
        self._advance(now)
        # An acknowledged commit may set free what strict runs hold back.
        self.out.ready.extend(self.journal.released())
        self._dispatch(now)
        self.journal.flush(urgent=bool(self.out.over))
        if self.out.cancel:
            keys, self.out.cancel = self.out.cancel, []
            self.executor.cancel(keys)
        for view in self.journal.finished():
            self._finish(view, None)
        for view, failure in self.journal.refused():
            self._abandon(view, failure)
        if self.journal.full():
            self._doom_all("disk_full", "the disk is full: nothing more can be recorded")
        self._rest.look(busy=bool(self._views or self._live or self._promises.open))

    def _patience(self) -> float | None:
        """Seconds until something must be done without a report; None: nothing is due."""
        if self._inbox:
            return 0.0
        if self._stirred:
            return 0.0
        waits = [self.journal.patience(), self._rest.patience()]
        if self._timers:
            waits.append(max(0.0, self._timers[0][0] - self.clock()))
        return min((wait for wait in waits if wait is not None), default=None)

    def _take_run(self, view: RunView) -> None:
        self._views[view.key] = view
        self._stirred[view.key] = view
        # All tasks are on record from the start, also those that wait long or never run.
        for run in view.task_runs:
            if not run.stored_version:
                self.out.mark_task_run(run)
        self.out.artifacts.extend(view.kept)
        self.executor.prepare(view.context)

    def _go_on(self, restored: Restored) -> None:
        view, now = restored.view, self.clock()
        self._take_run(view)
        self.out.ready.extend(restored.queued)
        for due, kind, run in restored.timers:
            heapq.heappush(self._timers, (due, next(self._order), kind, view, run))
        error: dict[str, Any] = {
            "type": "EngineLost",
            "message": "the engine that ran it was killed",
            "traceback": "",
            "names": [],
        }
        for attempt in restored.live:
            self.limits.hold(attempt.task_run)
            self._live[attempt.key] = attempt
            began, worker, usage = attempt.started_at, attempt.worker, attempt.usage
            self._take_ended(Ended(attempt.key, "lost", "lease_lost", [], error, None, usage, began, now, worker))

    def _cancel(self, view: RunView, reason: str, *, force: bool) -> None:
        view.asked = view.asked or reason
        if view.state == "cancelling" and view.reason != view.asked:
            # It was ending for another reason; who goes on with it after a crash must know of the wish.
            view.reason = view.asked
            self.out.mark_run(view)
        if force and view.forced is None:
            view.forced = "asked"
        self._stirred[view.key] = view

    def _obey(self, command: Command) -> None:
        view = self._views.get(command.run_key)
        if command.kind == "retry":
            refusal = {"code": "transition", "detail": "the run is not over: only one that is over can be retried"}
            self.out.answer(command.id, "refused", refusal, self.clock())
        elif command.kind != "cancel":
            refusal = {"code": "not_supported_yet", "detail": f"this version can't '{command.kind}' a run"}
            self.out.answer(command.id, "refused", refusal, self.clock())
        elif view is None or view.state in TERMINAL_RUN:
            refusal = {"code": "transition", "detail": "the run was over before"}
            self.out.answer(command.id, "refused", refusal, self.clock())
        else:
            self._cancel(view, "user", force=bool(command.arguments.get("force")))
            view.commands.append(command.id)

    def _find(self, key: str) -> Attempt | None:
        """The live attempt of a key. A promise is one as soon as what came before it is applied."""
        attempt = self._live.get(key)
        if attempt is None and key in self._promises.open:
            self._advance(self._now)
            attempt = self._live.get(key)
        return attempt

    def _take_started(self, report: Started) -> None:
        attempt = self._find(report.key)
        if attempt is not None:
            take_started(attempt, report.at, report.worker, self.out)

    def _take_ended(self, report: Ended) -> None:
        attempt = self._find(report.key) or self._keep_late(report.key)
        if attempt is None:
            self._fence(report)
            return
        del self._live[report.key]
        view = attempt.task_run.run
        self.limits.release(attempt.task_run)
        if view.key not in self._views:
            return
        if attempt.task_run.task.successor is not None:
            keep_pace(view, report)
        view.ended.append((attempt, report))
        self._stirred[view.key] = view

    def _keep_late(self, key: str) -> Attempt | None:
        """An attempt was made although what it waits for is not on record as succeeded: its run was being cancelled."""
        promise = self._promises.open.get(key)
        if promise is None:
            return None
        self._promises.close(promise)
        run = promise.task_run
        self._stirred[run.run.key] = run.run
        if run.state not in TERMINAL_TASK:
            return None
        self.out.mark_task_run(run)
        self.limits.hold(run)
        self._begin(promise)
        return promise

    def _take_returned(self, report: Returned) -> None:
        """A promise was not begun. Where it is kept already, the attempt is dispatched as any other."""
        promise = self._promises.open.get(report.key)
        attempt = promise or self._live.get(report.key)
        if attempt is None or attempt.after is None:
            return
        run = attempt.task_run
        view = run.run
        fall_back(view)
        self._stirred[view.key] = view
        attempt.after = None
        if promise is not None:
            self._promises.close(promise)
        elif view.key in self._views and run.state == "queued":
            self._again.append(attempt)
        else:
            self._take_ended(Ended(report.key, "cancelled", None, [], None, None, None, None, self._now, None))

    def _fence(self, report: Ended) -> None:
        """Record a result that comes late or twice; it changes nothing."""
        run_key, seq, n = (int(part) for part in report.key.split(":"))
        view = self._views.get(run_key)
        if view is not None:
            data = {"outcome": report.outcome}
            self.out.event(view, view.task_runs[seq], n, report.ended_at, "attempt.fenced", data)

    def _take_metric(self, report: Metric) -> None:
        attempt = self._find(report.key)
        if attempt is not None:
            run, at = attempt.task_run, int(report.at * 1_000_000)
            row = NewMetric(run.run.key, run.seq, attempt.n, at, report.name, report.value, report.unit)
            self.out.metrics.append(row)

    def _take_progress(self, report: Progress) -> None:
        attempt = self._find(report.key)
        if attempt is not None:
            attempt.task_run.progress = (report.done, report.total)
            self.out.mark_task_run(attempt.task_run)

    def _take_told(self, report: Told) -> None:
        attempt = self._find(report.key)
        if attempt is not None:
            run = attempt.task_run
            self.out.event(run.run, run, attempt.n, report.at, report.kind, report.data)

    def _take_sample(self, report: Sample) -> None:
        attempt = self._find(report.key)
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
        ]
        self.executor.open()
        for view in self._views.values():
            self.executor.prepare(view.context)
        return lost

    def _fire(self, now: float) -> None:
        while self._timers and self._timers[0][0] <= now:
            _, _, kind, view, run = heapq.heappop(self._timers)
            if view.key not in self._views:
                continue
            if kind == "retry" and run is not None and run.state == "retrying":
                view.due.append(run)
            elif kind == "run_timeout":
                view.timed_out = True
            self._stirred[view.key] = view

    def _advance(self, now: float) -> None:
        if not self._stirred:
            return
        stirred, self._stirred = self._stirred, {}
        for view in stirred.values():
            while decisions := decide(view, now):
                apply(view, decisions, now, self.out)
            view.touched, view.due, view.fans = {}, [], []
            for command in view.commands:
                self.out.answer(command, "applied", {"state": view.state}, now)
            view.commands = []
        for due, kind, view, run in self.out.timers:
            heapq.heappush(self._timers, (due, next(self._order), kind, view, run))
        self.out.timers.clear()
        if self.out.promised:
            promised, self.out.promised = self.out.promised, []
            for run in promised:
                self._keep(run)

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

    def _dispatch(self, now: float) -> None:
        if not self.out.ready and not self._again:
            return
        assignments = [assignment(attempt) for attempt in self._again]
        self._again.clear()
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

    def _finish(self, view: RunView, failure: PenstockError | None) -> None:
        if self._views.pop(view.key, None) is not None:
            self.executor.forget(view.id)
            view.handle.finish(failure)

    def _abandon(self, view: RunView, failure: PenstockError) -> None:
        """Let go of a run that this engine may not write any more; what still runs of it is ended."""
        keys = [attempt.key for run in view.task_runs if (attempt := run.live or run.promise) is not None]
        self.executor.cancel(keys + keys)
        self._stirred.pop(view.key, None)
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
