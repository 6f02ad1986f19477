"""Drill 2: two engines on one store. One is killed, or frozen for longer than its lease: the other goes on."""

from __future__ import annotations

import contextlib
import random
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import psutil

from penstock.errors import StoreBusy
from penstock.store.database import open_database
from penstock.store.instances import TIME_TO_LIVE
from tests.crash import laws
from tests.crash.engines import ask, engine, instance_of, owners, tree
from tests.crash.gate import Gate, gate_to
from tests.crash.outcome import Outcome, over
from tests.crash.project import Project, until
from tests.crash.record import Record, read_record

#: Long enough that both have some when one is gone.
RUNS = 4
TEXT = """
def step(before=None):
    work(0.15, False)
    return 1

for at in range(6):
    drill.task(name=f"t{at}", inputs={"before": f"t{at - 1}"} if at else {}, grace="0.2s")(step)
"""
#: Tries of a task go on for longer than another engine waits, the first ones at least; each tells that it is there.
LONG = """
@drill.task(grace="0.2s")
def long():
    for _ in range(250 if run.attempt == 1 else 5):
        witness(f"beat-{os.getpid()}")
        time.sleep(0.1)
    return 1
"""
#: A task that goes on like that, and beside it one after another, so that its engine commits all the time.
BUSY = (
    LONG
    + """
def step(before=None):
    time.sleep(0.02)
    return 1

for at in range(500):
    drill.task(name=f"t{at}", inputs={"before": f"t{at - 1}"} if at else {})(step)
"""
)


def kill_one(folder: Path, seed: int, database: str | None = None) -> Outcome:
    """The engine alone is killed; its agent ends with it."""
    chance = random.Random(seed)
    project = Project(folder, text=TEXT, database=database)
    try:
        victim, gone = _under_way(project, chance)
        start = time.monotonic()
        victim.kill()
        until(lambda: gone not in _open(project), "the other has its runs")
        figures = {"taken over": time.monotonic() - start}
        until(project.over, "all runs are over")
        return Outcome(figures, [*project.broken(), *over(figures, "taken over", 20.0)])
    finally:
        project.end()


def freeze_one(folder: Path, seed: int, database: str | None = None, *, hurry: bool = False) -> Outcome:
    """An engine stands still with all its processes, as on another machine that sleeps; later it goes on.

    `hurry`: its lease is half over already.
    """
    chance = random.Random(seed)
    project = Project(folder, text=TEXT, database=database)
    frozen: list[psutil.Process] = []
    try:
        victim, gone = _under_way(project, chance)
        frozen = tree(victim)
        start = _freeze(project, frozen)
        _elsewhere(project, gone, TIME_TO_LIVE - 4.0 if hurry else 0.0)
        until(lambda: gone not in _open(project), "the other has its runs")
        figures = {"taken over": time.monotonic() - start}
        until(project.over, "all runs are over")
        before = _record(project)
        thawed = time.monotonic()
        _thaw(frozen)
        until(lambda: victim.poll() is not None, "the one that was frozen ends")
        figures["ended after thaw"] = time.monotonic() - thawed
        after = _record(project)
        wrote = [] if before == after else ["the engine that was frozen has written"]
        # What its workers did on their own is no promise of this machine: only the record is held to its laws.
        return Outcome(figures, [*laws.at_rest(after), *wrote, *over(figures, "taken over", 20.0)])
    finally:
        _thaw(frozen)
        project.end()


def freeze_without_agent(folder: Path, seed: int, database: str | None = None) -> Outcome:
    """An engine stands still, its agent does not: no task goes on beside what another engine makes of it."""
    project = Project(folder, text=LONG, database=database)
    frozen: list[psutil.Process] = []
    try:
        victim, gone = _under_way(project, random.Random(seed), runs=2)
        frozen = [psutil.Process(victim.pid)]
        start = _freeze(project, frozen)
        _elsewhere(project, gone, 0.0)
        until(lambda: gone not in _open(project), "the other has its runs")
        figures = {"taken over": time.monotonic() - start}
        until(project.over, "all runs are over")
        before = _record(project)
        _thaw(frozen)
        until(lambda: victim.poll() is not None, "the one that was frozen ends")
        after = _record(project)
        wrote = [] if before == after else ["the engine that was frozen has written"]
        return Outcome(figures, [*laws.at_rest(after), *wrote, *_at_once(project), *over(figures, "taken over", 20.0)])
    finally:
        _thaw(frozen)
        project.end()


