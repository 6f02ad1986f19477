"""Answering what runs ask people."""

from __future__ import annotations

from fastapi import Response

from penstock.server import acting
from penstock.server.acting import By
from penstock.server.guard import ServiceOf, guarded
from penstock.server.once import KeyOf
from penstock.server.routes.actions import ANSWERS
from penstock.wire.actions import ApproveBody, ManyApproveBody
from penstock.wire.runs import ManyResult, RunSummary

router = guarded()


@router.post("/runs/{run_id}/actions/approve", operation_id="approveRun", response_model=RunSummary, responses=ANSWERS)
def approve_run(service: ServiceOf, run_id: str, body: ApproveBody, by: By, key: KeyOf = None) -> Response:
    """Answer what a run asks a person: approve it, with the values of its form, or reject it."""
    return acting.one(service, run_id, "approveRun", body, key, acting.command("approve", body.arguments(), by))


@router.post("/runs/actions/approve", operation_id="approveRuns", response_model=ManyResult)
def approve_runs(service: ServiceOf, body: ManyApproveBody, by: By, key: KeyOf = None) -> Response:
    """The same for many runs; what became of each."""
    return acting.many(service, "approveRuns", body, key, acting.command("approve", body.arguments(), by))
