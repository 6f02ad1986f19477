"""The API's document: what is committed for the page is what the app answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from penstock.server.openapi import document_text
from tests.server.world import World

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "ui" / "src" / "wire" / "openapi.json"
PAGE = ROOT / "docs" / "http.md"


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document_text())
    return found


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """All of them. What is committed is what the app has, by the first test here, and is read at once."""
    paths: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"]
    return [(method, path, operation) for path, methods in paths.items() for method, operation in methods.items()]


def test_the_committed_document_is_that_of_the_app() -> None:
    """If not: python -m penstock.server.openapi > ui/src/wire/openapi.json; cd ui; npm run wire."""
    assert COMMITTED.read_text(encoding="utf-8") == document_text()


def test_it_is_openapi_3_1_and_its_references_lead_somewhere() -> None:
    found = document()
    assert found["openapi"].startswith("3.1.")
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', document_text())):
        place: Any = found
        for step in reference.split("/"):
            place = place[step]


def test_every_operation_has_a_name_of_its_own_and_tells_of_errors() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-zA-Z]+", name) for name in names)
    for _, path, operation in operations():
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, path
        assert operation["description"], path


def test_only_what_anybody_may_ask_needs_no_credentials() -> None:
    free = {operation["operationId"] for _, _, operation in operations() if operation.get("security") == []}
    assert free == {"getHealth", "signIn"}
    assert document()["security"] == [{"token": []}, {"session": []}]


def test_it_is_served_to_who_is_signed_in(world: World) -> None:
    assert world.program.get("/api/v1/openapi.json").json() == document()


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_every_address_is_on_the_page_of_the_docs(method: str, path: str, operation: dict[str, Any]) -> None:
    line = f"| `{method.upper()} {path.removeprefix('/api/v1')}` | "
    rows = [row for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith(line)]
    assert len(rows) == 1, f"docs/http.md has no line that starts with {line}"
