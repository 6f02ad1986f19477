"""A drill of limits: many runs at once against a limit, two `penstock up` on one store, their engines killed meanwhile.

By the order of the history's own rows never more go than the limit lets, none is lost, and nothing stays held.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx2
import psutil

from penstock.model import ids
from penstock.model.states import TERMINAL_RUN
from penstock.store import requests
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database, open_database
from tests.crash.outcome import Outcome
from tests.loopback import NO_TLS

COMMAND: Final = [sys.executable, "-m", "penstock.cli"]
ENGINE: Final = "penstock.compose.engine_process"
FLOW: Final = """
import time
from penstock import Pipeline
narrow = Pipeline("narrow", concurrency=LIMIT)

@narrow.task
def first() -> int:
    time.sleep(0.02)
    return 1

@narrow.task
def second(first: int) -> int:
    return first + 1
"""


class LimitResult(NamedTuple):
    """How a drill of limits went. `most`: runs at the same time; `took`: seconds; `broken`: laws that do not hold."""

    seed: int
    runs: int
    kills: int
    most: int
    took: float
    broken: list[str]


class Site:
    """One `penstock up` with a home of its own, on a store that it shares."""

    def __init__(self, project: Path, home: Path, database: str) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        env |= {"PENSTOCK_HOME": str(home), "PENSTOCK_DATABASE": database}
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--port", "0", "--workers", "2", "--json"], cwd=project, env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        token = (home / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx2.Client(base_url=f"{told['url']}/api/v1", headers=headers, timeout=60, verify=NO_TLS)

    def ask(self) -> str:
        answer = self.http.post("/runs", json={"pipeline": "narrow"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def kill_engine(self) -> bool:
        """SIGKILL to its engine process; False where there is none just now."""
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children():
                if any(ENGINE in word for word in child.cmdline()):
                    child.send_signal(signal.SIGKILL)
                    return True
        return False

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.http.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


def limit_drill(
    seed: int, database: str | None = None, *, runs: int = 200, limit: int = 2, kills: int = 20, patience: float = 600.0
) -> LimitResult:
    """One drill on the store at `database`, by default a file of its own.

    Half of the runs are asked for over HTTP, half in the store, all at once; engines are killed at moments of chance.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="penstock-limits-") as folder:
        project = Path(folder)
        (project / "flow.py").write_text(FLOW.replace("LIMIT", str(limit)), encoding="utf-8")
        url = database or str(project / "penstock.db")
        began = time.monotonic()
        first = Site(project, project / "home-a", url)
        sites = [first, Site(project, project / "home-b", url)]
        store = open_database(url)
        try:
            _until_known(store)
            asked = _ask_all(sites, store, runs)
            left = kills
            while _open(store) and time.monotonic() - began < patience:
                # Chance decides when; in between nothing is waited for.
                threading.Event().wait(chance.uniform(0.1, 1.0))
                left -= left > 0 and chance.choice(sites).kill_engine()
        finally:
            for site in sites:
                site.end()
        broken, most = _judge(store, asked, limit)
        store.close()
    return LimitResult(seed, runs, kills - left, most, time.monotonic() - began, broken)


def limited(_folder: Path, seed: int, database: str | None = None) -> Outcome:
    """The long drill, as `python -m tests.crash` takes it."""
    result = limit_drill(seed, database)
    return Outcome({"200 runs at a limit of 2": result.took, "runs at once, of 2": result.most}, result.broken)


def _ask_all(sites: list[Site], store: Database, runs: int) -> list[str]:
    def ask(number: int) -> str:
        if number % 2:
            return sites[number % 4 // 2].ask()
        with store.write() as connection:
            return requests.ask_for_run(connection, pipeline="narrow", now=time.time())

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(ask, range(runs)))


def _until_known(store: Database) -> None:
    while True:
        with store.read() as connection:
            if connection.one("SELECT 1 FROM pipeline WHERE pipeline = 'narrow'") is not None:
                return
        threading.Event().wait(0.05)


def _open(store: Database) -> bool:
    with store.read() as connection:
        return connection.one("SELECT 1 FROM run WHERE ended_at IS NULL") is not None


def _judge(store: Database, asked: list[str], limit: int) -> tuple[list[str], int]:
    """The laws that are broken, and how many runs went at once."""
    broken = [str(problem) for problem in check(store)]
    with store.read() as connection:
        states = dict(connection.all("SELECT id, state FROM run"))  # type: ignore[arg-type]
        lost = [run for run in asked if states.get(run) != "succeeded"]
        if lost:
            broken.append(f"{len(lost)} of {len(asked)} did not succeed: {Counter(states.get(run) for run in lost)}")
        if held := connection.all("SELECT name, run_key, place FROM slot"):
            broken.append(f"slots are held by nobody: {held[:5]}")
        most, orders = _history(connection)
    if most > limit:
        broken.append(f"{most} went at once, and the limit is {limit}")
    return broken + orders, most


def _history(connection: Connection) -> tuple[int, list[str]]:
    """How many went at once by the order of the history, and what is wrong in it."""
    going: set[int] = set()
    most, broken = 0, []
    for key, kind in connection.all("SELECT run_key, kind FROM event WHERE seq IS NULL ORDER BY id"):
        state = kind.removeprefix("run.")
        if state == "running":
            if key in going:
                broken.append(f"run {ids.run_id(key)} began twice")
            going.add(key)
        elif state in TERMINAL_RUN:
            going.discard(key)
        most = max(most, len(going))
    return most, broken


def main(arguments: Any = None) -> int:
    """`python -m tests.crash.limits [SEED [DATABASE]]`: one long drill."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    result = limit_drill(int(words[0]) if words else 0, words[1] if len(words) > 1 else None)
    print(f"{result.runs} runs in {result.took:.1f} s, {result.kills} kills, at most {result.most} at once")
    for law in result.broken:
        print(f"broken: {law}")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
