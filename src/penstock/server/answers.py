"""Answers that are written once: documents come out of the store as plain data and go out as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response


def json_of(body: Any) -> bytes:
    """Plain data as JSON; a figure that is no number, which JSON does not have, is null."""
    try:
        return to_json(body, inf_nan_mode="null")
    except ValueError:
        # More than 255 levels deep, as the params of a run may be. Four times slower, and without that limit.
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def json_answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document as JSON. It is not validated again: tests hold the store's documents against `wire`."""
    content = body if isinstance(body, bytes) else json_of(body)
    return Response(content, status_code=status, media_type="application/json", headers=dict(headers or {}))


def has(request: Request, tag: str) -> bool:
    """Does the caller have what this tag names already (RFC 9110, 13.1.2)?"""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag.removeprefix("W/") in [
        each.strip().removeprefix("W/") for each in known.split(",")
    ]


def unchanged(tag: str) -> Response:
    """The answer for who has it already."""
    return Response(status_code=304, headers={"ETag": tag})
