"""The record in memory: what the schema and `store.write.apply` keep, without a disk (see `test_ledger`)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from penstock.errors import Fenced, StaleWrite
from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN
from penstock.store.commands import Command
from penstock.store.recovery import StoredRun
from penstock.store.rows import Commit, NewArtifact, NewAttempt, NewEvent, NewRun, NewTaskRun, NewTimer
from tests.crash import record
from tests.crash.record import Record, picked

#: Parts of a commit that say nothing of what becomes of a run.
UNKEPT: Final = {"versions", "labels", "metrics", "samples", "results", "run_options"}


class Ledger:
    """All rows by their keys. Of what a refused commit has written nothing stays."""

    def __init__(self) -> None:
        self.runs: dict[int, NewRun] = {}
        self.tasks: dict[tuple[int, int], NewTaskRun] = {}
        self.attempts: dict[tuple[int, int, int], NewAttempt] = {}
        self.artifacts: dict[tuple[int, int, int, str], NewArtifact] = {}
        self.timers: dict[tuple[int, str, int], NewTimer] = {}
        self.commands: dict[int, Command] = {}
        #: By (limit, run key, seq, n): the place, None while it is waited for, and since when.
        self.slots: dict[tuple[str, int, int, int], tuple[int | None, int]] = {}
        self.events: list[NewEvent] = []
        self.alive: set[int] = set()
        #: What was done, with what came of it: `test_ledger` does the same to a database.
        self.log: list[tuple[str, Any, type[Exception] | None]] = []
        #: Commands in the order in which commits answered them.
        self.answered: list[int] = []
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    def apply(self, commit: Commit) -> None:
        """All of a commit. Raises Fenced or StaleWrite; then nothing has changed."""
        unknown = (
            {field.name for field in fields(commit) if getattr(commit, field.name)}
            - _APPLY.keys()
            - UNKEPT
            - {"slot_asks"}
        )
        assert not unknown, f"tests/simulation/ledger.py does not know {unknown}"
        self._undo, events = [], len(self.events)
        commit.granted.clear()
        try:
            for name, apply in _APPLY.items():
                for row in getattr(commit, name):
                    apply(self, row)
            for ask in commit.slot_asks:
                self._give_slot(ask, commit)
        except (Fenced, StaleWrite) as refused:
            for table, key, before in reversed(self._undo):
                table.pop(key) if before is None else table.__setitem__(key, before)
            del self.events[events:]
            self.log.append(("commit", commit, type(refused)))
            raise
        self.log.append(("commit", commit, None))

    def _put(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        self._undo.append((table, key, table.get(key)))
        table[key] = row

    def _check_fence(self, fence: Any) -> None:
        run = self.runs.get(fence.run_key)
        if run is None or (run.owner, run.epoch) != (fence.owner, fence.epoch):
            raise Fenced(f"run {fence.run_key} belongs to another engine now", run_key=fence.run_key)

    def _add(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        if key in table:
            raise StaleWrite(f"somebody else wrote this row already ({key})")
        self._put(table, key, row)

    def _change(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        before = table.get(key)
        if before is None or getattr(row, "expected", None) != getattr(before, "row_version", None):
            raise StaleWrite(f"{key} was changed by somebody else")
        new = {name: value for name, value in row._asdict().items() if name in before._fields}
        self._put(table, key, before._replace(**new))

    def _add_attempt(self, row: NewAttempt) -> None:
        self._add(self.attempts, row[:3], row)
        self._check_attempt(row)

    def _change_attempt(self, row: Any) -> None:
        key = (row.run_key, row.seq, row.n)
        before = self.attempts.get(key)
        if before is None or before.state in TERMINAL_ATTEMPT:
            raise StaleWrite(f"attempt {key} was changed by somebody else")
        self._put(self.attempts, key, before._replace(**row._asdict()))
        self._check_attempt(self.attempts[key])

    def _check_attempt(self, row: NewAttempt) -> None:
        """The unique indexes: one under way, one success."""
        for other in range(1, row.n + 2):
            one = self.attempts.get((row.run_key, row.seq, other))
            if one is None or other == row.n:
                continue
            live = one.state not in TERMINAL_ATTEMPT and row.state not in TERMINAL_ATTEMPT
            if live or one.state == row.state == "succeeded":
                raise StaleWrite(f"somebody else wrote this row already ({row[:3]})")

    def _settle(self, row: Any) -> None:
        command = self.commands.get(row.id)
        if command is not None and command.state == "waiting":
            settled = command._replace(state=row.state, outcome=row.outcome, applied_at=row.applied_at)
            self._put(self.commands, row.id, settled)
            self.answered.append(row.id)

    def _drop_timer(self, key: tuple[int, str, int]) -> None:
        if key in self.timers:
            self._undo.append((self.timers, key, self.timers.pop(key)))

    def _drop_slots(self, *holder: int) -> None:
        for key in [key for key in self.slots if key[1 : 1 + len(holder)] == holder]:
            self._undo.append((self.slots, key, self.slots.pop(key)))

    def _give_slot(self, ask: Any, commit: Commit) -> None:
        """A place of its limit, where one is free and nobody waits for longer."""
        key = (ask.name, ask.run_key, ask.seq, ask.n)
        place, since = self.slots.get(key, (None, int(ask.since * 1e6)))
        if place is None:
            others = {other: row for other, row in self.slots.items() if other[0] == ask.name and other != key}
            taken = {row[0] for row in others.values()}
            free = ask.most - len(taken - {None})
            ahead = sum(
                row[0] is None and (row[1], *other[1:3]) < (since, ask.run_key, ask.seq)
                for other, row in others.items()
            )
            place = next(at for at in range(ask.most) if at not in taken) if ahead < free else None
            self._put(self.slots, key, (place, since))
        if place is not None:
            commit.granted.append(ask)

    # --- what others do, each in a transaction of its own ----------------------------------------------

    def claim(self, key: int, owner: int) -> int:
        """Make somebody the owner of a run; the new epoch."""
        run = self.runs[key]
        self.runs[key] = run._replace(owner=owner, epoch=run.epoch + 1)
        live = {row[1:3] for row in self.attempts.values() if row[0] == key and row.state not in TERMINAL_ATTEMPT}
        for slot in [slot for slot in self.slots if slot[1] == key and slot[2:] not in live]:
            del self.slots[slot]
        self.log.append(("claim", (owner, run.epoch + 1, key, live), None))
        return run.epoch + 1

    def ask(self, run_key: int, kind: str, arguments: dict[str, Any], at: float) -> Command:
        number = len(self.commands) + 1
        command = Command(number, run_key, kind, arguments, int(at * 1e6), "somebody", "waiting", None, None)
        self.commands[number] = command
        self.log.append(("ask", command, None))
        return command

    def refuse(self, command: int, why: str, at: float) -> None:
        """Answer a command outside of a commit."""
        self.log.append(("refuse", (command, why, at), None))
        self.commands[command] = self.commands[command]._replace(state="refused", outcome=why, applied_at=int(at * 1e6))

    def waiting(self, run_key: int) -> list[Command]:
        return [one for one in self.commands.values() if one.run_key == run_key and one.state == "waiting"]

    # --- what is there -----------------------------------------------------------------------------------

    def stored(self, key: int) -> StoredRun:
        """All rows of a run, as `store.recovery.load_run` gives them."""

        def of(table: dict[Any, Any]) -> list[Any]:
            return [table[place] for place in sorted(place for place in table if place[0] == key)]

        rows = of(self.tasks), of(self.attempts), of(self.artifacts), of(self.timers)
        return StoredRun(self.runs[key], "{}", {}, *rows)

    def is_over(self, key: int) -> bool:
        return self.runs[key].state in TERMINAL_RUN

    def record(self) -> Record:
        return Record(
            picked(record.Run, self.runs.values()),
            picked(record.Task, self.tasks.values()),
            picked(record.Attempt, self.attempts.values()),
            picked(record.Event, self.events),
            picked(record.Command, self.commands.values()),
            picked(record.Artifact, self.artifacts.values()),
            [record.Slot(key[1]) for key in sorted(self.slots)],
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
    "task_run_updates": lambda self, row: self._change(self.tasks, (row.run_key, row.seq), row),
    "run_updates": lambda self, row: self._change(self.runs, row.key, row),
    "run_params": lambda self, row: self._put(self.runs, row.key, self.runs[row.key]._replace(params=row.params)),
    "events": lambda self, row: self.events.append(row),
    "timers_gone": Ledger._drop_timer,
    "timers": lambda self, row: self._put(self.timers, row[:3], row),
    "commands": Ledger._settle,
    "slots_over": lambda self, row: self._drop_slots(*row),
    "slots_gone": lambda self, row: self._drop_slots(*row),
}
