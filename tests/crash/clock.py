"""Drill 7: the clock of the machine is set forward and back by an hour, in the middle of runs."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

from penstock.store.check import check
from tests.crash import laws
from tests.crash.outcome import Outcome
from tests.crash.project import Project, until
from tests.crash.record import read_record

HOUR: Final = 3600.0
#: The jump after which the engine is killed.
KILL: Final = 4
#: Python loads this at its start, in every process: the clock is off by what a file says.
_SITE: Final = """
import os, time
_real, _file, _known = time.time, os.environ.get("DRILL_CLOCK"), [0.0, 0.0]

def _offset():
    now = time.monotonic()
    if now - _known[0] > 0.02:
        _known[0] = now
        try:
            with open(_file) as file:
                _known[1] = float(file.read() or 0)
        except (OSError, ValueError):
            pass
    return _known[1]

if _file:
    time.time = lambda: _real() + _offset()
    time.time_ns = lambda: int(time.time() * 1e9)
"""
_TEXT: Final = """
@drill.task(retry=Retry(3, delay="1s"), grace="0.2s")
def fails_first():
    work(0.05, False)
    assert run.attempt == 3
    return 1

@drill.task(retry=Retry(4, delay="10ms"), timeout="1s", grace="0.2s")
def out_of_time():
    work(30 if run.attempt == 1 else 0.05, True)
    return 1

@drill.task(on_lost="retry")
def long():
    for _ in range(30):
        time.sleep(0.1)
    return 1

@drill.task
def last(fails_first, out_of_time, long):
    return 1
"""


def moved(folder: Path, seed: int) -> Outcome:
    """The clock jumps ten times, the engine is killed in between; nothing waits for an hour, and no law is broken."""
    chance = random.Random(seed)
    project = Project(folder, text=_TEXT)
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(_SITE)
    path = project.env.get("PYTHONPATH")
    project.env["PYTHONPATH"] = f"{folder}/site:{path}" if path else f"{folder}/site"
    project.env["DRILL_CLOCK"] = f"{folder}/clock"
    try:
        project.up()
        promised = [project.asks() for _ in range(2)]
        start = time.monotonic()
        for jump in range(10):
            hours = chance.choice((-1, 1) if jump == 0 else (-1, 0, 1))
            (folder / "clock").write_text(str(HOUR * hours))
            time.sleep(0.3)
            if jump == KILL:
                for process in project.find("engine"):
                    process.kill()
        (folder / "clock").write_text("0")
        until(lambda: len(project.states()) == 2 and project.over(), "all runs are over")
        figures = {"over after": time.monotonic() - start}
        with project.database.read() as connection:
            broken = laws.at_rest(read_record(connection))
            far = connection.all("SELECT 1 FROM event WHERE abs(at - ?) > 3e9 LIMIT 1", (time.time() * 1e6,))
        broken += [problem.message for problem in check(project.database)]
        broken += [f"run {run} is {state}" for run, state in project.states().items() if state != "succeeded"]
        broken += [] if far else ["no event was an hour off: the clock did not move"]
        broken += [f"run {run} is lost" for run in promised if run not in project.states()]
        return Outcome(figures, broken)
    finally:
        project.end()
