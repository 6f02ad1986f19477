"""Where a run stands among others, and what happened to it."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import Query, Response

from penstock.model.bounds import MOST
from penstock.server.answers import json_answer
from penstock.server.guard import ServiceOf, guarded
from penstock.store import comparison, context, events, waits
from penstock.store.missing import check_task
from penstock.store.runs import find_run
from penstock.wire.compare import Comparison
from penstock.wire.runs import EventPage, RunContext
from penstock.wire.waits import WaitList

router = guarded()


@router.get("/runs/{run_id}/context", operation_id="getRunContext", response_model=RunContext)
def get_context(service: ServiceOf, run_id: str) -> Response:
    """The neighbours of a run, the runs around it, and how long it should take."""
    with service.database.read() as connection:
        return json_answer(context.run_context(connection, find_run(connection, run_id)))


@router.get("/runs/{run_id}/compare", operation_id="compareRuns", response_model=Comparison)
def compare_runs(
    service: ServiceOf, run_id: str, with_: Annotated[str | None, Query(alias="with", max_length=100)] = None
) -> Response:
    """A run (first) and the one named by `with` (second); without `with`, after the run of its pipeline before it."""
    with service.database.read() as connection:
        key = find_run(connection, run_id)
        other = None if with_ is None else find_run(connection, with_)
        return json_answer(comparison.compare_runs(connection, key, other))


@router.get("/runs/{run_id}/events", operation_id="listRunEvents", response_model=EventPage)
def list_events(
    service: ServiceOf,
    run_id: str,
    task: Annotated[str | None, Query(max_length=1000)] = None,
    map_index: Annotated[int | None, Query(ge=0, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=events.MOST)] = events.PAGE,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """The history of a run, or of one of its tasks (and items), oldest first; `task=` alone: of the run itself."""
    with service.database.read() as connection:
        key = find_run(connection, run_id)
        page = events.list_events(connection, key, task=task, map_index=map_index, limit=limit, cursor=cursor)
        if task and not page.items:
            check_task(connection, key, task)
    return json_answer({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/runs/{run_id}/waits", operation_id="listRunWaits", response_model=WaitList)
def list_waits(
    service: ServiceOf,
    run_id: str,
    task: Annotated[str | None, Query(max_length=1000)] = None,
    map_index: Annotated[int | None, Query(ge=0, le=MOST)] = None,
) -> Response:
    """Why tasks of a run that are queued do not begin, or one of them (and items); as it is now."""
    with service.database.read() as connection:
        key = find_run(connection, run_id)
        found = waits.waits_of(connection, key, time.time(), task=task, map_index=map_index)
    return json_answer({"items": found})
