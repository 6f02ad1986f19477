"""What every route behind the door has in common, told where it is declared.

FastAPI builds a route anew for each application that includes it below a prefix or behind a dependency, when the first
request comes (70 ms for ours). Routes that have both from the start are taken as they are.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from penstock.server.query_keys import refuse_unknown_keys

PREFIX = "/api/v1"


def guarded(prefix: str = PREFIX) -> APIRouter:
    """A router of routes that need a session or the token; they check that they got one."""
    return APIRouter(prefix=prefix, dependencies=[Depends(_known_caller), Depends(refuse_unknown_keys)])


async def _known_caller(request: Request) -> None:
    # `Guarded` has let the request in. Should these routes ever be mounted without it, they stay shut.
    request.state.caller  # noqa: B018  raises AttributeError
