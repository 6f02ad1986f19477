"""What tasks printed: windows by number, true counts, search, the whole as text."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from penstock.logbook.search import find
from penstock.logbook.slices import slices_of
from penstock.logbook.steps import next_of
from penstock.server import downloads, logs
from penstock.server.answers import json_answer
from penstock.server.guard import guarded
from penstock.server.logs import Level, WishedLogs
from penstock.server.streamed import Streamed
from penstock.wire.logs import LogMatches, LogPlace, LogSlices, LogSummary, LogWindow

router = guarded()


@router.get("/runs/{run_id}/logs", operation_id="getRunLogs", response_model=LogWindow)
def get_logs(
    wish: WishedLogs,
    first: Annotated[int, Query(ge=-(2**53), le=2**53)] = -500,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Response:
    """`first` counts from 0 in the view that the filter makes; a negative one counts from the end."""
    with logs.view_of(wish) as view:
        return json_answer(logs.document(view, first, limit))


@router.get("/runs/{run_id}/logs/summary", operation_id="getRunLogSummary", response_model=LogSummary)
def get_log_summary(wish: WishedLogs) -> Response:
    """How many lines there are, of each level and of each task."""
    with logs.view_of(wish) as view:
        levels, tasks = view.counts()
        return json_answer({"total": view.total, "levels": levels, "tasks": tasks})


@router.get("/runs/{run_id}/logs/slices", operation_id="getRunLogSlices", response_model=LogSlices)
def get_log_slices(wish: WishedLogs, slices: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """How many lines there are of each level in each of so many equal slices of time, from `after` to `before`."""
    with logs.view_of(wish) as view:
        return json_answer(logs.slices_document(slices_of(view, slices)))


@router.get("/runs/{run_id}/logs/next", operation_id="findNextInRunLogs", response_model=LogPlace)
def find_next_in_logs(
    wish: WishedLogs,
    of: Annotated[list[Level], Query(min_length=1, max_length=20)],
    line: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    back: bool = False,
) -> Response:
    """The next line of the levels `of` behind `line`, or the last one before it; round the end of the view.

    Without `line` the first of the view, or its last.
    """
    with logs.view_of(wish) as view:
        return json_answer(logs.place_document(next_of(view, frozenset(of), line, back=back)))


@router.get("/runs/{run_id}/logs/matches", operation_id="findInRunLogs", response_model=LogMatches)
def find_in_logs(wish: WishedLogs, text: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """Plain text, any case; colours in the log do not matter."""
    with logs.view_of(wish) as view:
        found = find(view, text)
        return json_answer({"total": found.total, "indexes": found.places})


@router.get("/runs/{run_id}/logs/content", operation_id="downloadRunLogs", response_class=Response)
def download_logs(wish: WishedLogs) -> Response:
    """All lines as text, as they are now."""
    view = logs.view_of(wish)
    headers = downloads.headers(f"{wish.run}.log")
    return Streamed(logs.as_text(view), view, headers, "text/plain; charset=utf-8")
