"""Attempts that outlive their engine: what the next one goes on with, and what it has heard before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from penstock.engine.view import Attempt
from penstock.ports.executor import Ended, Metric, Report, Returned, Told
from penstock.store.times import micros

#: What is on record of a report: the attempt's key, microseconds since 1970, name of the figure or kind of the event,
#: and its data.
Mark: TypeAlias = tuple[str, int, str, str | None]


class Bequest(NamedTuple):
    """What an engine that is gone left of a run, besides its record and what its agent still has.

    `spooled`: reports that an agent wrote while no engine was there. `marks`: what is on record of reports that may
    come again.
    """

    spooled: Sequence[Report] = ()
    marks: frozenset[Mark] = frozenset()


class Adopted(NamedTuple):
    """What became of a run's attempts: those that nobody goes on with, reports of agents that are gone, and what the
    agent has; `untold` was not asked to end."""

    lost: list[Attempt]
    reports: list[Report]
    kept: list[str]
    untold: list[str]


class Adoption:
    """What this engine has adopted."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self._marks: set[Mark] = set()
        #: What of it runs for runs that nobody wished to end, as far as the record tells.
        self._unwished: set[str] = set()

    def take(self, live: list[Attempt], bequest: Bequest, found: Mapping[str, bool]) -> Adopted:
        """Go on with those attempts of a run that can be; `found` is what the agent has (ports.executor.Legacy)."""
        self._marks |= bequest.marks
        unwished = {attempt.key for attempt in live if not _is_ending(attempt)}
        self._unwished |= unwished & found.keys()
        reports = [
            report
            for report in bequest.spooled
            if report.key not in found and not (report.key in unwished and _is_cancelled(report))
        ]
        done = {report.key for report in reports if isinstance(report, Ended | Returned)}
        self.keys |= {attempt.key for attempt in live if attempt.key in found or attempt.key in done}
        kept = [attempt.key for attempt in live if attempt.key in found]
        # Of a run that is ending what cleans up goes on.
        ending = {attempt.key for attempt in live if attempt.task_run.state == "cancelling"}
        untold = [key for key in kept if not found[key] and key in ending]
        return Adopted([attempt for attempt in live if attempt.key not in self.keys], reports, kept, untold)

    def may_return(self, key: str) -> bool:
        """Whether an attempt comes back that another engine gave out; once."""
        if key in self.keys:
            self.keys.discard(key)
            return True
        return False

    def heed(self, attempt: Attempt, report: Ended) -> Ended:
        """What an end counts as: one that an engine before us asked for is a loss, when its reason went with it."""
        if attempt.key not in self._unwished:
            return report
        self._unwished.discard(attempt.key)
        return lost(attempt, report.ended_at) if _is_cancelled(report) and not _is_ending(attempt) else report

    def is_new(self, report: Metric | Told) -> bool:
        """Whether a report is not on record."""
        return not self._marks or mark_of(report) not in self._marks


def _is_ending(attempt: Attempt) -> bool:
    return "cancelling" in (attempt.task_run.state, attempt.task_run.run.state)


def _is_cancelled(report: Report) -> bool:
    return isinstance(report, Ended) and report.outcome == "cancelled"


def mark_of(report: Metric | Told) -> Mark:
    """What the record keeps of a report."""
    if isinstance(report, Metric):
        return report.key, micros(report.at), report.name, None
    return report.key, micros(report.at), report.kind, json.dumps(report.data, ensure_ascii=False)


def lost(attempt: Attempt, now: float) -> Ended:
    """The report of an attempt that nobody goes on with."""
    error: dict[str, Any] = {
        "type": "EngineLost",
        "message": "the engine that ran it was killed",
        "traceback": "",
        "names": [],
    }
    began, worker, usage = attempt.started_at, attempt.worker, attempt.usage
    return Ended(attempt.key, "lost", "lease_lost", [], error, None, usage, began, now, worker)
