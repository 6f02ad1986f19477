"""What can be done to runs, to one and to many."""

from __future__ import annotations

import time
from typing import Any

from fastapi import Response

from penstock.errors import UsageError
from penstock.server import acting
from penstock.server.acting import By, summary
from penstock.server.guard import ServiceOf, guarded
from penstock.server.once import KeyOf, once
from penstock.store import labels
from penstock.store.connection import Connection
from penstock.store.orders import Outcome
from penstock.store.runs import find_run
from penstock.wire.actions import (
    BreakpointsBody,
    CancelBody,
    ForceBody,
    LabelsBody,
    ManyBreakpointsBody,
    ManyCancelBody,
    ManyForceBody,
    ManyLabelsBody,
    ManyPauseBody,
    ManyResumeBody,
    ManySetStateBody,
    PauseBody,
    ResumeBody,
    SetStateBody,
)
from penstock.wire.runs import CommandDocument, ManyResult, RunSummary

router = guarded()

#: Of actions that a run's engine has to answer: 202 with the command while it has not.
ANSWERS: dict[int | str, dict[str, Any]] = {202: {"model": CommandDocument}}


@router.post("/runs/{run_id}/actions/cancel", operation_id="cancelRun", response_model=RunSummary, responses=ANSWERS)
def cancel_run(service: ServiceOf, run_id: str, by: By, body: CancelBody | None = None, key: KeyOf = None) -> Response:
    """End a run. 200 when that has begun, 202 with the command while its engine has not answered yet."""
    body = body or CancelBody()
    return acting.one(service, run_id, "cancelRun", body, key, acting.command("cancel", body.arguments(), by))


@router.post("/runs/actions/cancel", operation_id="cancelRuns", response_model=ManyResult)
def cancel_runs(service: ServiceOf, body: ManyCancelBody, by: By, key: KeyOf = None) -> Response:
    """End many runs; what became of each."""
    return acting.many(service, "cancelRuns", body, key, acting.command("cancel", body.arguments(), by))


@router.post("/runs/{run_id}/actions/pause", operation_id="pauseRun", response_model=RunSummary, responses=ANSWERS)
def pause_run(service: ServiceOf, run_id: str, by: By, body: PauseBody | None = None, key: KeyOf = None) -> Response:
    """Begin nothing more of a run; tasks that run go on to their end, or stand still with `now`."""
    body = body or PauseBody()
    return acting.one(service, run_id, "pauseRun", body, key, acting.command("pause", body.arguments(), by))


@router.post("/runs/actions/pause", operation_id="pauseRuns", response_model=ManyResult)
def pause_runs(service: ServiceOf, body: ManyPauseBody, by: By, key: KeyOf = None) -> Response:
    """The same for many runs; what became of each."""
    return acting.many(service, "pauseRuns", body, key, acting.command("pause", body.arguments(), by))


@router.post("/runs/{run_id}/actions/resume", operation_id="resumeRun", response_model=RunSummary, responses=ANSWERS)
def resume_run(service: ServiceOf, run_id: str, by: By, body: ResumeBody | None = None, key: KeyOf = None) -> Response:
    """Let a paused run go on; one of type debug by a `step`, and with other `params`."""
    body = body or ResumeBody()
    return acting.one(service, run_id, "resumeRun", body, key, acting.command("resume", body.arguments(), by))


@router.post("/runs/actions/resume", operation_id="resumeRuns", response_model=ManyResult)
def resume_runs(service: ServiceOf, body: ManyResumeBody, by: By, key: KeyOf = None) -> Response:
    """Let many paused runs go on; what became of each."""
    return acting.many(service, "resumeRuns", body, key, acting.command("resume", body.arguments(), by))


@router.post(
    "/runs/{run_id}/actions/breakpoints", operation_id="setBreakpoints", response_model=RunSummary, responses=ANSWERS
)
def set_breakpoints(service: ServiceOf, run_id: str, body: BreakpointsBody, by: By, key: KeyOf = None) -> Response:
    """Have a run of type debug rest before tasks, or no more."""
    return acting.one(service, run_id, "setBreakpoints", body, key, acting.command("breakpoints", body.arguments(), by))


@router.post("/runs/actions/breakpoints", operation_id="setBreakpointsOfRuns", response_model=ManyResult)
def set_breakpoints_of_runs(service: ServiceOf, body: ManyBreakpointsBody, by: By, key: KeyOf = None) -> Response:
    """The same for many runs; what became of each."""
    act = acting.command("breakpoints", body.arguments(), by)
    return acting.many(service, "setBreakpointsOfRuns", body, key, act)


@router.post(
    "/runs/{run_id}/actions/set-state", operation_id="setStateOfRun", response_model=RunSummary, responses=ANSWERS
)
def set_state_of_run(service: ServiceOf, run_id: str, body: SetStateBody, by: By, key: KeyOf = None) -> Response:
    """Take a task for done, or a run that is over for what it is not; recorded with who it was."""
    return acting.one(service, run_id, "setStateOfRun", body, key, acting.command("set-state", body.arguments(), by))


@router.post("/runs/actions/set-state", operation_id="setStateOfRuns", response_model=ManyResult)
def set_state_of_runs(service: ServiceOf, body: ManySetStateBody, by: By, key: KeyOf = None) -> Response:
    """The same for many runs; what became of each."""
    return acting.many(service, "setStateOfRuns", body, key, acting.command("set-state", body.arguments(), by))


@router.post("/runs/{run_id}/actions/force-run", operation_id="forceRun", response_model=RunSummary, responses=ANSWERS)
def force_run(service: ServiceOf, run_id: str, by: By, body: ForceBody | None = None, key: KeyOf = None) -> Response:
    """Let a run start that waits for a limit, past it."""
    return acting.one(service, run_id, "forceRun", body or ForceBody(), key, acting.command("force-run", {}, by))


@router.post("/runs/actions/force-run", operation_id="forceRuns", response_model=ManyResult)
def force_runs(service: ServiceOf, body: ManyForceBody, by: By, key: KeyOf = None) -> Response:
    """Let many runs start that wait for limits, past them; what became of each."""
    return acting.many(service, "forceRuns", body, key, acting.command("force-run", {}, by))


@router.post("/runs/{run_id}/actions/labels", operation_id="labelRun", response_model=RunSummary)
def label_run(service: ServiceOf, run_id: str, body: LabelsBody, by: By, key: KeyOf = None) -> Response:
    """Set labels on a run, and remove some."""

    def act(connection: Connection) -> tuple[int, Any]:
        run = find_run(connection, run_id)
        labels.set_labels(connection, run, body.set, body.remove, time.time(), by)
        return 200, summary(connection, run)

    return once(service.writing, key, f"labelRun {run_id}", body, act)


@router.post("/runs/actions/labels", operation_id="labelRuns", response_model=ManyResult)
def label_runs(service: ServiceOf, body: ManyLabelsBody, by: By, key: KeyOf = None) -> Response:
    """Set labels on many runs, and remove some; what became of each."""

    def act(connection: Connection) -> tuple[int, Any]:
        keys = acting.chosen_runs(connection, body)
        refused = labels.change_labels(connection, keys, body.set, body.remove, time.time(), by)
        return 200, acting.many_result([_labelled(run, why) for run, why in refused.items()])

    return once(service.writing, key, "labelRuns", body, act)


def _labelled(key: int, why: UsageError | None) -> Outcome:
    return Outcome(key, "applied") if why is None else Outcome.refused(key, why)
