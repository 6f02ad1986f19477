"""What executors report, taken into the views of runs. One thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.engine.adoption import Adoption
from penstock.engine.apply import apply, take_started
from penstock.engine.decisions import MoveTask
from penstock.engine.in_hand import InHand
from penstock.engine.limits import Limits
from penstock.engine.outbox import Outbox
from penstock.engine.promises import fall_back, keep_pace
from penstock.engine.rules.release_ready import verdict_on
from penstock.engine.view import Attempt, RunView
from penstock.model.states import TERMINAL_TASK
from penstock.ports.executor import Ended, Metric, Progress, Report, Returned, Sample, Started, Told
from penstock.store.rows import NewMetric, NewSample
from penstock.store.times import micros


class Intake:
    """Takes reports: late ones, doubled ones, and those of attempts that another engine began, too.

    `views`: the runs of the engine. `stir` has the deciders look at a run in this turn; `advance` has them look now.
    """

    def __init__(
        self,
        views: Mapping[int, RunView],
        in_hand: InHand,
        limits: Limits,
        out: Outbox,
        adoption: Adoption,
        stir: Callable[[RunView], None],
        advance: Callable[[], None],
    ) -> None:
        self._views = views
        self._in_hand = in_hand
        self._limits = limits
        self._out = out
        self._adoption = adoption
        self._stir = stir
        self._advance = advance
        self._now = 0.0

    def take(self, report: Report, now: float) -> None:
        """Take a report at that time, in seconds since 1970."""
        self._now = now
        _TAKE[type(report)](self, report)

    def is_ours(self, view: RunView) -> bool:
        """Is it not one that was given up, and whose run has perhaps begun again since as another view?"""
        return self._views.get(view.key) is view

    def _find(self, key: str) -> Attempt | None:
        """The live attempt of a key. A promise is one as soon as what came before it is applied."""
        attempt = self._in_hand.live.get(key)
        if attempt is None and key in self._in_hand.promises.open:
            self._advance()
            attempt = self._in_hand.live.get(key)
        return attempt

    def _find_ours(self, key: str) -> Attempt | None:
        """The live attempt of a key, of a run that was not given up."""
        attempt = self._find(key)
        return attempt if attempt is not None and self.is_ours(attempt.task_run.run) else None

    def _take_started(self, report: Started) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None:
            take_started(attempt, report.at, report.worker, self._out)
            view = attempt.task_run.run
            if view.still:
                self._stir(view)

    def _take_ended(self, report: Ended) -> None:
        attempt = self._find(report.key) or self._keep_late(report.key)
        if attempt is None:
            self._fence(report)
            return
        report = self._adoption.heed(attempt, report)
        view = attempt.task_run.run
        self._in_hand.end(attempt)
        if not self.is_ours(view):
            return
        if attempt.task_run.task.successor is not None:
            keep_pace(view, report)
        view.ended.append((attempt, report))
        self._stir(view)

    def _keep_late(self, key: str) -> Attempt | None:
        """An attempt was made although what it waits for is not on record as succeeded: its run was being cancelled."""
        promise = self._in_hand.promises.open.get(key)
        if promise is None:
            return None
        run, ours = promise.task_run, self.is_ours(promise.task_run.run)
        if ours and run.run.state == "paused" and run.state == "created" and verdict_on(run) == "queue":
            # Its worker went on before the run was told to rest: what it made counts.
            apply(run.run, [MoveTask(run, "queue", None)], self._now, self._out)
            self._out.promised.remove(run)
            self._in_hand.keep(run, self._now)
            return promise
        self._in_hand.promises.close(promise)
        self._stir(run.run)
        if not ours or (run.state != "cancelling" and run.state not in TERMINAL_TASK):
            return None
        self._limits.hold(run)
        self._in_hand.begin(promise)
        return promise

    def _take_returned(self, report: Returned) -> None:
        """What was promised or recalled was not begun. If it is live, it is dispatched once more, in its time."""
        in_hand = self._in_hand
        promise = in_hand.promises.open.get(report.key)
        attempt = promise or in_hand.live.get(report.key)
        recalled = report.key in in_hand.recalled
        if attempt is None or not (recalled or attempt.after or self._adoption.may_return(report.key)):
            return
        in_hand.recalled.discard(report.key)
        run = attempt.task_run
        view = run.run
        if not recalled:
            fall_back(view)
        self._stir(view)
        attempt.after = None
        if promise is not None:
            in_hand.promises.close(promise)
            if run.state == "cancelling":
                view.touched[run.seq] = run
        elif self.is_ours(view) and run.state == "queued" and all(one is not run for one, _, _ in view.chosen):
            if view.state == "paused":
                in_hand.rest(attempt)
            else:
                self._out.again.append(attempt)
        else:
            self._take_ended(Ended(report.key, "cancelled", None, [], None, None, None, None, self._now, None))

    def _fence(self, report: Ended) -> None:
        """Record a result that comes late or twice; it changes nothing."""
        run_key, seq, n = map(int, report.key.split(":")[:3])
        view = self._views.get(run_key)
        # An item of a fan-out that is on no record may be one of an engine before us.
        if view is not None and seq < len(view.task_runs):
            data = {"outcome": report.outcome}
            self._out.event(view, view.task_runs[seq], n, report.ended_at, "attempt.fenced", data)

    def _take_metric(self, report: Metric) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None and self._adoption.is_new(report):
            run = attempt.task_run
            row = NewMetric(run.run.key, run.seq, attempt.n, micros(report.at), report.name, report.value, report.unit)
            self._out.metrics.append(row)

    def _take_progress(self, report: Progress) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None:
            attempt.task_run.progress = (report.done, report.total)
            self._out.mark_task_run(attempt.task_run)

    def _take_told(self, report: Told) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None and self._adoption.is_new(report):
            run = attempt.task_run
            self._out.event(run.run, run, attempt.n, report.at, report.kind, report.data)

    def _take_sample(self, report: Sample) -> None:
        attempt = self._find_ours(report.key)
        if attempt is not None:
            run = attempt.task_run
            self._out.samples.append(NewSample(run.run.key, run.seq, attempt.n, micros(report.at), *report[2:]))


_TAKE: Final[dict[type[Report], Callable[[Intake, Any], None]]] = {
    Started: Intake._take_started,
    Ended: Intake._take_ended,
    Returned: Intake._take_returned,
    Metric: Intake._take_metric,
    Progress: Intake._take_progress,
    Told: Intake._take_told,
    Sample: Intake._take_sample,
}
