"""A Kedro project that is run by Kedro itself, and what Penstock has recorded of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from penstock.compose.home import Home
from penstock.compose.kedro_spools import finish
from penstock.integrations.kedro import spool
from penstock.store.connection import Connection
from penstock.store.database import open_database
from penstock.store.documents import run_document
from penstock.store.events import list_events
from tests.warm import Started, warm_kedro

PATIENCE = 180.0
DRIVER = Path(__file__).parent / "driver.py"
CELLS = Path(__file__).parent / "cells.py"


class Recorded:
    """A project with its home. `python` runs Kedro there, by default that of the tests."""

    def __init__(self, project: Path, python: Path = Path(sys.executable), **env: str) -> None:
        self.project = project
        self.python = python
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        self.env |= {"DO_NOT_TRACK": "1", "COLUMNS": "200", **env}
        path = project / ".penstock"
        self.home = Home(path, str(path / "penstock.db"))

    def kedro(self, *words: str, exit_code: int = 0) -> str:
        """A command of Kedro's to its end; what it said."""
        done = self.started(*words)
        said, _ = done.communicate(timeout=PATIENCE)
        assert done.returncode == exit_code, said
        return str(said)

    def started(self, *words: str) -> Started | subprocess.Popen[str]:
        """A command of Kedro's under way."""
        return self._started("kedro", *words)

    def python_module(self, *words: str) -> None:
        """`python -m` to its end, which is a good one."""
        done = self._started(*words)
        said, _ = done.communicate(timeout=PATIENCE)
        assert done.returncode == 0, said

    def drives(self, *cases: dict[str, Any]) -> list[str | None]:
        """Runs from Python, one after the other in one process; what was raised of each."""
        return self._raised(str(DRIVER), str(self.project), json.dumps(cases))

    def cells(self, *texts: str) -> list[str | None]:
        """Cells of a notebook, one after the other in one process; what was raised of each."""
        return self._raised(str(CELLS), json.dumps(texts))

    def _raised(self, *words: str) -> list[str | None]:
        done = self._started(*words)
        said, _ = done.communicate(timeout=PATIENCE)
        assert done.returncode == 0, said
        raised: list[str | None] = json.loads(said.splitlines()[-1])
        return raised

    def _started(self, *words: str) -> Started | subprocess.Popen[str]:
        return warm_kedro(self.python).start(words, cwd=self.project, env=self.env, together=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The database, as it is."""
        database = open_database(self.home.database_url)
        try:
            with database.read() as connection:
                yield connection
        finally:
            database.close()

    def settle(self) -> None:
        """Wait until all that is over is on record."""
        database = open_database(self.home.database_url)
        try:
            for _ in range(20):
                finish(self.home, database)
                if not self.spools():
                    return
        finally:
            database.close()
        raise AssertionError([file.read_text() for one in self.spools() for file in one.glob(spool.TROUBLE)])

    def spools(self) -> list[Path]:
        """Spools that are there."""
        folder = self.home.path / spool.FOLDER
        return list(folder.iterdir()) if folder.is_dir() else []

    def runs(self) -> list[dict[str, Any]]:
        """Documents of all runs that are over, oldest first."""
        self.settle()
        with self.reading() as connection:
            return [run_document(connection, key) for (key,) in connection.all("SELECT key FROM run ORDER BY key")]

    def run(self) -> dict[str, Any]:
        """The document of the only run."""
        (run,) = self.runs()
        return run

    def events(self, run: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
        """What happened in a run, in order: events of these kinds."""
        with self.reading() as connection:
            (key,) = connection.all("SELECT key FROM run WHERE id = ?", (run["id"],))[0]
            return [event for event in list_events(connection, key, limit=500).items if event["kind"] in kinds]

    def errors(self, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The errors of attempts by task, with all that is known."""
        with self.reading() as connection:
            rows = connection.all(
                "SELECT task.task, attempt.error FROM attempt JOIN task_run_row AS task ON task.run_key = "
                "attempt.run_key AND task.seq = attempt.seq JOIN run ON run.key = attempt.run_key "
                "WHERE run.id = ? AND attempt.error IS NOT NULL",
                (run["id"],),
            )
        return {task: json.loads(error) for task, error in rows}

    def log(self, run: dict[str, Any], task: str) -> list[dict[str, Any]]:
        """The lines of a node's log."""
        file = self.home.logs / run["id"] / f"{task}.1.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def states(run: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """State and reason by task."""
    return {task["name"]: (task["state"], task["reason"]) for task in run["tasks"]}


def task(run: dict[str, Any], name: str) -> dict[str, Any]:
    """A task of a document."""
    return next(dict(one) for one in run["tasks"] if one["name"] == name)
