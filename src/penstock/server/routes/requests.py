"""Asking for a run."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

from fastapi import Response

from penstock.model.ids import key_of
from penstock.server.acting import By
from penstock.server.asking import ask
from penstock.server.guard import ServiceOf, guarded
from penstock.server.once import KeyOf, once
from penstock.store.connection import Connection
from penstock.store.summaries import summaries
from penstock.wire.runs import RunRequestBody, RunSummary

router = guarded()


@router.post("/runs", operation_id="createRun", response_model=RunSummary, status_code=201)
def create_run(service: ServiceOf, body: RunRequestBody, by: By, key: KeyOf = None) -> Response:
    """Ask for a run: the engine of `penstock up` starts it. What is wrong is told for each place at once."""

    def act(connection: Connection, version: str | None = None) -> tuple[int, dict[str, Any]]:
        identity = ask(connection, body, time.time(), by, version)
        (run,) = summaries(connection, "WHERE key = ?", (key_of(identity),))
        return 201, run

    answer = service.environments.known(
        lambda version: once(service.writing, key, "createRun", body, partial(act, version=version))
    )
    answer.headers["Location"] = f"/api/v1/runs/{json.loads(bytes(answer.body))['id']}"
    return answer
