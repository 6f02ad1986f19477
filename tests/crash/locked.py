"""Drill 6: the database is held by somebody else for long, or every connection to it is cut, again and again."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from tests.crash.engines import ask, engine
from tests.crash.outcome import Outcome
from tests.crash.postgres import cut_all, own_database
from tests.crash.project import Project, until


def held(folder: Path, seed: int, seconds: float) -> Outcome:
    """Another program has the file of SQLite for so many seconds, in the middle of runs."""
    project = Project(folder, seed)
    try:
        engine(project)
        ask(project, 3)
        until(lambda: project.seen or project.over(), "they are at work")
        other = sqlite3.connect(project.home / "penstock.db", isolation_level=None, timeout=10)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")
        other.close()
        after = until(project.over, "all runs are over")
        return Outcome({"held": seconds, "over after": after}, project.broken())
    finally:
        project.end()


def cut(folder: Path, seed: int, seconds: float, every: float = 0.5) -> Outcome:
    """Every connection to PostgreSQL is cut, again and again, while runs go on."""
    with own_database() as address:
        project = Project(folder, seed, database=address)
        try:
            engine(project)
            ask(project, 3)
            until(lambda: project.seen or project.over(), "they are at work")
            start, cuts, sessions = time.monotonic(), 0, 0
            while time.monotonic() - start < seconds:
                sessions += cut_all(address)
                cuts += 1
                time.sleep(every)
            after = until(project.over, "all runs are over")
            figures = {"cuts": cuts, "sessions cut": sessions, "over after": after}
            return Outcome(figures, project.broken())
        finally:
            project.end()
