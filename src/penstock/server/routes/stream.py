"""What happens, as it happens."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from anyio import to_thread
from fastapi import Query, Request, Response

from penstock.errors import UsageError
from penstock.model.ids import run_id
from penstock.server.doors import Caller, Doors
from penstock.server.guard import ServiceOf, guarded
from penstock.server.live.hub import Hub
from penstock.server.live.stream import Stream
from penstock.server.service import Service
from penstock.store.runs import find_run

router = guarded()

_LARGEST: Final = 2**63 - 1


@router.get(
    "/stream",
    operation_id="openStream",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events: `snapshot` (Snapshot), then `change` (Changes); `: beat` every 15 s.",
            "content": {"text/event-stream": {}},
        }
    },
)
async def stream(
    request: Request,
    service: ServiceOf,
    run: Annotated[str | None, Query(max_length=1000)] = None,
    last_event_id: Annotated[int | None, Query(ge=0, le=_LARGEST)] = None,
) -> Response:
    """`run`: tell also of this run's tasks. `Last-Event-ID` (header, or `last_event_id`) resumes: only what happened
    since is told, or a snapshot where that is too much."""
    watched = None if run is None else await to_thread.run_sync(_found, service, run)
    after = _last_event(request) if last_event_id is None else last_event_id
    doors, caller = request.app.state.doors, request.state.caller
    hub = _hub(request, service)
    await hub.begin()
    return Stream(hub, watched, after, lambda: _may_read(doors, caller))


def _found(service: Service, run: str) -> tuple[int, str]:
    with service.database.read() as connection:
        key = find_run(connection, run)
    return key, run_id(key)


def _hub(request: Request, service: Service) -> Hub:
    """The one of this server."""
    state = request.app.state
    known: Hub | None = getattr(state, "hub", None)
    if known is None or known.loop is not asyncio.get_running_loop():
        state.hub = known = Hub(service)
    return known


def _last_event(request: Request) -> int | None:
    given = request.headers.get("last-event-id")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and int(given[:20]) <= _LARGEST and len(given) < 20):
        raise UsageError("Last-Event-ID is no number of an event", cure="send the id that the last event had")
    return int(given)


async def _may_read(doors: Doors, caller: Caller) -> bool:
    """Is the session still one?"""
    return caller.session is None or await doors.is_good(caller.session)
