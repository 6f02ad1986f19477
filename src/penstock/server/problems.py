"""Errors as problem documents (RFC 9457): our code and a cure, never a trace, a path or an address."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from penstock import errors
from penstock.server.mistakes import said
from penstock.server.refusals import MethodRefused, NotSignedIn, Refusal, TooManyTries, Unreadable, too_large

MEDIA_TYPE: Final = "application/problem+json"
#: Whoever meets a locked database may ask again after so many seconds.
RETRY_AFTER: Final = 2
#: Longer texts are cut: a detail may quote what was sent.
LONGEST: Final = 2000
#: Wrong parts of a request that are listed.
MOST: Final = 50

_log: Final = logging.getLogger("penstock.server")

#: The first class that fits decides.
_STATUS: Final[tuple[tuple[type[errors.PenstockError], int], ...]] = (
    (errors.NotFound, 404),
    (errors.NameTaken, 409),
    (errors.SettingsError, 500),
    (errors.UsageError, 422),
    (errors.StoreBusy, 503),
    (errors.DiskFull, 503),
    (errors.StaleWrite, 409),
    (errors.StoreError, 500),
    (errors.TransitionError, 409),
    (errors.Unstorable, 422),
    (errors.ArtifactError, 409),
    (errors.ExecutorError, 503),
)
#: What is told of errors whose own words may name files and addresses of this machine.
_CURES: Final[dict[str, str]] = {
    "store_busy": "another program holds the database; ask again in a moment",
    "disk_full": "free some space on the disk that holds the home",
    "projects_busy": "ask again in a moment",
    "too_many_streams": "close some windows of the page, or try again in a moment",
    "store_corrupt": "run `penstock db check` where the server runs",
    "store_version": "run `penstock db upgrade` where the server runs",
}
_TITLES: Final[dict[str, str]] = {"usage": "The request can't be understood."}
_KEYS: Final = "GET /api/v1/openapi.json tells what each address takes"
_OURS: Final = "what happened stands in the server's own output"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Mistake(errors.PenstockError):
    """Something went wrong in the server."""

    code = "internal"


def status_of(error: errors.PenstockError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(error: errors.PenstockError, parts: Sequence[tuple[str, str]] | None = None) -> Response:
    """The answer for an error. `parts`: what is wrong where, for a request with several mistakes."""
    status = status_of(error)
    detail, cure = error.message, error.cure
    if status >= 500:
        detail, cure = _first_line(error), _CURES.get(error.code, _OURS)
    parts = parts or error.facts.get("parts")
    body = {
        "type": "about:blank",
        "title": _TITLES.get(error.code) or _first_line(error),
        "status": status,
        "detail": _cut(detail),
        "code": error.code,
        "cure": None if cure is None else _cut(cure),
        "errors": [{"where": _cut(where), "detail": _cut(told)} for where, told in parts[:MOST]] if parts else None,
    }
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=_headers(error, status))


def answer(error: Exception) -> Response:
    """The answer for any error; one that nobody foresaw goes to the server's own output."""
    if isinstance(error, errors.PenstockError):
        if status_of(error) >= 500 and not isinstance(error, errors.StoreBusy | Refusal):
            _log.error("%s: %s", error.code, _one_line(str(error)))
        return problem(error)
    if isinstance(error, HTTPException):
        return problem(_of_http(error))
    _log.error("a request failed", exc_info=error)
    return problem(Mistake())


async def of_request(request: Request, error: Exception) -> Response:
    """The answer for any error, as a handler of an app with routes."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        # Each method has a route of its own, and the first that has the address knows of its own alone.
        error = HTTPException(405, headers={"Allow": ", ".join(_methods(request))})
    return answer(error)


def _methods(request: Request) -> list[str]:
    """What this address takes, over all its routes."""
    asked = {method: {**request.scope, "method": method} for method in _METHODS}
    taken = [
        method
        for method, scope in asked.items()
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    ]
    return ["GET", "HEAD", *taken[1:]] if "GET" in taken else taken


def _first_line(error: errors.PenstockError) -> str:
    return (type(error).__doc__ or "").strip().splitlines()[0]


def _one_line(text: str) -> str:
    """Logs can't be forged by line breaks."""
    return text.encode("unicode_escape").decode("ascii")


def _cut(text: str) -> str:
    # What was sent may hold half a character, which JSON in UTF-8 can't.
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _headers(error: errors.PenstockError, status: int) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.wait)
    elif status in (429, 503):
        headers["Retry-After"] = str(RETRY_AFTER)
    if isinstance(error, MethodRefused) and "allow" in error.facts:
        headers["Allow"] = error.facts["allow"]
    return headers


def _of_http(error: HTTPException) -> errors.PenstockError:
    """What the framework refuses by itself: unknown addresses, wrong methods, bodies that can't be parsed."""
    if error.status_code == 404:
        return errors.NotFound("there is nothing at this address", cure="GET /api/v1/openapi.json lists all addresses")
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        return MethodRefused(cure=f"use {allow.replace('GET, HEAD', 'GET')}" if allow else None, allow=allow)
    if error.status_code == 413:
        return too_large()
    return Unreadable(cure="send JSON in UTF-8")


def invalid(found: Sequence[Any], skip: int = 1) -> Response:
    """The answer for what pydantic found wrong. `skip`: steps of a place that only say in which part of the request."""
    if found and found[0]["type"] == "json_invalid":
        wrong = found[0]["ctx"]["error"]
        return problem(Unreadable(f"the body is no JSON: {wrong}", cure="send one JSON object, in double quotes"))
    wrong = [(_where(each["loc"], skip), *said(each)) for each in found] or [("body", "it is missing", None)]
    where, what, cure = wrong[0]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    parts = [(place, f"{told}; {right}" if right else told) for place, told, right in wrong]
    return problem(errors.UsageError(f"{where}: {what}{more}", cure=cure or _KEYS), parts)


def _where(place: Sequence[str | int], skip: int) -> str:
    """`('query', 'limit')` as `limit`, `('body', 'labels', 'a')` as `labels.a`."""
    return ".".join(str(step) for step in place[skip:]) or "body"
