"""A folder with a pipeline of chance, and the processes of a person who works with it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import psutil

from penstock.model.states import TERMINAL_RUN
from penstock.store.database import Database, open_database
from tests.crash import graphs, home
from tests.crash.processes import MARK, marked
from tests.loopback import NO_TLS

COMMAND: Final = [sys.executable, "-m", "penstock.cli"]
PATIENCE: Final = 60.0
#: Seconds between two looks of somebody who waits: it bounds how often is asked, nothing else.
LOOK: Final = 0.01
Victim = Literal["engine", "agent", "worker", "server", "supervisor", "terminal"]
#: A word of the command line of each.
WORDS: Final[dict[Victim, str]] = {
    "engine": "penstock.compose.engine_process",
    "agent": "penstock.agent",
    "worker": "penstock.worker",
    "server": "penstock.compose.serve",
    "supervisor": "penstock.cli",
    "terminal": "penstock.cli",
}


class Project:
    """One person's project. `text` is its pipeline, by default one drawn by `seed`; `database` another than its own."""

    def __init__(self, folder: Path, seed: int = 0, text: str | None = None, database: str | None = None) -> None:
        self.folder = folder
        self.home = folder / ".penstock"
        self.mark = f"{folder}"
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        self.env |= {MARK: self.mark}
        if database is not None:
            self.env["PENSTOCK_DATABASE"] = database
        self.children: list[subprocess.Popen[str]] = []
        self.document: dict[str, Any] = {}
        (folder / "flow.py").write_text(graphs.source(seed) if text is None else graphs.HEAD + text, encoding="utf-8")
        self._database = database
        self._opened: Database | None = None

    @property
    def url(self) -> str:
        """The address of its database."""
        return self._database or f"sqlite:///{self.home}/penstock.db"

    @property
    def seen(self) -> list[home.Witness]:
        return home.witnesses(self.folder / "witness")

    def attempts(self) -> list[tuple[str, str | None]]:
        """State and reason of each, as is on record."""
        with self.database.read() as connection:
            return [(row[0], row[1]) for row in connection.all("SELECT state, reason FROM attempt ORDER BY n")]

    @property
    def database(self) -> Database:
        """Its database, once somebody has made it; open until the end of the project."""
        if self._opened is None:
            self._opened = open_database(self.url)
        return self._opened

    def starts(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """A command of Penstock that goes on."""
        return self.spawns([*COMMAND, *words], **env)

    def spawns(self, command: list[str], **env: str) -> subprocess.Popen[str]:
        # In a session of its own: a group that loses its shell while one of it stands still is hung up as a whole.
        child = subprocess.Popen(
            command, cwd=self.folder, env=self.env | env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip
        self.children.append(child)
        return child

    def up(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """`penstock up`, once it answers."""
        child = self.starts("up", "--port", "0", "--json", *words, **env)
        assert child.stdout is not None
        self.document = json.loads(child.stdout.readline())
        return child

    def find(self, victim: Victim) -> list[psutil.Process]:
        return [process for process, words in marked(self.mark) if WORDS[victim] in " ".join(words)]

    def posts(self, path: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any] | None:
        """What the server answers, or None where it can't: it is dead, or it dies."""
        import httpx2

        token = (self.home / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        try:
            answer = httpx2.post(
                f"{self.document['url']}/api/v1{path}", json=body, timeout=20.0, headers=headers, verify=NO_TLS
            )
        except httpx2.HTTPError:
            return None
        return dict(answer.json()) | {"status": answer.status_code}

    def asks(self, pipeline: str = "drill", **body: Any) -> str:
        """Ask for a run until it is promised; its id. With one key it is one run, however often it is asked for."""
        key = os.urandom(8).hex()
        answer: dict[str, Any] | None = None

        def promised() -> bool:
            nonlocal answer
            answer = self.posts("/runs", {"pipeline": pipeline, **body}, key)
            return answer is not None and answer["status"] < 300

        until(promised, "a run is promised")
        assert answer is not None
        return str(answer["id"])

    def states(self) -> dict[str, str]:
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.all("SELECT id, state FROM run ORDER BY key")}

    def over(self) -> bool:
        """Is there a run, and is none that is not over?"""
        if self._opened is None and self._database is None and not (self.home / "penstock.db").exists():
            return False
        states = self.states()
        return bool(states) and all(state in TERMINAL_RUN for state in states.values())

    def answered(self) -> bool:
        """Has every command its answer?"""
        with self.database.read() as connection:
            return not connection.all("SELECT 1 FROM command WHERE state = 'waiting'")

    def broken(self) -> list[str]:
        """The laws that do not hold. Children of what was killed get time to end, as much as a loaded machine needs."""
        with contextlib.suppress(TimeoutError):
            until(lambda: not home.left_over(self.mark), "children of tasks are gone", 20.0)
        return home.broken(self.home, self.seen, self.mark, self._database)

    def end(self) -> None:
        """End what this person started, by id, and all that it left."""
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGKILL)
            child.communicate()
        if self._opened is not None:
            self._opened.close()
        until(lambda: not marked(self.mark), "all processes are gone")


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> float:
    """Wait for a condition; how long it took. Raises TimeoutError."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"never came true: {what}")
        time.sleep(LOOK)
    return time.monotonic() - start
