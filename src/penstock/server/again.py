"""Replays: written in one transaction that writes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from penstock.errors import PenstockError
from penstock.server import acting
from penstock.server.asking import check_there
from penstock.store import replays
from penstock.store.connection import Connection
from penstock.store.orders import Outcome
from penstock.wire.actions import ReplayBody


def replay(connection: Connection, key: int, body: ReplayBody, by: str, version: str | None = None) -> str:
    """Ask for a run that repeats another; its id. `by` is who asks, `version` the latest one where it was looked for.

    Raises NotFound, ParameterError, TransitionError, PipelineGone.
    """
    latest = body.version == "latest"
    wanted = replays.wanted(connection, key, body.task, body.params, latest=latest, found=version)
    check_there(connection, wanted.spec)
    return replays.ask_for_replay(connection, wanted, time.time(), by)


def replay_many(connection: Connection, keys: Sequence[int], body: ReplayBody, by: str) -> dict[str, Any]:
    """As wire.ManyReplayResult: one refusal does not stop the rest."""
    outcomes: list[Outcome] = []
    made: list[str | None] = []
    for key in keys:
        try:
            made.append(replay(connection, key, body, by))
            outcomes.append(Outcome(key, "applied"))
        except PenstockError as error:
            made.append(None)
            outcomes.append(Outcome.refused(key, error))
    told = acting.many_result(outcomes)
    told["results"] = [{**one, "replay": new} for one, new in zip(told["results"], made, strict=True)]
    return told
