"""A process that is killed around a commit leaves all of it or nothing of it, and a sound database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.store.check import check
from penstock.store.database import open_database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

ROOT = Path(__file__).parents[2]
#: Makes a run, then tells of each update that it was answered for. It dies where PENSTOCK_FAULT says.
CHILD = """
import sys
import threading
from tests.store import made
from penstock.store import instances
from penstock.store.database import open_database
from penstock.store.rows import Commit
from penstock.store.writer import Writer

database = open_database(sys.argv[1])
with database.write() as connection:
    assert instances.register(connection, "terminal", made.START) == 1
writer = Writer(database)

def write(name, commit):
    answered = threading.Event()
    writer.submit(commit, lambda error: (print(name, error, flush=True), answered.set()))
    assert answered.wait(20)

write("run", made.first_commit(3, owner=1))
for seq in range(3):
    write(f"task{seq}", Commit(
        fences=[made.fence(owner=1)],
        task_run_updates=[made.task_run_update(seq, attempts=1)],
        new_attempts=[made.attempt(seq)],
        artifacts=[made.artifact(seq)],
        events=[made.event("task_run.succeeded", seq, 1)],
    ))
"""


def die(url: str, fault: str) -> list[str]:
    """What a child that dies at `fault` was told before."""
    environment = {**os.environ, "PENSTOCK_FAULT": fault, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, url], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    return child.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("fault", "told", "kept"),
    [
        ("before_commit", [], None),
        ("after_commit", [], 0),
        ("before_commit:2", ["run None"], 0),
        ("after_commit:2", ["run None"], 1),
        ("before_commit:3", ["run None", "task0 None"], 1),
        ("after_commit:3", ["run None", "task0 None"], 2),
    ],
)
def test_killed_around_a_commit(url: str, fault: str, told: list[str], kept: int | None) -> None:
    assert die(url, fault) == told
    database = open_database(url)
    assert check(database) == []
    with database.read() as connection:
        states = [row[0] for row in connection.all("SELECT state FROM task_run_row ORDER BY seq")]
        rows = [connection.one(f"SELECT count(*) FROM {table}") for table in ("attempt", "artifact")]
        events = connection.one("SELECT count(*) FROM event WHERE seq IS NOT NULL")
    database.close()
    if kept is None:
        assert states == []
    else:
        assert states == ["succeeded"] * kept + ["queued"] * (3 - kept)
        assert [*rows, events] == [(kept,)] * 3


def test_the_next_process_goes_on_where_the_killed_one_stopped(url: str) -> None:
    die(url, "before_commit:2")
    database = open_database(url)
    with database.write() as connection:
        apply(connection, Commit(fences=[made.fence(owner=1)], task_run_updates=[made.task_run_update(0)]))
    database.close()
