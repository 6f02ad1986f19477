"""The whole server as one ASGI app.

    Front                what every request passes: host, origin, sizes; headers of every answer
      Heads              HEAD on the API is GET without the body
        Packer           packed answers for who takes them
          health, login  what anybody may reach
          /api/…         Guarded(FastAPI): only who is known; loaded while the rest answers
          the page       built files, the same for everybody

What needs a session is behind `Guarded` as a whole, before a route is looked for: a new route can't be left open by
mistake, and nothing that anybody may reach can lead into it (docs/decisions/0007-doors.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from penstock.server import problems
from penstock.server.codings import Packer
from penstock.server.doors import Doors, Guarded
from penstock.server.front import Front
from penstock.server.heads import Heads
from penstock.server.later import Later
from penstock.server.login import Login, sign_in
from penstock.server.page import Page
from penstock.server.service import LOOPBACK, Service

if TYPE_CHECKING:
    from fastapi import FastAPI

#: Answers that are smaller are sent as they are.
_COMPRESSED_FROM = 1024
#: Of 1 to 9. A document of 1,000 tasks (845 KB) takes 1.4 ms with 3 and 4.4 ms with 4, which saves 7 % of the bytes.
_COMPRESSION = 3


def create_app(service: Service, more: Sequence[str] = ()) -> Starlette:
    """The server's app. `app.state` has the `service`, and as `api` what stands behind the door, made later.

    `more`: modules with a `router` of integrations (`guard.guarded`), behind the same door.
    """
    doors = Doors(service)
    page = Page()

    def create() -> FastAPI:
        from penstock.server.api import create_api

        return create_api(service, doors, more)

    api = Later(create)
    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/login", Login(doors, page), methods=["GET", "POST"]),
            Route("/api/v1/session", sign_in, methods=["POST"]),
            Route("/api", Guarded(api, doors)),
            Route("/api/{rest:path}", Guarded(api, doors)),
            Route("/{rest:path}", page),
        ],
        middleware=[
            Middleware(Front, hosts=_hosts(service)),
            Middleware(Heads),
            Middleware(Packer, minimum_size=_COMPRESSED_FROM, compresslevel=_COMPRESSION),
        ],
        exception_handlers={HTTPException: problems.of_request},
    )
    app.state.service = service
    app.state.doors = doors
    app.state.api = api
    return app


def close_app(app: Starlette) -> None:
    """Give up what the app has started, when nothing is answered any more."""
    api = app.state.api.there()
    if api is None:
        return
    api.state.service.environments.close()
    readers = getattr(api.state, "readers", None)
    if readers is not None:
        readers.close()


async def _health(_request: Request) -> Response:
    """The service answers. Anybody may ask, so it tells nothing more."""
    return Response(b'{"status":"ok"}', media_type="application/json", headers={"Cache-Control": "no-store"})


def _hosts(service: Service) -> list[str]:
    """What `Host` may say. Names that a person gave may be those of a proxy, which has a port of its own."""
    shown = [f"{name}:{service.port}" for name in service.hosts]
    return shown + [name for name in service.hosts if service.port == 80 or name not in LOOPBACK]
