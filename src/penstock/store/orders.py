"""The one door by which people and programs ask something of runs: command line, server and client come through it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Self, TypeAlias

from penstock.errors import NotFound, PenstockError, TransitionError, UsageError
from penstock.model.commands import refusal
from penstock.model.ids import run_id
from penstock.store import commands, idempotency, requests, slots
from penstock.store.chosen_states import Choice, set_state
from penstock.store.connection import Connection
from penstock.store.deletion import descendants
from penstock.store.missing import check_task, no_run

#: `waiting`: a command was written, and the run's engine answers it.
State: TypeAlias = Literal["applied", "refused", "waiting"]


class Outcome:
    """What became of an action on one run. `command` is the one to wait for, `replay` the id of the new run, if any.

    `detail` tells more of it, and of a refusal why, with its `code` and `cure`.
    """

    __slots__ = ("code", "command", "cure", "detail", "key", "replay", "state")

    def __init__(
        self, key: int, state: State, detail: str | None = None, code: str | None = None, cure: str | None = None
    ) -> None:
        self.key = key
        self.state: State = state
        self.detail = detail
        self.code = code
        self.cure = cure
        self.command: int | None = None
        self.replay: str | None = None

    @classmethod
    def refused(cls, key: int, error: PenstockError) -> Self:
        """An action that raised that."""
        return cls(key, "refused", error.message, error.code, error.cure)

    @property
    def settled(self) -> bool:
        """Is there nothing to wait for?"""
        return self.state != "waiting"

    def look(self, connection: Connection) -> None:
        """Learn whether the run's engine has answered."""
        command = None if self.command is None else commands.find(connection, self.command)
        if command is None or command.state == "waiting":
            return
        self.state = command.state
        if command.state == "refused":
            told = command.outcome if isinstance(command.outcome, dict) else {}
            self.code = told.get("code", TransitionError.code)
            self.detail, self.cure = told.get("detail", "the run's engine refused"), told.get("cure")


def ask(
    connection: Connection,
    run_key: int,
    kind: str,
    arguments: Mapping[str, Any],
    now: float,
    by: str | None,
    key: str | None = None,
) -> Outcome:
    """Ask something of a run, within a transaction that writes.

    `kind` is one of model.commands; `by` is who asks; of wishes with the same `key` (an idempotency key) only the first
    counts. What rows alone can do happens here and now, so that no engine is needed for it. A cancel is also one of the
    runs that this one has begun, and of those that they have. Raises UsageError when the key was used for another wish.
    """
    if key is None:
        return _ask(connection, run_key, kind, dict(arguments), now, by)
    digest = hashlib.sha256(json.dumps([kind, dict(arguments)], sort_keys=True).encode()).hexdigest()
    route = f"command {run_key}"
    begun = idempotency.begin(connection, key, route, digest, now)
    if begun.state == "other_body":
        raise UsageError("the key was used for another wish", cure="choose a new key for a new wish")
    if begun.state == "answered":
        *facts, number = begun.body
        outcome = Outcome(run_key, *facts)
        outcome.command = number
        return outcome
    outcome = _ask(connection, run_key, kind, dict(arguments), now, by)
    kept = [outcome.state, outcome.detail, outcome.code, outcome.cure, outcome.command]
    idempotency.finish(connection, key, route, 200, kept)
    return outcome


def _ask(
    connection: Connection, run_key: int, kind: str, arguments: dict[str, Any], now: float, by: str | None
) -> Outcome:
    outcome = _ask_one(connection, run_key, kind, arguments, now, by)
    if kind == "cancel" and outcome.state != "refused":
        for child in descendants(connection, [run_key]):
            _ask_one(connection, child, kind, arguments, now, by)  # one that is over refuses, and stays as it is
    return outcome


def _ask_one(
    connection: Connection, run_key: int, kind: str, arguments: dict[str, Any], now: float, by: str | None
) -> Outcome:
    try:
        _check_tasks(connection, run_key, kind, arguments)
        done = _AT_ONCE[kind](connection, run_key, arguments, now, by) if kind in _AT_ONCE else None
    except (NotFound, TransitionError) as error:
        return Outcome.refused(run_key, error)
    if done is not None:
        return done
    row = connection.one("SELECT state FROM run WHERE key = ?", (run_key,))
    if row is None:
        return Outcome.refused(run_key, no_run(run_id(run_key)))
    why = refusal(kind, row[0])
    if why is not None:
        return Outcome(run_key, "refused", why[0], TransitionError.code, why[1])
    outcome = Outcome(run_key, "waiting")
    outcome.command = commands.add(connection, run_key, kind, arguments, now, by)
    return outcome


def _check_tasks(connection: Connection, run_key: int, kind: str, arguments: dict[str, Any]) -> None:
    """Raise NotFound for a task that a run which is there does not have: whatever its state, no engine finds it."""
    told = arguments.get("set", ()) if kind == "breakpoints" else (arguments.get("task"),)
    named = [str(task) for task in told if task is not None]
    if named and connection.one("SELECT 1 FROM run WHERE key = ?", (run_key,)) is not None:
        for task in named:
            check_task(connection, run_key, task)


def _withdraw(
    connection: Connection, run_key: int, _arguments: dict[str, Any], now: float, _by: str | None
) -> Outcome | None:
    return Outcome(run_key, "applied") if requests.withdraw(connection, run_key, now) else None


def _let_past(
    connection: Connection, run_key: int, arguments: dict[str, Any], now: float, by: str | None
) -> Outcome | None:
    """A run that waits and that nobody claimed yet starts past its limits, as soon as an engine looks."""
    if not requests.is_unclaimed(connection, run_key) or not slots.force(connection, run_key):
        return None
    number = commands.add(connection, run_key, "force-run", arguments, now, by)
    commands.settle(connection, number, "applied", {"state": "queued"}, now)
    return Outcome(run_key, "applied")


def _set_state(
    connection: Connection, run_key: int, arguments: dict[str, Any], now: float, by: str | None
) -> Outcome | None:
    choice = Choice(arguments.get("task"), arguments.get("map_index"), str(arguments.get("state")))
    return Outcome(run_key, "applied") if set_state(connection, run_key, choice, now, by) else None


#: What needs no engine in some states of a run; None: in this state it does.
_AT_ONCE: Final[dict[str, Callable[[Connection, int, dict[str, Any], float, str | None], Outcome | None]]] = {
    "cancel": _withdraw,
    "force-run": _let_past,
    "set-state": _set_state,
}
