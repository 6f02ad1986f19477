"""How soon is it seen that a worker, an agent or an engine is gone? A part of drill 1, with figures."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Final, Literal

import psutil

from tests.crash.outcome import Outcome, over
from tests.crash.project import Project, until

_TEXT: Final = """
@drill.task(retry=Retry(5, delay="10ms"))
def long():
    (HERE / "part").write_text(str(os.getpid()))
    (HERE / "part").rename(HERE / f"pid {run.attempt}")
    work(0.2 if (HERE / "go").exists() else 60, False)
    return 1
"""


def seen(folder: Path, victim: Literal["worker", "agent", "engine"]) -> Outcome:
    """Kill it under a task: seconds until that is on record, or until the task goes on under another engine."""
    project = Project(folder, text=_TEXT)
    try:
        project.up()
        run = project.asks()
        until(lambda: (folder / "pid 1").exists() and project.attempts() == [("running", None)], "the task runs")
        number = int((folder / "pid 1").read_text())
        before = _owner(project)
        (folder / "go").touch()
        processes = [psutil.Process(number)] if victim == "worker" else project.find(victim)
        start = time.monotonic()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if victim == "engine":
            # Its tasks go on under the next one: nothing is lost.
            until(lambda: _owner(project) != before, "the next engine has the run")
            figures = {"engine's runs adopted": time.monotonic() - start}
            project.posts(f"/runs/{run}/actions/cancel", {})
            until(project.over, "the run is over")
            lost = [f"attempts are {project.attempts()}"] if project.attempts() != [("cancelled", "user")] else []
            return Outcome(figures, [*lost, *over(figures, "engine's runs adopted", 5.0), *project.broken()])
        until(lambda: project.attempts()[0][0] == "lost", "the loss is on record")
        figures = {f"{victim} loss seen": time.monotonic() - start}
        until(project.over, "the run is over")
        states = [] if project.states()[run] == "succeeded" else [f"the run is {project.states()[run]}"]
        return Outcome(figures, [*states, *over(figures, f"{victim} loss seen", 1.0), *project.broken()])
    finally:
        project.end()


def _owner(project: Project) -> int | None:
    with project.database.read() as connection:
        row = connection.one("SELECT owner FROM run")
    return None if row is None else row[0]
