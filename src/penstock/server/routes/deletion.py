"""Deleting runs that are over, with their artifacts and logs."""

from __future__ import annotations

import json
import time
from typing import Any

from fastapi import Response

from penstock.server import acting
from penstock.server.acting import By
from penstock.server.guard import ServiceOf, guarded
from penstock.server.once import KeyOf, once
from penstock.server.refusals import refused
from penstock.store.connection import Connection
from penstock.store.deletion import delete_runs
from penstock.store.orders import Outcome
from penstock.store.runs import find_run
from penstock.wire.actions import DeleteBody, ManyDeleteBody
from penstock.wire.runs import ActionResult, ManyResult

router = guarded()


@router.post("/runs/{run_id}/actions/delete", operation_id="deleteRun", response_model=ActionResult)
def delete_run(service: ServiceOf, run_id: str, by: By, body: DeleteBody | None = None, key: KeyOf = None) -> Response:
    """Delete a run that is over, with its artifacts and logs; with `children` also the runs that it began."""
    body = body or DeleteBody()

    def act(connection: Connection) -> tuple[int, Any]:
        (outcome,) = _deleted(connection, [find_run(connection, run_id)], by, body)
        return 200, acting.result(outcome)

    answer = once(service.writing, key, f"deleteRun {run_id}", body, act)
    told = json.loads(bytes(answer.body))
    if told["outcome"] == "refused":
        raise refused(told["detail"], told.get("cure"), told.get("code"))
    return answer


@router.post("/runs/actions/delete", operation_id="deleteRuns", response_model=ManyResult)
def delete_runs_(service: ServiceOf, body: ManyDeleteBody, by: By, key: KeyOf = None) -> Response:
    """Delete many runs that are over; what became of each."""

    def act(connection: Connection) -> tuple[int, Any]:
        chosen = acting.chosen_runs(connection, body)
        return 200, acting.many_result(_deleted(connection, chosen, by, body))

    return once(service.writing, key, "deleteRuns", body, act)


def _deleted(connection: Connection, keys: list[int], by: str, body: DeleteBody) -> list[Outcome]:
    told = delete_runs(connection, keys, time.time(), by, children=body.children)
    return [
        Outcome(key, "applied") if why is None else Outcome(key, "refused", why.detail, why.code, why.cure)
        for key, why in told.items()
    ]
