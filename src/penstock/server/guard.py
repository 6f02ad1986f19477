"""What every route behind the door has in common, told where it is declared.

FastAPI builds a route anew for each application that includes it below a prefix or behind a dependency, when the first
request comes (70 ms for ours). Routes that have both from the start are taken as they are.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from penstock.server.query_keys import refuse_unknown_keys
from penstock.server.service import Service

PREFIX = "/api/v1"


def guarded(prefix: str = PREFIX) -> APIRouter:
    """A router of routes that need a session or the token; they check that they got one."""
    return APIRouter(prefix=prefix, dependencies=[Depends(_known_caller), Depends(refuse_unknown_keys)])


async def _known_caller(request: Request) -> None:
    # `Guarded` has let the request in. Should these routes ever be mounted without it, they stay shut.
    request.state.caller  # noqa: B018  raises AttributeError


async def _service(request: Request) -> Service:  # async, so that it needs no thread of its own
    found: Service = request.app.state.service
    return found


#: As a parameter of a route: `service: ServiceOf`.
ServiceOf = Annotated[Service, Depends(_service)]
