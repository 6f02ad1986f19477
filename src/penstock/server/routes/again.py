"""Running runs again: retries in place, and replays as new runs."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Response

from penstock.model.ids import key_of
from penstock.server import acting, again
from penstock.server.answers import json_answer
from penstock.server.once import KeyOf, once
from penstock.server.routes.actions import answered, summary
from penstock.server.service import ServiceOf
from penstock.store.connection import Connection
from penstock.store.runs import find_run
from penstock.wire.actions import ManyReplayBody, ManyReplayResult, ManyRetryBody, ReplayBody, RetryBody
from penstock.wire.runs import CommandDocument, ManyResult, RunSummary

router = APIRouter()


@router.post(
    "/runs/{run_id}/actions/retry",
    operation_id="retryRun",
    response_model=RunSummary,
    responses={202: {"model": CommandDocument}},
)
def retry_run(service: ServiceOf, run_id: str, body: RetryBody, key: KeyOf = None) -> Response:
    """Run again what failed or never ran, in place, or a task and all downstream; 202 while no engine has answered."""

    def act(connection: Connection) -> tuple[int, Any]:
        return 200, again.kept([again.retry(connection, find_run(connection, run_id), body)])

    asked = once(service.writing, key, f"retryRun {run_id}", body, act)
    (outcome,) = again.known(json.loads(bytes(asked.body)))
    return answered(service, outcome)


@router.post("/runs/{run_id}/actions/replay", operation_id="replayRun", response_model=RunSummary)
def replay_run(service: ServiceOf, run_id: str, body: ReplayBody, key: KeyOf = None) -> Response:
    """Repeat a run as a new one, whole or from a task; the new run, which an engine will start."""

    def act(connection: Connection) -> tuple[int, Any]:
        identity = again.replay(connection, find_run(connection, run_id), body)
        return 200, summary(connection, key_of(identity))

    return once(service.writing, key, f"replayRun {run_id}", body, act)


@router.post("/runs/actions/retry", operation_id="retryRuns", response_model=ManyResult)
def retry_runs(service: ServiceOf, body: ManyRetryBody, key: KeyOf = None) -> Response:
    """Run again what failed or never ran of many runs; what became of each."""

    def act(connection: Connection) -> tuple[int, Any]:
        keys = acting.chosen_runs(connection, body.ids, body.filter)
        return 200, again.kept([again.retry(connection, run, body) for run in keys])

    asked = once(service.writing, key, "retryRuns", body, act)
    outcomes = again.known(json.loads(bytes(asked.body)))
    acting.wait(service.database, outcomes)
    return json_answer(acting.many(outcomes))


@router.post("/runs/actions/replay", operation_id="replayRuns", response_model=ManyReplayResult)
def replay_runs(service: ServiceOf, body: ManyReplayBody, key: KeyOf = None) -> Response:
    """Repeat many runs as new ones; what became of each, and the new runs."""

    def act(connection: Connection) -> tuple[int, Any]:
        return 200, again.replay_many(connection, acting.chosen_runs(connection, body.ids, body.filter), body)

    return once(service.writing, key, "replayRuns", body, act)
