"""Drill 10: everything is asked to end under load, or killed at once, and comes back."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from pathlib import Path

import psutil

from tests.crash.outcome import Outcome, over
from tests.crash.processes import marked
from tests.crash.project import Project, until


def drained(folder: Path, seed: int, runs: int = 8) -> Outcome:
    """SIGTERM to `penstock up`: it ends by itself, with all that it started, and the next one has every run."""
    project = Project(folder, seed)
    try:
        child, promised = _busy(project, random.Random(seed), runs)
        start = time.monotonic()
        child.send_signal(signal.SIGTERM)
        status = child.wait(60)
        figures = {"drained": time.monotonic() - start}
        wrong = [] if status == 0 else [f"it ended with status {status}"]
        with contextlib.suppress(TimeoutError):
            figures["gone after that"] = until(lambda: not marked(project.mark), "all its processes are gone", 20.0)
            wrong += over(figures, "gone after that", 1.0)
        wrong += [f"process {process.pid} is left" for process, _ in marked(project.mark)]
        project.up()
        return _rest(project, promised, figures, wrong)
    finally:
        project.end()


def killed(folder: Path, seed: int, runs: int = 8) -> Outcome:
    """kill -9 to every process at once, as when the machine is reset; then it starts again."""
    project = Project(folder, seed)
    try:
        _, promised = _busy(project, random.Random(seed), runs)
        for process, _ in marked(project.mark):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        until(lambda: not marked(project.mark), "nothing is left")
        begun, start = len(project.seen), time.monotonic()
        project.starts("up", "--port", "0", "--json")
        until(lambda: len(project.seen) > begun or project.over(), "it works again")
        figures = {"running again": time.monotonic() - start}
        return _rest(project, promised, figures, over(figures, "running again", 5.0))
    finally:
        project.end()


def _busy(project: Project, chance: random.Random, runs: int):  # type: ignore[no-untyped-def]
    child = project.up("--grace", "2s")
    promised = [project.asks() for _ in range(runs)]
    moment = chance.choice((1, 8, 32, 128))
    until(lambda: len(project.seen) >= moment or project.over(), "it is at work")
    return child, promised


def _rest(project: Project, promised: list[str], figures: dict[str, float], wrong: list[str]) -> Outcome:
    """All that was promised is there and comes to its end."""
    until(project.over, "all runs are over")
    states = project.states()
    lost = [f"run {run} was promised, and is not there" for run in promised if run not in states]
    return Outcome({**figures, "lost": len(lost)}, [*wrong, *lost, *project.broken()])
