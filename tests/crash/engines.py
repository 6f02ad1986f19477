"""Engines of `penstock up` without the rest of it, as many as are wanted, on one store."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import psutil

from penstock.model import ids
from penstock.store import ownership, requests
from penstock.store.instances import known
from tests.crash.project import Project, until


def engine(project: Project, workers: int = 2, url: str | None = None) -> subprocess.Popen[str]:
    """An engine process that has said that it is ready, and told the store what there is. `url`: its way to that."""
    project.home.mkdir(exist_ok=True)
    where = ["--home", str(project.home), "--database", url or project.url, "--project", str(project.folder)]
    child = project.spawns(
        [sys.executable, "-m", "penstock.compose.engine_process", "--workers", str(workers), "--grace", "1", *where]
    )
    assert child.stdout is not None
    while not json.loads(child.stdout.readline()).get("ready"):
        pass
    return child


def ask(project: Project, count: int) -> list[str]:
    """Runs, asked of the store itself."""
    until(lambda: _is_known(project), "the pipeline is known")
    with project.database.write() as connection:
        return [requests.ask_for_run(connection, pipeline="drill", now=time.time()) for _ in range(count)]


def _is_known(project: Project) -> bool:
    with project.database.read() as connection:
        return bool(connection.all("SELECT 1 FROM pipeline WHERE pipeline = 'drill'"))


def owners(project: Project) -> dict[str, int | None]:
    with project.database.read() as connection:
        runs = [row[0] for row in connection.all("SELECT id FROM run")]
        return {run: ownership.owner_of(connection, ids.key_of(run)) for run in runs}


def instance_of(project: Project, child: subprocess.Popen[str]) -> int:
    """The number under which an engine is registered."""
    with project.database.read() as connection:
        return next(one.id for one in known(connection) if one.process.pid == child.pid)


def tree(child: subprocess.Popen[str]) -> list[psutil.Process]:
    """An engine with its agent and workers."""
    top = psutil.Process(child.pid)
    return [top, *top.children(recursive=True)]
