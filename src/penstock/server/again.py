"""Retries and replays: written in one transaction that writes, answered once an engine has spoken."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from penstock.errors import NotFound, PenstockError
from penstock.model.ids import run_id
from penstock.model.states import TERMINAL_RUN
from penstock.server import acting
from penstock.server.acting import Outcome
from penstock.server.asking import check_there
from penstock.server.refusals import ActionRefused
from penstock.store import commands, replays
from penstock.store.connection import Connection
from penstock.store.summaries import summaries
from penstock.wire.actions import ReplayBody, RetryBody

#: Who asks, as commands and the history of runs tell it.
BY = "api"


def retry(connection: Connection, key: int, body: RetryBody) -> Outcome:
    """Ask that a run that is over begins again; engines see to it."""
    found = summaries(connection, "WHERE key = ?", (key,))
    if not found:
        return Outcome(key, "refused", f"there is no run {run_id(key)}", NotFound.code)
    if found[0]["state"] not in TERMINAL_RUN:
        told = f"the run is {found[0]['state']}: only one that is over can be retried"
        return Outcome(key, "refused", told, ActionRefused.code)
    outcome = Outcome(key, "waiting")
    arguments = {"task": body.task, "params": body.params}
    outcome.command = commands.add(connection, key, "retry", arguments, time.time(), by=BY)
    return outcome


def replay(connection: Connection, key: int, body: ReplayBody) -> str:
    """Ask for a run that repeats another; its id.

    Raises NotFound, ParameterError, TransitionError, PipelineGone.
    """
    latest = body.version == "latest"
    wanted = replays.wanted(connection, key, body.task, body.params, latest=latest)
    check_there(connection, wanted.spec)
    return replays.ask_for_replay(connection, wanted, time.time())


def replay_many(connection: Connection, keys: Sequence[int], body: ReplayBody) -> dict[str, Any]:
    """As wire.ManyReplayResult: one refusal does not stop the rest."""
    outcomes: list[Outcome] = []
    made: list[str | None] = []
    for key in keys:
        try:
            made.append(replay(connection, key, body))
            outcomes.append(Outcome(key, "applied"))
        except PenstockError as error:
            made.append(None)
            outcomes.append(Outcome(key, "refused", str(error), error.code))
    told = acting.many(outcomes)
    told["results"] = [{**one, "replay": new} for one, new in zip(told["results"], made, strict=True)]
    return told


def kept(outcomes: Sequence[Outcome]) -> list[list[Any]]:
    """Outcomes as plain JSON, for who asks a second time (server.once)."""
    return [[one.key, one.state, one.detail, one.code, one.command] for one in outcomes]


def known(rows: Sequence[Sequence[Any]]) -> list[Outcome]:
    """Outcomes as they were kept."""
    outcomes = []
    for key, state, detail, code, command in rows:
        outcome = Outcome(key, state, detail, code)
        outcome.command = command
        outcomes.append(outcome)
    return outcomes
