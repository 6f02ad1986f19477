"""The record in memory: what the schema and `store.write.apply` keep, without a disk (see `test_ledger`)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from penstock.errors import Fenced, StaleWrite
from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN
from penstock.store.commands import Command
from penstock.store.recovery import StoredRun
from penstock.store.rows import (
    Commit,
    NewArtifact,
    NewAttempt,
    NewEvent,
    NewMetric,
    NewResult,
    NewRun,
    NewTaskRun,
    NewTimer,
)
from penstock.store.slots import Holder, Want
from tests.crash import record
from tests.crash.record import Record, picked
from tests.simulation.slots import Slots

#: Parts of a commit that say nothing of what becomes of a run.
UNKEPT: Final = {"versions", "labels", "samples"}


class Ledger:
    """All rows by their keys. Of what a refused commit has written nothing stays."""

    def __init__(self) -> None:
        self.runs: dict[int, NewRun] = {}
        self.tasks: dict[tuple[int, int], NewTaskRun] = {}
        self.attempts: dict[tuple[int, int, int], NewAttempt] = {}
        self.artifacts: dict[tuple[int, int, int, str], NewArtifact] = {}
        self.timers: dict[tuple[int, str, int], NewTimer] = {}
        self.results: dict[str, NewResult] = {}
        self.commands: dict[int, Command] = {}
        self.slots = Slots(self._note, self._is_heard)
        self.events: list[NewEvent] = []
        self.metrics: list[NewMetric] = []
        #: Engines that are there, and those of which nothing was heard for long.
        self.alive: set[int] = set()
        self.silent: set[int] = set()
        #: What was done, with what came of it: `test_ledger` does the same to a database.
        self.log: list[tuple[str, Any, Any]] = []
        #: Commands in the order in which commits answered them.
        self.answered: list[int] = []
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    # --- commits ----------------------------------------------------------------------------------------

    def apply(self, commit: Commit) -> None:
        """All of a commit. Raises Fenced or StaleWrite; then nothing has changed."""
        unknown = (
            {field.name for field in fields(commit) if getattr(commit, field.name)}
            - _APPLY.keys()
            - UNKEPT
            - {"slot_asks"}
        )
        assert not unknown, f"tests/simulation/ledger.py does not know {unknown}"
        answered = [row.id for row in commit.commands]
        assert len(set(answered)) == len(answered), f"commands {answered} are answered in one commit"
        commit.granted.clear()
        self.begin()
        try:
            for name, apply in _APPLY.items():
                for row in getattr(commit, name):
                    apply(self, row)
            for ask in commit.slot_asks:
                self._give_slot(ask, commit)
        except (Fenced, StaleWrite) as refused:
            self.roll_back()
            self.log.append(("commit", commit, type(refused)))
            raise
        self.log.append(("commit", commit, None))

    def begin(self) -> None:
        """What follows is one transaction."""
        self._undo, self._counts = [], (len(self.events), len(self.metrics), len(self.answered))

    def roll_back(self) -> None:
        """Nothing since `begin` has happened."""
        for table, key, before in reversed(self._undo):
            if before is None:
                table.pop(key, None)
            else:
                table[key] = before
        events, metrics, answered = self._counts
        del self.events[events:], self.metrics[metrics:], self.answered[answered:]

    def _note(self, table: dict[Any, Any], key: Any) -> None:
        self._undo.append((table, key, table.get(key)))

    def put(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        """Write a row, as part of a transaction."""
        self._note(table, key)
        table[key] = row

    def _check_fence(self, fence: Any) -> None:
        run = self.runs.get(fence.run_key)
        if run is None or (run.owner, run.epoch) != (fence.owner, fence.epoch):
            raise Fenced(f"run {fence.run_key} belongs to another engine now", run_key=fence.run_key)

    def _add(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        if key in table:
            raise StaleWrite(f"somebody else wrote this row already ({key})")
        self.put(table, key, row)

    def _change(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        before = table.get(key)
        if before is None or getattr(row, "expected", None) != getattr(before, "row_version", None):
            raise StaleWrite(f"{key} was changed by somebody else")
        new = {name: value for name, value in row._asdict().items() if name in before._fields}
        self.put(table, key, before._replace(**new))

    def _change_attempt(self, row: Any) -> None:
        key = (row.run_key, row.seq, row.n)
        before = self.attempts.get(key)
        if before is None or before.state in TERMINAL_ATTEMPT:
            raise StaleWrite(f"attempt {key} was changed by somebody else")
        self.put(self.attempts, key, before._replace(**row._asdict()))
        self._check_attempt(self.attempts[key])

    def _add_attempt(self, row: NewAttempt) -> None:
        self._add(self.attempts, row[:3], row)
        self._check_attempt(row)

    def _check_attempt(self, row: NewAttempt) -> None:
        """The unique indexes: one under way, one success."""
        for other in range(1, row.n + 2):
            one = self.attempts.get((row.run_key, row.seq, other))
            if one is None or other == row.n:
                continue
            live = one.state not in TERMINAL_ATTEMPT and row.state not in TERMINAL_ATTEMPT
            if live or one.state == row.state == "succeeded":
                raise StaleWrite(f"somebody else wrote this row already ({row[:3]})")

    def _set(self, key: int, **facts: Any) -> None:
        self.put(self.runs, key, self.runs[key]._replace(**facts))

    def settle(self, row: Any) -> None:
        """Answer a command, unless somebody has."""
        command = self.commands.get(row.id)
        if command is not None and command.state == "waiting":
            settled = command._replace(state=row.state, outcome=row.outcome, applied_at=row.applied_at)
            self.put(self.commands, row.id, settled)
            self.answered.append(row.id)

    def _drop_timer(self, key: tuple[int, str, int]) -> None:
        if key in self.timers:
            self._note(self.timers, key)
            del self.timers[key]

    def _give_slot(self, ask: Any, commit: Commit) -> None:
        holder, since = Holder(ask.run_key, ask.seq, ask.n), int(ask.since * 1e6)
        if self.slots.take(holder, [Want(ask.name, ask.most)], since) is None:
            commit.granted.append(ask)
        else:
            self.slots.wait(holder, ask.name, since)

    def _is_heard(self, run_key: int) -> bool:
        return self.runs[run_key].owner not in self.silent

    # --- what is there ------------------------------------------------------------------------------------

    def waiting(self, run_key: int) -> list[Command]:
        return [one for one in self.commands.values() if one.run_key == run_key and one.state == "waiting"]

    def stored(self, key: int) -> StoredRun:
        """All rows of a run, as `store.recovery.load_run` gives them."""

        def of(table: dict[Any, Any]) -> list[Any]:
            return [table[place] for place in sorted(place for place in table if place[0] == key)]

        rows = of(self.tasks), of(self.attempts), of(self.artifacts), of(self.timers)
        return StoredRun(self.runs[key], "{}", {}, *rows)

    def is_over(self, key: int) -> bool:
        return self.runs[key].state in TERMINAL_RUN

    def is_begun(self, key: int) -> bool:
        """Has it task runs?"""
        return (key, 0) in self.tasks

    def record(self) -> Record:
        return Record(
            picked(record.Run, self.runs.values()),
            picked(record.Task, self.tasks.values()),
            picked(record.Attempt, self.attempts.values()),
            picked(record.Event, self.events),
            picked(record.Command, self.commands.values()),
            picked(record.Artifact, self.artifacts.values()),
            [record.Slot(*key, slot.place) for key, slot in sorted(self.slots.rows.items())],
            frozenset(self.alive),
        )


#: In the order of `store.write`.
_APPLY: Final[dict[str, Any]] = {
    "fences": Ledger._check_fence,
    "new_runs": lambda self, row: self._add(self.runs, row.key, row),
    "new_task_runs": lambda self, row: self._add(self.tasks, row[:2], row),
    "attempt_updates": Ledger._change_attempt,
    "new_attempts": Ledger._add_attempt,
    "artifacts": lambda self, row: self._add(self.artifacts, row[:4], row),
    "results": lambda self, row: self.put(self.results, row.key, row),
    "task_run_updates": lambda self, row: self._change(self.tasks, (row.run_key, row.seq), row),
    "run_updates": lambda self, row: self._change(self.runs, row.key, row),
    "run_progress": lambda self, row: self._change(self.runs, row.key, row),
    "run_bytes": lambda self, row: self._set(row.key, bytes=row.bytes),
    "run_params": lambda self, row: self._set(row.key, params=row.params),
    "run_options": lambda self, row: self._set(row.key, options=row.options),
    "events": lambda self, row: self.events.append(row),
    "metrics": lambda self, row: self.metrics.append(row),
    "timers_gone": Ledger._drop_timer,
    "timers": lambda self, row: self.put(self.timers, row[:3], row),
    "commands": Ledger.settle,
    "slots_over": lambda self, row: self.slots.release(*row),
    "slots_gone": lambda self, row: self.slots.release(*row),
    "slots_past": lambda self, row: self.slots.force(row),
}
