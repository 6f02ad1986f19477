"""Drill 5: the disk of the home is full, then there is room again, and work goes on."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from penstock.model.states import TERMINAL_RUN
from tests.crash.outcome import Outcome
from tests.crash.project import Project, until

SIZE: Final = 48_000_000
#: Seconds for which nothing can be written.
FULL: Final = 3.0
_TEXT: Final = """
@drill.task
def first():
    witness("begin")
    until_there("go")
    witness("end")
    return 1

@drill.task
def value(first):
    witness("begin")
    made = b"x" * (60_000_000 if (HERE / "large value").exists() else 10)
    witness("end")
    return made

@drill.task
def says(first):
    witness("begin")
    for _ in range(60_000 if (HERE / "long log").exists() else 1):
        print("x" * 1000)
    witness("end")

def until_there(name):
    while not (HERE / name).exists():
        time.sleep(0.01)
"""
#: What fills the disk.
WAYS: Final = ("large value", "long log", "everything")


@contextmanager
def little_disk(folder: Path) -> Iterator[Path]:
    """A file system of 48 megabytes. Raises PermissionError where none can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        raise PermissionError("mounting a small file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full(folder: Path, way: str) -> Outcome:
    """A run meets a full disk and says so; another, once there is room, goes well."""
    with little_disk(folder / "little") as disk:
        work = folder / "work"
        work.mkdir()
        project = Project(work, text=_TEXT)
        project.env["PENSTOCK_HOME"] = str(disk / "home")
        project.home = disk / "home"
        try:
            project.up()
            run = project.asks()
            until(lambda: len(project.seen) >= 1, "the run is under way")
            if way == "everything":
                # An engine that has something to write when there is no room ends its runs.
                until(lambda: project.attempts() == [("running", None)], "that is on record")
                _fill(disk / "ballast")
            else:
                (work / way).touch()
            (work / "go").touch()
            if way == "everything":
                until(lambda: len(project.seen) >= 2, "a task is over, and nothing of that can be written")
                time.sleep(FULL)
                (disk / "ballast").unlink()
            until(lambda: project.states().get(run) in TERMINAL_RUN, "the run is over")
            took = until(lambda: _is_free(project, work, way), "there is room")
            again = project.asks()
            took += until(lambda: project.states().get(again) in TERMINAL_RUN, "a run goes well again")
            states = project.states()
            wrong = [] if states[again] == "succeeded" else [f"the run after it is {states[again]}"]
            # What does not fit into a log is left out, and told there: no run fails for that. Where nothing fits, a run
            # waits, and fails only if a task has to write meanwhile.
            right = {"large value": ("failed",), "long log": ("succeeded", "warning")}.get(way, ("failed", "succeeded"))
            told = [] if states[run] in right else [f"with {way} a run is {states[run]}"]
            return Outcome({f"{way}: a run again": took}, [*wrong, *told, *project.broken()])
        finally:
            project.end()


def _fill(file: Path) -> None:
    """Take all the room there is."""
    with file.open("wb") as ballast:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    os.write(ballast.fileno(), b"x" * size)
            except OSError:
                continue


def _is_free(project: Project, work: Path, way: str) -> bool:
    (work / way).unlink(missing_ok=True)
    for log in (project.home / "logs").rglob("*.jsonl"):
        if log.stat().st_size > 1_000_000:
            log.unlink()
    return True
