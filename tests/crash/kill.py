"""Drill 1: a process is killed at a named place, or at a moment of chance, while people act on the runs."""

from __future__ import annotations

import contextlib
import random
import time
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from penstock.model.states import TERMINAL_RUN
from tests.crash.outcome import Outcome
from tests.crash.processes import marked
from tests.crash.project import Project, Victim, until

#: What people do meanwhile, some of it twice as often.
ACTS: Final = ("cancel", "retry", "retry", "replay", "pause", "resume", "resume")


class Result(NamedTuple):
    """How it went. `recovered`: seconds from the kill until all runs were over and all commands answered."""

    seed: int
    victim: str
    states: list[str]
    recovered: float
    began: int
    lost: int
    broken: list[str]

    @property
    def outcome(self) -> Outcome:
        figures = {"over after a kill": self.recovered, "runs": len(self.states), "lost": self.lost}
        return Outcome(figures, self.broken)


def kill_one(folder: Path, seed: int, victim: Victim) -> Result:
    """Kill one process of that kind at a moment of chance in the middle of a run. Raises TimeoutError."""
    chance = random.Random(seed)
    project = Project(folder, seed % 20)
    try:
        promised = _begin(project, chance, victim)
        moment = chance.choice((1, 2, 4, 8, 16, 64))
        until(lambda: len(project.seen) >= moment or project.over(), "the run is under way")
        _act(project, chance)
        time.sleep(chance.random() * 0.03)  # chance within a task, no wait for anything
        killed = time.monotonic()
        found = project.find(victim)
        for process in [chance.choice(found)] if victim == "worker" and found else found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if victim in ("supervisor", "terminal"):
            until(lambda: not marked(project.mark), "what it left is gone")
            project.up()  # whoever comes next tells what became of it
        _act(project, chance)
        return _settled(project, seed, victim, promised, killed)
    finally:
        project.end()


def kill_at(folder: Path, seed: int, place: str, process: str) -> Result:
    """Let the first process that comes by a named place for the n-th time die there. Raises TimeoutError.

    `process`: a word of its command line.
    """
    chance = random.Random(seed)
    project = Project(folder, seed % 20)
    died = folder / "died"
    fault = {"PENSTOCK_FAULT": f"{place}:{chance.choice((1, 2, 3, 5, 8))}@{process}", "PENSTOCK_FAULT_ONCE": str(died)}
    project.env |= fault
    try:
        project.up()
        promised = [project.asks() for _ in range(2)]
        until(lambda: died.exists() or project.over(), "somebody has died, or never comes by")
        _act(project, chance)
        return _settled(project, seed, f"{process} at {place}", promised, time.monotonic())
    finally:
        project.end()


def _begin(project: Project, chance: random.Random, victim: Victim) -> list[str]:
    if victim == "terminal":
        project.starts("run", "flow.py")
        return []
    project.up()
    return [project.asks() for _ in range(chance.choice((1, 1, 2)))]


def _act(project: Project, chance: random.Random) -> None:
    """A person does this and that, or nothing."""
    if not project.document:
        return
    for run, state in project.states().items():
        act = chance.choice((*ACTS, None, None, None, None))
        if act is not None and not (act == "cancel" and state in TERMINAL_RUN):
            # What the server does not hear was not asked; who asks does not wait for what the engine makes of it.
            project.posts(f"/runs/{run}/actions/{act}", {})


def _settled(project: Project, seed: int, victim: str, promised: list[str], killed: float) -> Result:
    """All that was asked for is over: what is paused is resumed, and then nobody acts any more."""

    def over() -> bool:
        states = project.states() if project.over() or project.document else {}
        for run, state in states.items():
            if state == "paused":
                project.posts(f"/runs/{run}/actions/resume", {})
        return project.over() and project.answered()

    until(over, "all runs are over, and all commands answered")
    recovered = time.monotonic() - killed
    states = project.states()
    lost = [run for run in promised if run not in states]
    broken = [*project.broken(), *(f"run {run} was promised, and is not there" for run in lost)]
    began = sum(one.word == "begin" for one in project.seen)
    return Result(seed, victim, list(states.values()), recovered, began, len(lost), broken)
