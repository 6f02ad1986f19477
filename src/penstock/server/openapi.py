"""The API's document: `python -m penstock.server.openapi > ui/src/wire/openapi.json`; then `npm run wire` in `ui/`.

The page's types are made from it, and a test holds the committed file to the app.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from fastapi.openapi.constants import REF_TEMPLATE
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRouter
from pydantic.json_schema import models_json_schema

from penstock.wire.base import Problem
from penstock.wire.service import Changes, Health, SessionBody, Snapshot

_ABOUT: Final = (
    "Lists are `{items, next_cursor}`: pass `next_cursor` as `cursor` to go on. Times are ISO 8601 in UTC, durations "
    "seconds. Errors are problem documents (RFC 9457) with a stable `code` and a `cure`. A POST with an "
    "`Idempotency-Key` may be sent again: it acts once. Programs send `Authorization: Bearer TOKEN`, where the token "
    "is what the file `token` in Penstock's home holds."
)
_PROBLEM: Final = {
    "description": "What went wrong.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_DOORS: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "The token of the home."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "penstock_session_PORT",
        "description": "What a browser gets for following the link that `penstock up` prints.",
    },
}
#: What stands in front of the door, and so is not part of the guarded app.
_PUBLIC: Final[dict[str, Any]] = {
    "/health": {
        "get": {
            "operationId": "getHealth",
            "summary": "Health",
            "description": "The service answers.",
            "responses": {
                "200": {
                    "description": "It does.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}},
                }
            },
        }
    },
    "/api/v1/session": {
        "post": {
            "operationId": "signIn",
            "summary": "Sign In",
            "description": "A session, as a cookie, for the one-time code of a link or for the token.",
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionBody"}}},
            },
            "responses": {"204": {"description": "Signed in."}},
        }
    },
}


def document(routers: list[APIRouter]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all routes."""
    routes = [route for router in routers for route in router.routes]
    found: dict[str, Any] = get_openapi(title="Penstock", version="1", description=_ABOUT, routes=routes)
    for path, public in _PUBLIC.items():
        found["paths"].setdefault(path, {}).update(
            {method: {**operation, "security": []} for method, operation in public.items()}
        )
    for operations in found["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)  # FastAPI's own form of it, which nobody is sent
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for foreign in ("HTTPValidationError", "ValidationError"):
        schemas.pop(foreign, None)
    schemas.update({name: schema for name, schema in _schemas().items() if name not in schemas})
    components["responses"] = {"Problem": _PROBLEM}
    components["securitySchemes"] = _DOORS
    found["security"] = [{"token": []}, {"session": []}]
    return found


def _schemas() -> dict[str, Any]:
    """Bodies that no route names: of errors, of the stream's events, of what is in front of the door."""
    written = [(model, "serialization") for model in (Problem, Health, Snapshot, Changes)]
    _, found = models_json_schema([*written, (SessionBody, "validation")], ref_template=REF_TEMPLATE)  # type: ignore[list-item]
    schemas: dict[str, Any] = found["$defs"]
    for schema in schemas.values():
        for part in schema.get("properties", {}).values():
            if part.get("default", ...) is None:
                # As FastAPI does: tools take a property with a default for one that is always there.
                del part["default"]
    return schemas


@lru_cache(maxsize=1)
def document_text() -> str:
    """The document as it is committed and served."""
    from penstock.server.routes import all_routers

    return json.dumps(document(all_routers()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(document_text(), end="")
