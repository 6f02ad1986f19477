"""Drill 9: stored values are torn or flipped. Who reads one is told so, and a retry makes it again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import psutil

from penstock.model.states import TERMINAL_RUN
from tests.crash.outcome import Outcome
from tests.crash.project import Project, until

_TEXT: Final = """
@drill.task
def table():
    import pandas
    work(0, False)
    return pandas.DataFrame({"n": range(100_000)})

@drill.task
def raw():
    work(0, False)
    return b"0123456789" * 100_000

@drill.task(after=[table, raw])
def gate():
    witness("begin")
    while not (HERE / "go").exists():
        time.sleep(0.01)
    witness("end")
    return 1

@drill.task
def reader(gate, table, raw):
    witness("begin")
    assert table["n"].sum() == 4999950000 and len(raw) == 1_000_000
    witness("end")
    return 1
"""


def damaged(folder: Path, what: str, dataset: str) -> Outcome:
    """The file of a dataset is flipped or torn before its reader comes."""
    project = Project(folder, text=_TEXT)
    try:
        project.up()
        run = project.asks()
        until(lambda: any(one.task == "gate" for one in project.seen), "all is made")
        until(lambda: _path(project, dataset), "it is on record")
        path = _path(project, dataset)
        _damage(project.home / "artifacts" / path, what)
        # What workers have in memory is not read from the disk again.
        for process in project.find("worker"):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        (folder / "go").touch()
        until(lambda: project.states()[run] in TERMINAL_RUN, "the run is over")
        told = _reasons(project)
        project.posts(f"/runs/{run}/actions/retry", {})
        until(lambda: project.answered() and project.states()[run] == "succeeded", "a retry makes it again")
        wrong = [] if told.get("reader") == "artifact_corrupt" else [f"its reader was told {told.get('reader')}"]
        # The damaged file stays what it is, in the generation that made it.
        return Outcome({}, [*wrong, *(law for law in project.broken() if path not in law)])
    finally:
        project.end()


def _path(project: Project, dataset: str) -> str:
    """Where a dataset is; nothing as long as it is not on record."""
    with project.database.read() as connection:
        row = connection.one("SELECT path FROM artifact WHERE dataset = ?", (dataset,))
    return "" if row is None else str(row[0])


def _damage(file: Path, what: str) -> None:
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    if what == "torn":
        del content[len(content) // 2 :]
    else:
        content[len(content) // 2] ^= 1
    file.write_bytes(content)
    file.chmod(0o444)


def _reasons(project: Project) -> dict[str, str | None]:
    with project.database.read() as connection:
        return {row[0]: row[1] for row in connection.all("SELECT task, reason FROM task_run_row")}
