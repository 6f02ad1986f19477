"""What stands behind the door: all routes that need a session or the token.

FastAPI, our routes and their models take most of a server's start. `server.app` loads this while it answers already.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from penstock.errors import PenstockError
from penstock.server import problems
from penstock.server.doors import Doors
from penstock.server.environments import Environments
from penstock.server.routes import all_routers
from penstock.server.service import Service


def create_api(service: Service, doors: Doors, more: Sequence[str] = ()) -> FastAPI:
    """The routes of this room, and those of the modules `more`, each with a `router` (`guard.guarded`)."""
    service.environments = Environments(service.database, service.writing)
    routers = (*all_routers(), *(import_module(name).router for name in more))
    api = FastAPI(
        title="Penstock",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=[route for router in routers for route in router.routes],
        exception_handlers=HANDLERS,
    )
    api.state.service = service
    api.state.doors = doors
    return api


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problems.invalid(error.errors())


#: How errors of routes are answered.
HANDLERS: Final[dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]] = {
    RequestValidationError: _invalid,
    **dict.fromkeys((PenstockError, HTTPException, Exception), problems.of_request),
}