def cut_off_one(folder: Path, seed: int, database: str, *, writing: bool = False) -> Outcome:
    """An engine does not reach the database any more, its tasks could go on: none does beside what another makes of it.

    Later it reaches the database again. `writing`: it is in the middle of a commit, and holds its run.
    """
    project = Project(folder, text=BUSY if writing else LONG, database=database)
    try:
        with gate_to(database) as (gate, way):
            victim = engine(project, 2, way)
            (run,) = ask(project, 1)
            until(lambda: bool(project.seen), "it is at work")
            number = instance_of(project, victim)
            engine(project, 2)
            if writing:
                _shut_while_it_holds(project, gate, run)
            else:
                gate.shut()
            _elsewhere(project, number, 0.0)
            start = time.monotonic()
            until(lambda: number not in _open(project), "the other has its runs")
            figures = {"taken over": time.monotonic() - start}
            until(project.over, "all runs are over")
            before = _record(project)
            gate.open()
            until(lambda: victim.poll() is not None, "the one that was cut off ends")
            after = _record(project)
        wrote = [] if before == after else ["the engine that was cut off has written"]
        return Outcome(figures, [*laws.at_rest(after), *wrote, *_at_once(project), *over(figures, "taken over", 20.0)])
    finally:
        project.end()


def cut_off_writing(folder: Path, seed: int, database: str) -> Outcome:
    """An engine does not reach the database any more in the middle of a commit."""
    return cut_off_one(folder, seed, database, writing=True)


def _shut_while_it_holds(project: Project, gate: Gate, run: str) -> None:
    """Shut the way of the engine that has a run between a statement that holds the run and the commit."""
    for _ in range(100):
        gate.shut_before(b"COMMIT")
        until(lambda: gate.is_shut, "it is about to commit")
        with project.database.write() as connection:
            if connection.one("SELECT 1 FROM run WHERE id = ? FOR UPDATE SKIP LOCKED", (run,)) is None:
                return
        # It was the end of a look, or another commit.
        gate.open()
    raise AssertionError("it never commits anything of its run")


def _at_once(project: Project) -> list[str]:
    """Tries of one task that went on at the same time; there are two of one at least."""
    lives: dict[str, dict[str, list[float]]] = {}
    for one in project.seen:
        lives.setdefault(one.run, {}).setdefault(one.word, []).append(one.at)
    found = []
    for run, tries in lives.items():
        ordered = sorted((min(at), max(at)) for at in tries.values())
        found += [f"two tries of run {run} went on at once" for one, two in pairwise(ordered) if two[0] < one[1]]
    return found if any(len(tries) > 1 for tries in lives.values()) else [*found, "nothing was tried again"]


def _under_way(project: Project, chance: random.Random, runs: int = RUNS) -> tuple[subprocess.Popen[str], int]:
    """One of two engines, in the middle of its runs, and its number."""
    engines = [engine(project, 1), engine(project, 1)]
    ask(project, runs)
    until(lambda: len(project.seen) >= chance.choice((2, 4, 8)), "they are at work")
    victim = chance.choice(engines)
    number = instance_of(project, victim)
    if number not in _open(project):
        victim = engines[1 - engines.index(victim)]
        number = instance_of(project, victim)
    return victim, number


def _open(project: Project) -> set[int | None]:
    """The owners of runs that are not over."""
    states, of = project.states(), owners(project)
    return {of[run] for run in states if states[run] in ("created", "running", "cancelling") and of[run] is not None}


def _freeze(project: Project, processes: list[psutil.Process]) -> float:
    """Let them stand still, but not in the middle of a write: no other machine can hold the file of SQLite. When that
    was."""
    other = open_database(project.url, patience=0.2)
    try:
        while True:
            start = time.monotonic()
            for process in processes:
                process.suspend()
            try:
                with other.write():
                    return start
            except StoreBusy:
                _thaw(processes)
    finally:
        other.close()


def _elsewhere(project: Project, number: int, silent: float) -> None:
    """From now on that engine is on another machine, and was last heard of so many seconds ago."""
    with project.database.write() as connection:
        connection.run(
            "UPDATE instance SET host = 'elsewhere', boot_id = 'elsewhere', beat_at = ? WHERE id = ?",
            (int((time.time() - silent) * 1e6), number),
        )


def _thaw(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()


def _record(project: Project) -> Record:
    with project.database.read() as connection:
        return read_record(connection)
