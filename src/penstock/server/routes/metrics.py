"""What tasks reported, and what they used."""

from __future__ import annotations

from fastapi import Response

from penstock.server.answers import json_answer
from penstock.server.guard import ServiceOf, guarded
from penstock.store.metrics import run_metrics
from penstock.store.runs import find_run
from penstock.wire.runs import RunMetrics

router = guarded()


@router.get("/runs/{run_id}/metrics", operation_id="getRunMetrics", response_model=RunMetrics)
def get_metrics(service: ServiceOf, run_id: str) -> Response:
    """Figures that tasks reported, and their processes' CPU, memory and bytes over time."""
    with service.database.read() as connection:
        return json_answer(run_metrics(connection, find_run(connection, run_id)))
