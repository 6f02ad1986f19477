"""The door at which Kedro-Viz's page asks how the last run went."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from penstock.integrations.kedro import happened
from penstock.integrations.kedro.status import nothing, status
from penstock.server.answers import json_answer
from penstock.server.guard import ServiceOf, guarded
from penstock.store.runs import find_run
from penstock.store.task_kinds import latest_run_of_kind

router: Final = guarded("/api")


@router.get("/run-status")
def run_status(service: ServiceOf, run_id: str | None = None) -> Response:
    """The newest run of a Kedro project, or the one that is asked for, as Kedro-Viz 12.5 tells it."""
    with service.database.read() as connection:
        key = latest_run_of_kind(connection, "kedro") if run_id is None else find_run(connection, run_id)
        return json_answer(nothing() if key is None else status(happened.read(connection, key)))
