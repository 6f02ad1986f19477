"""Saved views of the list of runs."""

from __future__ import annotations

import time
from typing import Annotated, TypeAlias

from fastapi import Path, Response

from penstock.server.answers import json_answer
from penstock.server.guard import ServiceOf, guarded
from penstock.store import saved_views
from penstock.wire.views import SavedView, SavedViewBody, SavedViewList

router = guarded()

_ViewId: TypeAlias = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/views", operation_id="listViews", response_model=SavedViewList)
def list_views(service: ServiceOf) -> Response:
    """All views, by name."""
    with service.database.read() as connection:
        return json_answer({"items": saved_views.list_views(connection)})


@router.post("/views", operation_id="createView", response_model=SavedView, status_code=201)
def create_view(service: ServiceOf, body: SavedViewBody) -> Response:
    """Keep a view under a name of its own."""
    with service.writing() as connection:
        made = saved_views.create_view(connection, body.name, body.query, body.columns, time.time())
    return json_answer(made, status=201)


@router.put("/views/{view_id}", operation_id="updateView", response_model=SavedView)
def update_view(service: ServiceOf, view_id: _ViewId, body: SavedViewBody) -> Response:
    """Change a view."""
    with service.writing() as connection:
        return json_answer(saved_views.update_view(connection, view_id, body.name, body.query, body.columns))


@router.delete("/views/{view_id}", operation_id="deleteView", status_code=204, response_class=Response)
def delete_view(service: ServiceOf, view_id: _ViewId) -> Response:
    """Forget a view."""
    with service.writing() as connection:
        saved_views.delete_view(connection, view_id)
    return Response(status_code=204)
