"""Requests that may be sent twice (`Idempotency-Key`): the second time they get the first one's answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import Header, Response

from penstock.errors import UsageError
from penstock.server.answers import json_answer
from penstock.server.refusals import Conflict
from penstock.server.writing import Writing
from penstock.store import idempotency
from penstock.store.connection import Connection
from penstock.wire.base import Asked

#: As a parameter of a route.
KeyOf: TypeAlias = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


class OtherBody(UsageError):
    """The Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"


def once(
    writing: Writing, key: str | None, route: str, body: Asked, act: Callable[[Connection], tuple[int, Any]]
) -> Response:
    """Act and answer (status, body) in one transaction that writes; with a key, at most once for that body.

    What raises has not happened, and may be sent again. Nothing is answered before it is durable.
    """
    with writing() as connection:
        status, answer, replayed = _acted(connection, key, route, body, act)
    return json_answer(answer, status=status, headers={"Idempotency-Replayed": "true"} if replayed else None)


def _acted(
    connection: Connection, key: str | None, route: str, body: Asked, act: Callable[[Connection], tuple[int, Any]]
) -> tuple[int, Any, bool]:
    if key is None:
        return *act(connection), False
    digest = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    begun = idempotency.begin(connection, key, route, digest, time.time())
    if begun.state == "answered":
        return begun.status or 200, begun.body, True
    if begun.state == "other_body":
        raise OtherBody(cure="choose a new key for a new request")
    if begun.state == "in_progress":
        raise Conflict("the request with this Idempotency-Key is not answered yet", cure="ask again in a moment")
    status, answer = act(connection)
    idempotency.finish(connection, key, route, status, answer)
    return status, answer, False
