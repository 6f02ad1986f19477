"""What can be done to runs, to one and to many."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Response

from penstock.server import acting
from penstock.server.answers import json_answer
from penstock.server.once import KeyOf, once
from penstock.server.refusals import ActionRefused
from penstock.server.service import Service, ServiceOf
from penstock.store import commands, labels
from penstock.store.connection import Connection
from penstock.store.runs import find_run
from penstock.store.summaries import summaries
from penstock.wire.runs import (
    CommandDocument,
    LabelsBody,
    ManyCancelBody,
    ManyLabelsBody,
    ManyResult,
    RunSummary,
)

router = APIRouter()


@router.post(
    "/runs/{run_id}/actions/cancel",
    operation_id="cancelRun",
    response_model=RunSummary,
    responses={202: {"model": CommandDocument}},
)
def cancel_run(service: ServiceOf, run_id: str) -> Response:
    """End a run. 200 when that has begun, 202 with the command while its engine has not answered yet."""
    with service.writing() as connection:
        outcome = acting.cancel(connection, find_run(connection, run_id), time.time())
    return answered(service, outcome)


def answered(service: Service, outcome: acting.Outcome) -> Response:
    """The run, once its engine has spoken, or the command while it waits. Raises ActionRefused."""
    acting.wait(service.database, [outcome])
    if outcome.state == "refused":
        raise ActionRefused(outcome.detail)
    with service.database.read() as connection:
        if outcome.state == "waiting" and outcome.command is not None:
            command = commands.find(connection, outcome.command)
            if command is not None and command.state == "waiting":
                return json_answer(acting.command_document(command), status=202)
        return json_answer(summary(connection, outcome.key))


@router.post("/runs/{run_id}/actions/labels", operation_id="labelRun", response_model=RunSummary)
def label_run(service: ServiceOf, run_id: str, body: LabelsBody, key: KeyOf = None) -> Response:
    """Set labels on a run, and remove some."""

    def act(connection: Connection) -> tuple[int, Any]:
        run = find_run(connection, run_id)
        labels.set_labels(connection, run, body.set, body.remove, time.time())
        return 200, summary(connection, run)

    return once(service.writing, key, f"labelRun {run_id}", body, act)


@router.post("/runs/actions/cancel", operation_id="cancelRuns", response_model=ManyResult)
def cancel_runs(service: ServiceOf, body: ManyCancelBody) -> Response:
    """End many runs; what became of each."""
    with service.writing() as connection:
        keys = acting.chosen_runs(connection, body.ids, body.filter)
        now = time.time()
        outcomes = [acting.cancel(connection, key, now) for key in keys]
    acting.wait(service.database, outcomes)
    return json_answer(acting.many(outcomes))


@router.post("/runs/actions/labels", operation_id="labelRuns", response_model=ManyResult)
def label_runs(service: ServiceOf, body: ManyLabelsBody, key: KeyOf = None) -> Response:
    """Set labels on many runs, and remove some; what became of each."""

    def act(connection: Connection) -> tuple[int, Any]:
        keys = acting.chosen_runs(connection, body.ids, body.filter)
        refused = labels.change_labels(connection, keys, body.set, body.remove, time.time())
        return 200, acting.many([_labelled(run, why) for run, why in refused.items()])

    return once(service.writing, key, "labelRuns", body, act)


def _labelled(key: int, why: str | None) -> acting.Outcome:
    return acting.Outcome(key, "applied") if why is None else acting.Outcome(key, "refused", why, "action_refused")


def summary(connection: Connection, key: int) -> dict[str, Any]:
    """A run as wire.RunSummary."""
    (run,) = summaries(connection, "WHERE key = ?", (key,))
    return run
