"""The whole server as one ASGI app.

    Front                what every request passes: host, origin, sizes; headers of every answer
      GZip
        health, login    what anybody may reach
        /api/…           Guarded(FastAPI): only who is known
        the page         built files, the same for everybody

What needs a session is behind `Guarded` as a whole, before a route is looked for: a new route can't be left open by
mistake, and nothing that anybody may reach can lead into it (docs: SECURITY 1).
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match, Route

from penstock.errors import PenstockError
from penstock.server.doors import Doors, Guarded
from penstock.server.front import Front
from penstock.server.login import Login, sign_in
from penstock.server.page import Page
from penstock.server.problems import answer
from penstock.server.routes import about, all_routers
from penstock.server.service import LOOPBACK, Service

#: Answers that are smaller are sent as they are.
_COMPRESSED_FROM = 1024
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Of 1 to 9. A document of 1,000 tasks (845 KB) takes 1.4 ms with 3 and 4.4 ms with 4, which saves 7 % of the bytes.
_COMPRESSION = 3


def create_app(service: Service, more: Sequence[APIRouter] = ()) -> Starlette:
    """The server's app. `app.state` has the `service`, and as `api` what stands behind the door.

    `more`: routes of integrations (`guard.guarded`), behind the same door.
    """
    doors = Doors(service)
    page = Page()
    api = create_api(service, doors, more)
    app = Starlette(
        routes=[
            Route("/health", about.health, methods=["GET"]),
            Route("/login", Login(doors, page), methods=["GET", "POST"]),
            Route("/api/v1/session", sign_in, methods=["POST"]),
            Route("/api", Guarded(api, doors)),
            Route("/api/{rest:path}", Guarded(api, doors)),
            Route("/{rest:path}", page),
        ],
        middleware=[
            Middleware(Front, hosts=_hosts(service)),
            Middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM, compresslevel=_COMPRESSION),
        ],
        exception_handlers={HTTPException: _answer},
    )
    app.state.service = service
    app.state.doors = doors
    app.state.api = api
    return app


def close_app(app: Starlette) -> None:
    """Give up what the app has started, when nothing is answered any more."""
    app.state.service.environments.close()
    readers = getattr(app.state.api.state, "readers", None)
    if readers is not None:
        readers.close()


def create_api(service: Service, doors: Doors, more: Sequence[APIRouter] = ()) -> FastAPI:
    """All routes that need a session or the token."""
    api = FastAPI(
        title="Penstock",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=[route for router in (*all_routers(), *more) for route in router.routes],
        exception_handlers=dict.fromkeys((PenstockError, RequestValidationError, HTTPException, Exception), _answer),
    )
    api.state.service = service
    api.state.doors = doors
    return api


async def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        # Each method has a route of its own, and the first that has the address knows of its own alone.
        error = HTTPException(405, headers={"Allow": ", ".join(_methods(request))})
    return answer(error)


def _methods(request: Request) -> list[str]:
    """What this address takes, over all its routes."""
    asked = {method: {**request.scope, "method": method} for method in _METHODS}
    return [
        method
        for method, scope in asked.items()
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    ]


def _hosts(service: Service) -> list[str]:
    """What `Host` may say. Names that a person gave may be those of a proxy, which has a port of its own."""
    shown = [f"{name}:{service.port}" for name in service.hosts]
    return shown + [name for name in service.hosts if service.port == 80 or name not in LOOPBACK]
