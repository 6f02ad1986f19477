"""Drill 4: a task takes more memory than it may. It ends, its neighbours don't, and its next try may go well."""

from __future__ import annotations

from pathlib import Path

from tests.crash.outcome import Outcome
from tests.crash.project import Project, until

_TEXT = """
@drill.task(resources={"memory": "300MB"}, retry=Retry(2, delay="10ms"))
def greedy():
    witness("begin")
    if run.attempt == 1:
        kept = bytearray(1_000_000_000)
        for at in range(0, len(kept), 4096):
            kept[at] = 1
    witness("end")
    return 1

@drill.task(resources={"memory": "300MB"})
def always_greedy():
    witness("begin")
    kept = [b"x" * 1_000_000 for _ in range(1000)]
    time.sleep(60)

@drill.task
def modest():
    work(1.0, False)
    return 1
"""


def out_of_memory(folder: Path) -> Outcome:
    """One is tried again and goes well, one fails for that reason, the third notices nothing."""
    project = Project(folder, text=_TEXT)
    try:
        project.starts("run", "flow.py", "--workers", "3")
        until(project.over, "the run is over")
        with project.database.read() as connection:
            tasks = {row[0]: row[1:] for row in connection.all("SELECT task, state, reason FROM task_run_row")}
            attempts = connection.all("SELECT max(peak_rss_bytes) FROM attempt")
        expected = {
            "greedy": ("succeeded", None), "always_greedy": ("failed", "out_of_memory"), "modest": ("succeeded", None),
        }  # fmt: skip
        wrong = [f"{task} is {tasks.get(task)}" for task, facts in expected.items() if tasks.get(task) != facts]
        return Outcome({"largest attempt (MB)": (attempts[0][0] or 0) / 1e6}, [*wrong, *project.broken()])
    finally:
        project.end()
