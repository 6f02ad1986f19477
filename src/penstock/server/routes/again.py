"""Running runs again: retries in place, and replays as new runs."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import Response

from penstock.model.ids import key_of
from penstock.server import acting, again
from penstock.server.acting import By, summary
from penstock.server.guard import ServiceOf, guarded
from penstock.server.once import KeyOf, once
from penstock.server.routes.actions import ANSWERS
from penstock.store.connection import Connection
from penstock.store.runs import find_run
from penstock.wire.actions import ManyReplayBody, ManyReplayResult, ManyRetryBody, ReplayBody, RetryBody
from penstock.wire.runs import ManyResult, RunSummary

router = guarded()


@router.post("/runs/{run_id}/actions/retry", operation_id="retryRun", response_model=RunSummary, responses=ANSWERS)
def retry_run(service: ServiceOf, run_id: str, by: By, body: RetryBody | None = None, key: KeyOf = None) -> Response:
    """Run again what failed or never ran, in place, or a task and all downstream; 202 while no engine has answered."""
    body = body or RetryBody()
    return acting.one(service, run_id, "retryRun", body, key, acting.command("retry", body.arguments(), by))


@router.post("/runs/{run_id}/actions/replay", operation_id="replayRun", response_model=RunSummary)
def replay_run(service: ServiceOf, run_id: str, by: By, body: ReplayBody | None = None, key: KeyOf = None) -> Response:
    """Repeat a run as a new one, whole or from a task; the new run, which an engine will start."""
    asked = body or ReplayBody()

    def act(connection: Connection, version: str | None) -> tuple[int, Any]:
        identity = again.replay(connection, find_run(connection, run_id), asked, by, version)
        return 200, summary(connection, key_of(identity))

    return service.environments.known(
        lambda version: once(service.writing, key, f"replayRun {run_id}", asked, partial(act, version=version))
    )


@router.post("/runs/actions/retry", operation_id="retryRuns", response_model=ManyResult)
def retry_runs(service: ServiceOf, body: ManyRetryBody, by: By, key: KeyOf = None) -> Response:
    """Run again what failed or never ran of many runs; what became of each."""
    return acting.many(service, "retryRuns", body, key, acting.command("retry", body.arguments(), by))


@router.post("/runs/actions/replay", operation_id="replayRuns", response_model=ManyReplayResult)
def replay_runs(service: ServiceOf, body: ManyReplayBody, by: By, key: KeyOf = None) -> Response:
    """Repeat many runs as new ones; what became of each, and the new runs."""

    def act(connection: Connection) -> tuple[int, Any]:
        return 200, again.replay_many(connection, acting.chosen_runs(connection, body), body, by)

    return once(service.writing, key, "replayRuns", body, act)
