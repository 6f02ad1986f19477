"""What applying decisions leaves to be done: rows to write, attempts to dispatch or end, people to tell."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from penstock.engine.observe import Notice
from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.store.rows import (
    CommandSettled,
    NewArtifact,
    NewEvent,
    NewMetric,
    NewResult,
    NewSample,
    NewTimer,
    SlotAsk,
)
from penstock.store.times import micros


class Outbox:
    """One for an engine. The loop empties it after every round of deciding.

    `ready` may be dispatched; `held` waits until what caused it is committed: of strict runs all, of any run what it
    begins with; of `promised` a worker has the attempt already; for `sought` results of earlier runs are looked for.
    `cancel`, `recall`, `suspend` and `resume` are keys of attempts for the executor; `again` is to be dispatched once
    more. `stopped` are timers that must not fire.
    """

    def __init__(self) -> None:
        self.ready: deque[TaskRun] = deque()
        self.held: list[TaskRun] = []
        self.promised: list[TaskRun] = []
        self.cancel: list[str] = []
        self.recall: list[str] = []
        self.suspend: list[str] = []
        self.resume: list[str] = []
        self.again: list[Attempt] = []
        self.timers: list[tuple[float, str, RunView, TaskRun | None]] = []
        self.stopped: list[tuple[str, RunView]] = []
        self.over: list[RunView] = []
        self.runs: list[RunView] = []
        self.task_runs: list[TaskRun] = []
        self.attempts: list[Attempt] = []
        self.events: list[NewEvent] = []
        self.artifacts: list[NewArtifact] = []
        self.results: list[NewResult] = []
        self.sought: list[TaskRun] = []
        self.metrics: list[NewMetric] = []
        self.samples: list[NewSample] = []
        self.new_timers: dict[tuple[int, str, int], NewTimer] = {}
        self.gone_timers: set[tuple[int, str, int]] = set()
        self.commands: dict[int, CommandSettled] = {}
        # Slots: of runs that are over, of attempts (by n) that are, of runs that are let past, and of attempts to come.
        self.slots_over: list[RunView] = []
        self.slots_gone: list[tuple[TaskRun, int]] = []
        self.slots_past: list[RunView] = []
        self.slot_asks: list[tuple[TaskRun, SlotAsk]] = []

    @property
    def dirty(self) -> bool:
        """Is there anything to write?"""
        return bool(
            self.events
            or self.task_runs
            or self.attempts
            or self.runs
            or self.metrics
            or self.samples
            or self.commands
            or self.slots_gone
            or self.slot_asks
        )

    def mark_run(self, view: RunView) -> None:
        if not view.dirty:
            view.dirty = True
            self.runs.append(view)

    def mark_task_run(self, run: TaskRun) -> None:
        if not run.dirty:
            run.dirty = True
            self.task_runs.append(run)

    def mark_attempt(self, attempt: Attempt) -> None:
        if not attempt.dirty:
            attempt.dirty = True
            self.attempts.append(attempt)

    def event(
        self,
        view: RunView,
        run: TaskRun | None,
        n: int | None,
        at: float,
        kind: str,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Add an event row; `data` is plain JSON."""
        text = None if data is None else json.dumps(data, ensure_ascii=False)
        self.events.append(NewEvent(view.key, None if run is None else run.seq, n, micros(at), kind, text))

    def answer(self, command: int, run_key: int, state: str, outcome: dict[str, Any], at: float) -> None:
        """Say what became of a command for a run, in the commit that makes it true. Of two answers the first counts."""
        if command not in self.commands:
            settled = CommandSettled(state, json.dumps(outcome), micros(at), command, run_key)
            self.commands[command] = settled

    def give_back(self, stale: list[tuple[TaskRun, int]]) -> None:
        """Attempts of task runs don't need their slots any more; nor are those asked for that nobody was asked yet."""
        gone = {(run.run.key, run.seq, n) for run, n in stale}
        if gone:
            self.slot_asks = [one for one in self.slot_asks if one[1][2:5] not in gone]
            self.slots_gone += stale

    def set_timer(self, due: float, kind: str, view: RunView, run: TaskRun | None) -> None:
        """Ask to be woken at `due`, also after a crash."""
        key = (view.key, kind, -1 if run is None else run.seq)
        self.new_timers[key] = NewTimer(*key, micros(due))
        self.gone_timers.discard(key)
        self.timers.append((due, kind, view, run))

    def drop_timer(self, kind: str, view: RunView, run: TaskRun | None) -> None:
        """Forget a timer that fired or is not needed any more."""
        key = (view.key, kind, -1 if run is None else run.seq)
        if self.new_timers.pop(key, None) is None:
            self.gone_timers.add(key)

    def tell(
        self, view: RunView, run: TaskRun | None, at: float, *,
        n: int = 0, duration: float | None = None, error: dict[str, Any] | None = None, retry_in: float | None = None,
    ) -> None:  # fmt: skip
        """Let watchers know of a new state."""
        handle = view.handle
        if handle is None or not handle.listeners:
            return
        if run is None:
            notice = Notice(at, None, None, None, view.state, view.reason, n, duration, error, retry_in, view.by)
        else:
            notice = Notice(
                at,
                run.task.name,
                run.map_index,
                run.label,
                run.state,
                run.reason,
                n,
                duration,
                error,
                retry_in,
            )
        handle.tell(notice)
