"""About the service itself."""

from __future__ import annotations

import time

from fastapi import Response

from penstock import __version__
from penstock.server.answers import json_answer
from penstock.server.guard import ServiceOf, guarded
from penstock.server.openapi import document_text
from penstock.store import instances
from penstock.store.times import iso, micros
from penstock.wire.service import About

router = guarded()


@router.get("/about", operation_id="getAbout", response_model=About)
def get_about(service: ServiceOf) -> Response:
    """What is running here."""
    now = time.time()
    with service.database.read() as connection:
        engines = instances.living(connection, now, "engine")
    workers = [engine.workers for engine in engines if engine.workers is not None]
    return json_answer(
        {
            "version": __version__,
            "project": service.named or service.project.name,
            "engine_alive": bool(engines),
            "workers": sum(workers) if workers else None,
            "now": iso(micros(now)),
        }
    )


@router.get("/openapi.json", include_in_schema=False)
def get_document() -> Response:
    """The API's OpenAPI document."""
    return json_answer(document_text().encode())
