"""One drill: a project runs a pipeline, one of its processes is killed at some moment, and all has to end well."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, NamedTuple

import psutil

from penstock.model.states import TERMINAL_RUN
from penstock.store.database import open_database
from tests.crash import graphs, laws

COMMAND: Final = [sys.executable, "-m", "penstock.cli"]
PATIENCE: Final = 60.0
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


class Result(NamedTuple):
    """How a drill went. `recovered`: seconds from the kill until the run was over; `broken`: laws that do not hold."""

    seed: int
    victim: Victim
    state: str
    recovered: float
    began: int
    broken: list[str]


class Project:
    """A folder with a pipeline of chance, and the processes of a person who works with it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.mark = f"{folder}"
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        self.env |= {"PENSTOCK_TEST_MARK": self.mark}
        self.children: list[subprocess.Popen[str]] = []
        (folder / "flow.py").write_text(graphs.source(seed), encoding="utf-8")

    @property
    def home(self) -> Path:
        return self.folder / ".penstock"

    @property
    def seen(self) -> list[laws.Witness]:
        return laws.witnesses(self.folder / "witness")

    def starts(self, *words: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [*COMMAND, *words], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.children.append(child)
        return child

    def up(self) -> None:
        """`penstock up`, until it answers."""
        child = self.starts("up", "--port", "0", "--json")
        assert child.stdout is not None
        self.document = json.loads(child.stdout.readline())

    def find(self, victim: Victim) -> list[psutil.Process]:
        return [process for process, words in laws.marked(self.mark) if WORDS[victim] in " ".join(words)]

    def states(self) -> list[str]:
        database = open_database(self.home / "penstock.db")
        try:
            with database.read() as connection:
                return [row[0] for row in connection.all("SELECT state FROM run")]
        finally:
            database.close()

    def over(self) -> bool:
        states = self.states()
        return bool(states) and all(state in TERMINAL_RUN for state in states)

    def end(self) -> None:
        """End what this person started, by id, and all that it left."""
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGKILL)
            child.communicate()
        until(lambda: not laws.marked(self.mark), "all processes are gone")


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition; the interval only bounds how often it is asked. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"never came true: {what}")
        time.sleep(0.01)


def kill_one(folder: Path, seed: int, victim: Victim) -> Result:
    """Kill one process of that kind at a moment of chance in the middle of a run. Raises TimeoutError."""
    chance = random.Random(seed)
    project = Project(folder, seed)
    try:
        if victim == "terminal":
            project.starts("run", "flow.py")
        else:
            project.up()
            _ask(project)
        moment = chance.choice((1, 2, 4, 8, 16, 64))
        until(lambda: len(project.seen) >= moment or _over(project), "the run is under way")
        time.sleep(chance.random() * 0.03)  # chance within a task, no wait for anything
        killed = time.monotonic()
        found = project.find(victim)
        for process in [chance.choice(found)] if victim == "worker" and found else found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if victim in ("supervisor", "terminal"):
            until(lambda: not laws.marked(project.mark), "what it left is gone")
            project.up()  # whoever comes next tells what became of it
        until(project.over, "the run is over")
        recovered = time.monotonic() - killed
        # Children of what was killed are ended within the second.
        with contextlib.suppress(TimeoutError):
            until(lambda: not laws.left_over(project.mark), "children of tasks are gone", 2.0)
        broken = laws.broken(project.home, project.seen, project.mark)
        began = sum(one.word == "begin" for one in project.seen)
        return Result(seed, victim, ",".join(project.states()), recovered, began, broken)
    finally:
        project.end()


def _ask(project: Project) -> None:
    import httpx2

    token = (project.home / "token").read_text().strip()
    answer = httpx2.post(
        f"{project.document['url']}/api/v1/runs", json={"pipeline": "drill"}, timeout=PATIENCE,
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    answer.raise_for_status()


def _over(project: Project) -> bool:
    return (project.home / "penstock.db").exists() and project.over()
