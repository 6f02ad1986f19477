"""Answers that are written once: documents come out of the store as plain data and go out as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from pydantic_core import to_json


def json_answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document as JSON. It is not validated again: tests hold the store's documents against `wire`."""
    content = body if isinstance(body, bytes) else to_json(body)
    return Response(content, status_code=status, media_type="application/json", headers=dict(headers or {}))
