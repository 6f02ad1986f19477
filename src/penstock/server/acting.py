"""Actions on runs: written as commands, answered by whoever owns the run; the caller waits a moment for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from penstock.errors import NotFound, UsageError
from penstock.model.ids import key_of, run_id
from penstock.model.states import TERMINAL_RUN
from penstock.server.refusals import ActionRefused
from penstock.server.run_query import filter_of
from penstock.store import commands, requests, runs
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.summaries import summaries
from penstock.store.times import iso

#: Runs that one action may be about.
MOST: Final = 1000
#: Keys and values of a filter.
_FIELDS: Final = 1000
#: Seconds to wait for outcomes, and between looks.
PATIENCE: Final = 2.0
_LOOK: Final = 0.03
_ENDED: Final = {
    "succeeded": "succeeded", "warning": "ended with warnings", "failed": "failed", "cancelled": "was cancelled",
    "skipped": "was skipped",
}  # fmt: skip
#: Callers that wait at the same time; more are answered at once, so that others find a thread.
_WAITING: Final = threading.BoundedSemaphore(10)


class Outcome:
    """What became of an action on one run. `command` is the one to wait for, if there is one."""

    __slots__ = ("code", "command", "detail", "key", "state")

    def __init__(self, key: int, state: str, detail: str | None = None, code: str | None = None) -> None:
        self.key = key
        self.state = state
        self.detail = detail
        self.code = code
        self.command: int | None = None

    def document(self) -> dict[str, Any]:
        """As wire.ActionResult."""
        return {"id": run_id(self.key), "outcome": self.state, "code": self.code, "detail": self.detail}


def cancel(connection: Connection, key: int, now: float) -> Outcome:
    """Ask for the end of a run, within a transaction that writes. One that nobody claimed yet ends here and now."""
    if requests.withdraw(connection, key, now):
        return Outcome(key, "applied")
    found = summaries(connection, "WHERE key = ?", (key,))
    if not found:
        return Outcome(key, "refused", f"there is no run {run_id(key)}", NotFound.code)
    if found[0]["state"] in TERMINAL_RUN:
        return Outcome(key, "refused", f"the run is over: it {_ENDED[found[0]['state']]}", ActionRefused.code)
    outcome = Outcome(key, "waiting")
    outcome.command = commands.add(connection, key, "cancel", {}, now)
    return outcome


def wait(database: Database, outcomes: Iterable[Outcome]) -> None:
    """Wait until nothing is waiting any more, or for as long as the patience lasts."""
    open_ = [outcome for outcome in outcomes if outcome.command is not None]
    if not open_ or not _WAITING.acquire(blocking=False):
        return
    try:
        until = time.monotonic() + PATIENCE
        while open_ and time.monotonic() < until:
            time.sleep(_LOOK)
            with database.read() as connection:
                open_ = [outcome for outcome in open_ if not _settled(connection, outcome)]
    finally:
        _WAITING.release()


def _settled(connection: Connection, outcome: Outcome) -> bool:
    assert outcome.command is not None
    command = commands.find(connection, outcome.command)
    if command is None or command.state == "waiting":
        return False
    outcome.state = command.state
    if command.state == "refused":
        told = command.outcome if isinstance(command.outcome, dict) else {}
        outcome.code = told.get("code", ActionRefused.code)
        outcome.detail = told.get("detail", "the run's engine refused")
    return True


def command_document(command: commands.Command) -> dict[str, Any]:
    """As wire.CommandDocument."""
    return {
        "id": command.id,
        "run_id": run_id(command.run_key),
        "kind": command.kind,
        "state": command.state,
        "created_at": iso(command.created_at),
        "outcome": command.outcome,
    }


def many(outcomes: list[Outcome]) -> dict[str, Any]:
    """As wire.ManyResult."""
    states = [outcome.state for outcome in outcomes]
    return {
        "applied": states.count("applied"),
        "refused": states.count("refused"),
        "waiting": states.count("waiting"),
        "results": [outcome.document() for outcome in outcomes],
    }


def chosen_runs(connection: Connection, ids: list[str] | None, query: str | None) -> list[int]:
    """Keys of the runs that an action on many is about: those of `ids`, or all that fit the query of the list.

    Raises UsageError when both or neither are given, when there are too many, and for what is no id.
    """
    if (ids is None) == (query is None):
        raise UsageError("give either ids or a filter", parts=[("ids", "give either this or filter")])
    found = _of_ids(ids) if ids is not None else _of_filter(connection, query or "")
    if len(found) > MOST:
        raise UsageError(f"more than {MOST:,} runs are meant", cure="narrow the filter, and act in parts")
    return found


def _of_ids(ids: list[str]) -> list[int]:
    found: dict[int, None] = {}
    for place, identity in enumerate(ids):
        try:
            found[key_of(identity)] = None
        except ValueError as error:
            raise UsageError(str(error), parts=[(f"ids.{place}", str(error))]) from None
    return list(found)


def _of_filter(connection: Connection, query: str) -> list[int]:
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise UsageError(f"a filter has at most {_FIELDS} fields", parts=[("filter", "there are too many")]) from None
    return runs.keys_fitting(connection, filter_of(pairs), MOST + 1)
