"""Drill 3: tasks that do not end. A time-out, and a cancel, end each with all that it started."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import psutil

from tests.crash.outcome import Outcome, over
from tests.crash.project import Project, until

LIMIT: Final = 1.0
GRACE: Final = 0.4
#: Seconds beyond limit and grace, and after a cancel beyond the grace (the issue asks for them).
LATE: Final = 1.0
CANCELLED: Final = 2.0

#: Each writes its own number, and those of its children, before it gets stuck.
_TASKS: Final = """
import re, signal

def stuck(*children):
    numbers = " ".join(str(one) for one in (os.getpid(), *children))
    (HERE / f"{run.task}.part").write_text(f"{time.time()} {numbers}")
    (HERE / f"{run.task}.part").rename(HERE / f"{run.task}.stuck")

@drill.task(POLICY)
def sleeps():
    stuck()
    time.sleep(60)

@drill.task(POLICY)
def spins():
    stuck()
    while True: pass

@drill.task(POLICY)
def holds_the_lock():
    stuck()
    re.match("(a+)+$", "a" * 60 + "b")  # a loop in C that nobody gets into

@drill.task(POLICY)
def is_deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stuck()
    while True: time.sleep(0.01)

@drill.task(POLICY)
def has_a_grandchild():
    command = ["sh", "-c", "setsid sleep 60 >/dev/null & echo $!; exec sleep 60"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    stuck(child.pid, int(child.stdout.readline()))
    time.sleep(60)
"""
KINDS: Final = ("sleeps", "spins", "holds_the_lock", "is_deaf", "has_a_grandchild")


def time_outs(folder: Path) -> Outcome:
    """Each is out of time: dead within a second of limit and grace, and told as failed for that reason."""
    project = _project(folder, f'timeout="{LIMIT}s", grace="{GRACE}s"')
    try:
        project.starts("run", "flow.py", "--workers", str(len(KINDS)))
        dead, _ = _deaths(project)
        figures = {f"{kind} dead after its limit": dead[kind] - LIMIT for kind in KINDS}
        until(project.over, "the run is over")
        late = [law for name in figures for law in over(figures, name, GRACE + LATE)]
        told = [f"{task} is {state}/{reason}" for task, state, reason in _told(project) if reason != "timeout"]
        return Outcome(figures, [*late, *told, *project.broken()])
    finally:
        project.end()


def cancelled(folder: Path) -> Outcome:
    """Somebody cancels them: dead within two seconds of the grace, and only then is the run told as cancelled."""
    project = _project(folder, f'grace="{GRACE}s"')
    try:
        project.up("--workers", str(len(KINDS)))
        run = project.asks()
        until(lambda: all((folder / f"{kind}.stuck").exists() for kind in KINDS), "all are stuck")
        start = time.time()
        project.posts(f"/runs/{run}/actions/cancel", {})
        dead, alive = _deaths(project, start)
        until(project.over, "the run is over")
        with project.database.read() as connection:
            (ended,) = connection.one("SELECT ended_at FROM run") or (0,)
        figures = {"cancel to dead": max(dead.values()), "cancel to told": ended / 1e6 - start}
        late = over(figures, "cancel to dead", GRACE + CANCELLED)
        early = ["cancelled before all were dead"] if ended / 1e6 < alive else []
        return Outcome(figures, [*late, *early, *project.broken()])
    finally:
        project.end()


def _project(folder: Path, policy: str) -> Project:
    return Project(folder, text=_TASKS.replace("POLICY", policy))


def _deaths(project: Project, since: float | None = None) -> tuple[dict[str, float], float]:
    """Seconds until no process of a task was there any more, since it got stuck or a moment; when one was last seen."""
    dead: dict[str, float] = {}
    alive = 0.0

    def all_dead() -> bool:
        nonlocal alive
        for kind in KINDS:
            note = project.folder / f"{kind}.stuck"
            if kind not in dead and note.exists():
                at, *numbers = note.read_text().split()
                now = time.time()
                if any(_lives(int(number)) for number in numbers):
                    alive = now
                else:
                    dead[kind] = time.time() - (since or float(at))
        return len(dead) == len(KINDS)

    until(all_dead, "all are dead")
    return dead, alive


def _lives(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _told(project: Project) -> list[tuple[str, str, str | None]]:
    with project.database.read() as connection:
        return [(row[0], row[1], row[2]) for row in connection.all("SELECT task, state, reason FROM task_run_row")]
