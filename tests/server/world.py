"""The whole app on a store of its own, and who talks to it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.applications import Starlette

from penstock.model.spec import PipelineSpec, to_json
from penstock.server.app import close_app, create_app
from penstock.server.service import Service
from penstock.store import sessions
from penstock.store.database import open_database
from penstock.store.rows import Commit, NewVersion
from penstock.store.write import apply
from tests.store import made

PORT: Final = 7420
ORIGIN: Final = f"http://127.0.0.1:{PORT}"
TOKEN: Final = "a-token-of-thirty-two-characters"
COOKIE: Final = f"penstock_session_{PORT}"


class World:
    """A server in this process. `program` has the token, `visitor` nothing; `person()` follows a link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = open_database(folder / "penstock.db", patience=0.2)
        self.service = Service(self.database, folder / "artifacts", folder / "logs", folder / "shop", PORT, TOKEN)
        self.app: Starlette = create_app(self.service)
        self.visitor = self.client()
        self.program = self.client(Authorization=f"Bearer {TOKEN}")

    @property
    def api(self) -> FastAPI:
        """What stands behind the door."""
        self.app.state.api.begin()
        made: FastAPI = self.app.state.api.made.result()
        return made

    def client(self, **headers: str) -> TestClient:
        return TestClient(
            self.app, base_url=ORIGIN, headers=headers, follow_redirects=False, raise_server_exceptions=False
        )

    def code(self) -> str:
        """A one-time code, as `penstock up` makes them."""
        with self.database.write() as connection:
            return sessions.create_code(connection, time.time())

    def person(self) -> TestClient:
        """A browser in which somebody signed in."""
        browser = self.client(**{"Sec-Fetch-Site": "same-origin"})
        answer = browser.get("/login", params={"code": self.code()}, headers={"Sec-Fetch-Mode": "navigate"})
        assert answer.status_code == 303
        return browser

    def write(self, commit: Commit) -> None:
        with self.database.write() as connection:
            apply(connection, commit)

    def run(self, at: float = 0.0, **facts: Any) -> str:
        """A run `at` seconds after the first; its id."""
        commit = made.first_commit(key=made.key_at(at), **facts)
        self.write(commit)
        return str(commit.new_runs[0].id)

    def define(self, spec: PipelineSpec) -> str:
        """A pipeline that is known; its version."""
        row = NewVersion(spec.namespace, spec.name, spec.version, json.dumps(to_json(spec)), made.AT)
        self.write(Commit(versions=[row]))
        return spec.version

    def close(self) -> None:
        close_app(self.app)
        self.database.close()


def problem(answer: Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert code is None or body["code"] == code, body
    return body
