"""Runs with stored values, and an app that serves nothing but outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from penstock.artifacts import ArtifactStore
from penstock.model import ids
from penstock.model.artifact import Artifact
from penstock.server.api import HANDLERS
from penstock.server.doors import Caller
from penstock.server.routes.outputs import router
from penstock.server.service import Service
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit, NewArtifact
from penstock.store.write import apply
from tests.store import made

RUN = ids.run_id(made.KEY)


class Home:
    """A store with one run, whose tasks store what a test gives them."""

    def __init__(self, folder: Path) -> None:
        self.artifacts = ArtifactStore(folder / "artifacts")
        self.database: Database = open_database(folder / "penstock.db")
        self._seq = 0
        with self.database.write() as connection:
            apply(connection, made.first_commit(tasks=0))
        self.service = Service(self.database, self.artifacts.root, folder / "logs", folder, 7420, "token")

    def store(self, dataset: str, value: Any, map_index: int = -1) -> Artifact:
        """A task that made `value`."""
        return self.keep(dataset, self.artifacts.put(value, f"run/{self._seq}/{dataset}"), map_index)

    def keep(self, dataset: str, artifact: Artifact, map_index: int = -1) -> Artifact:
        """A task that made what is there already."""
        seq, self._seq = self._seq, self._seq + 1
        kind, inline, path, size, digest, rows, columns, python_type, safe = artifact.to_list()
        shape = None if columns is None else json.dumps(columns)
        row = NewArtifact(
            made.KEY, seq, 1, dataset, kind, inline, path, size, digest, rows, shape, python_type, safe, made.AT
        )
        task = made.task_run(seq, task=f"make_{dataset}"[:200], map_index=map_index)
        commit = Commit(new_task_runs=[task], new_attempts=[made.attempt(seq)], artifacts=[row])
        with self.database.write() as connection:
            apply(connection, commit)
        return artifact

    def file(self, artifact: Artifact) -> Path:
        """The file, made writable for a test that damages it."""
        file = self.artifacts.file(artifact)
        file.chmod(0o644)
        return file

    @contextmanager
    def client(self) -> Iterator[TestClient]:
        """Asks over HTTP; addresses are below those of the run's outputs."""
        app = FastAPI(routes=router.routes)
        app.state.service = self.service
        for kind, told in HANDLERS.items():
            app.add_exception_handler(kind, told)
        app.add_middleware(_LetIn)
        with TestClient(app, base_url=f"http://testserver/api/v1/runs/{RUN}/") as client:
            yield client
        if hasattr(app.state, "readers"):
            app.state.readers.close()


class _LetIn:
    """Who asks is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = Caller("token")
        await self._app(scope, receive, send)
