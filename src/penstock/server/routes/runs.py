"""Runs: the list, its count, one of them."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from penstock import __version__
from penstock.server import exporting
from penstock.server.answers import has, json_answer, unchanged
from penstock.server.guard import ServiceOf, guarded
from penstock.server.run_query import ChosenRuns, Sort
from penstock.server.streamed import Streamed
from penstock.store import documents, runs
from penstock.wire.runs import RunCount, RunDocument, RunPage

router = guarded()


@router.get("/runs", operation_id="listRuns", response_model=RunPage)
def list_runs(
    service: ServiceOf,
    chosen: ChosenRuns,
    sort: Sort = "-created_at",
    limit: Annotated[int, Query(ge=1, le=runs.MOST)] = runs.PAGE,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """A page of runs that fit the filter. Of several values of a key any will do; a leading `!` excludes."""
    with service.database.read() as connection:
        page = runs.list_runs(connection, chosen, sort, limit, cursor)
    return json_answer({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/runs/count", operation_id="countRuns", response_model=RunCount)
def count_runs(
    service: ServiceOf, chosen: ChosenRuns, limit: Annotated[int, Query(ge=1, le=1_000_000)] = runs.MOST_COUNTED
) -> Response:
    """How many runs fit the filter; counting stops at `limit`."""
    with service.database.read() as connection:
        count, exact = runs.count_runs(connection, chosen, limit)
    return json_answer({"count": count, "exact": exact})


@router.get("/runs/export", operation_id="exportRuns", response_class=Response)
def export_runs(
    service: ServiceOf,
    chosen: ChosenRuns,
    format: Literal["csv", "json"] = "csv",
    sort: Sort = "-created_at",
    columns: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006  FastAPI copies defaults
) -> Response:
    """All runs that fit the filter, as a file. `columns` chooses those of the CSV; the JSON is the list's."""
    wanted = exporting.check_columns(columns)
    parts = exporting.parts(service.database, chosen, sort)
    begun = chain([next(parts, [])], parts)  # a filter that is none is told before the answer begins
    body = exporting.as_csv(begun, wanted) if format == "csv" else exporting.as_json(begun)
    media_type = "text/csv; charset=utf-8" if format == "csv" else "application/json"
    disposition = {"Content-Disposition": f'attachment; filename="runs.{format}"'}
    return Streamed(body, closing(parts), disposition, media_type)


@router.get(
    "/runs/{run_id}", operation_id="getRun", response_model=RunDocument, responses={304: {"description": "As it was."}}
)
def get_run(service: ServiceOf, run_id: str, request: Request) -> Response:
    """A run in full. Who sends its ETag back as If-None-Match gets 304 while nothing has changed."""
    with service.database.read() as connection:
        key = runs.find_run(connection, run_id)
        tag = f'W/"{documents.document_tag(connection, key)}.{__version__}"'
        if has(request, tag):
            return unchanged(tag)
        document = documents.run_document(connection, key)
    return json_answer(document, headers={"ETag": tag})
