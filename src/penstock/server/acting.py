"""Actions on runs: written as commands, answered by whoever owns the run; the caller waits a moment for that."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, Request, Response

from penstock.errors import UsageError
from penstock.model.ids import key_of, run_id
from penstock.server.answers import json_answer
from penstock.server.once import once
from penstock.server.refusals import refused
from penstock.server.service import Service
from penstock.store import commands, orders, runs
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.orders import Outcome
from penstock.store.queries import keys_of_query, narrowing
from penstock.store.summaries import summaries
from penstock.store.times import iso
from penstock.wire.actions import ManyBody
from penstock.wire.base import Asked

#: Runs that one action may be about.
MOST: Final = 1000
#: Seconds to wait for outcomes, and between looks.
PATIENCE: Final = 2.0
_LOOK: Final = 0.03
#: Callers that wait at the same time; more are answered at once, so that others find a thread.
_WAITING: Final = threading.BoundedSemaphore(10)

#: What is done to one run, in a transaction that writes.
Act: TypeAlias = Callable[[Connection, int], Outcome]


async def _asker(request: Request) -> str:
    return "page" if request.state.caller.kind == "session" else "token"


#: As a parameter of a route: who asks, as commands and the history of runs tell it.
By: TypeAlias = Annotated[str, Depends(_asker)]


def command(kind: str, arguments: Mapping[str, Any], by: str) -> Act:
    """Ask a run for a command of that kind (model.commands)."""
    return lambda connection, run: orders.ask(connection, run, kind, arguments, time.time(), by)


def one(service: Service, run: str, route: str, body: Asked, key: str | None, act: Act) -> Response:
    """Act on a run as people name it; the answer once its engine has spoken, with an Idempotency-Key only once."""

    def acted(connection: Connection) -> tuple[int, Any]:
        return 200, _kept([act(connection, runs.find_run(connection, run))])

    (outcome,) = _known(once(service.writing, key, f"{route} {run}", body, acted))
    return answered(service, outcome)


def many(service: Service, route: str, body: ManyBody, key: str | None, act: Act) -> Response:
    """Act on each of many runs; what became of each. One refusal does not stop the rest."""

    def acted(connection: Connection) -> tuple[int, Any]:
        chosen = chosen_runs(connection, body)
        return 200, _kept([act(connection, run) for run in chosen])

    outcomes = _known(once(service.writing, key, route, body, acted))
    wait(service.database, outcomes)
    return json_answer(many_result(outcomes))


def answered(service: Service, outcome: Outcome) -> Response:
    """The run, once its engine has spoken, or the command while it waits. Raises ActionRefused, NotFound."""
    wait(service.database, [outcome])
    if outcome.state == "refused":
        raise refused(outcome.detail, outcome.cure, outcome.code)
    with service.database.read() as connection:
        if outcome.state == "waiting" and outcome.command is not None:
            waiting = commands.find(connection, outcome.command)
            if waiting is not None and waiting.state == "waiting":
                return json_answer(command_document(waiting), status=202)
        return json_answer(summary(connection, outcome.key))


def _kept(outcomes: Sequence[Outcome]) -> list[list[Any]]:
    """Outcomes as plain JSON, for who asks a second time (server.once)."""
    return [[one.key, one.state, one.detail, one.code, one.cure, one.command] for one in outcomes]


def _known(answer: Response) -> list[Outcome]:
    """Outcomes as they were kept."""
    outcomes = []
    for *facts, number in json.loads(bytes(answer.body)):
        outcome = Outcome(*facts)
        outcome.command = number
        outcomes.append(outcome)
    return outcomes


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
                for outcome in open_:
                    outcome.look(connection)
            open_ = [outcome for outcome in open_ if not outcome.settled]
    finally:
        _WAITING.release()


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


def result(outcome: Outcome) -> dict[str, Any]:
    """As wire.ActionResult."""
    return {
        "id": run_id(outcome.key), "outcome": outcome.state, "code": outcome.code, "detail": outcome.detail,
        "cure": outcome.cure,
    }  # fmt: skip


def many_result(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """As wire.ManyResult."""
    states = [outcome.state for outcome in outcomes]
    return {
        "applied": states.count("applied"),
        "refused": states.count("refused"),
        "waiting": states.count("waiting"),
        "results": [result(outcome) for outcome in outcomes],
    }


def summary(connection: Connection, key: int) -> dict[str, Any]:
    """A run as wire.RunSummary."""
    (run,) = summaries(connection, "WHERE key = ?", (key,))
    return run


def chosen_runs(connection: Connection, body: ManyBody) -> list[int]:
    """Keys of the runs that an action on many is about.

    Raises UsageError unless one of ids, filter and all is given, for an empty filter, for what is no id, and when there
    are too many.
    """
    if (body.ids is not None) + (body.filter is not None) + body.all != 1:
        cure = 'as in {"ids": ["…"]}, {"filter": "state=failed"} or {"all": true}'
        wrong = "one of ids, filter and all says which runs are meant"
        raise UsageError(wrong, cure=cure, parts=[("ids", "give one of this, filter and all")])
    if body.ids is not None:
        found = _of_ids(body.ids)
    else:
        query = "" if body.filter is None else narrowing(body.filter, "say which, as in state=failed, or ask for all")
        found = keys_of_query(connection, query, MOST + 1, time.time())
    if len(found) > MOST:
        raise UsageError(f"more than {MOST:,} runs are meant", cure="narrow the filter, and act in parts")
    return found


def _of_ids(ids: list[str]) -> list[int]:
    found: dict[int, None] = {}
    for place, identity in enumerate(ids):
        try:
            found[key_of(identity)] = None
        except ValueError as error:
            cure = "give whole ids, as lists show them"
            raise UsageError(str(error), cure=cure, parts=[(f"ids.{place}", f"{error}; {cure}")]) from None
    return list(found)
