"""What holds of a home once nobody works there any more: its record, its files, its processes, what tasks have seen."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from penstock.store.check import check
from penstock.store.database import open_database
from tests.crash import laws
from tests.crash.processes import left_over
from tests.crash.record import Record, read_record

MICRO = 1_000_000


class Witness(NamedTuple):
    """A line that a task left: it began or ended, then (seconds since 1970)."""

    word: str
    run: str
    task: str
    item: str
    generation: str
    at: float


def witnesses(file: Path) -> list[Witness]:
    """All that tasks left, in the order in which it happened."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [Witness(*line.split(" ")[:5], float(line.split(" ")[5])) for line in lines]


def broken(home: Path, seen: list[Witness], mark: str, database_url: str | None = None) -> list[str]:
    """The laws that do not hold, in words. `mark`: what the processes of this home carry in their environment."""
    database = open_database(database_url or home / "penstock.db")
    try:
        with database.read() as connection:
            record = read_record(connection)
        return [
            *(problem.message for problem in check(database)),
            *laws.at_rest(record),
            *_run_again(record, seen),
            *_after_the_end(record, seen),
            *_false_artifacts(record, home / "artifacts"),
            *left_over(mark),
        ]
    finally:
        database.close()


def _run_again(record: Record, seen: list[Witness]) -> list[str]:
    """A task that is recorded as succeeded does not begin again in its generation, and did end."""
    runs = {run.key: run.id for run in record.runs}
    tried = {one[:2] for one in record.attempts if one.state == "succeeded"}
    done = {
        (runs[task.run_key], task.task, _item(task.map_index), str(task.generation)): (task.ended_at or 0) / MICRO
        for task in record.tasks
        if task.state == "succeeded" and task.items is None and task[:2] in tried
    }
    ends = Counter(one[1:5] for one in seen if one.word == "end")
    late = [
        f"{one.task}[{one.item}] of {one.run} began again {one.at - done[one[1:5]]:.3f} s after its success"
        for one in seen
        if one.word == "begin" and one[1:5] in done and one.at > done[one[1:5]]
    ]
    return late + [f"{place} succeeded and never ended" for place in done if not ends[place]]


def _after_the_end(record: Record, seen: list[Witness]) -> list[str]:
    """When a run is over nothing of it runs any more."""
    over = {run.id: (run.ended_at or 0) / MICRO for run in record.runs}
    return [
        f"{one.word} of {one.task}[{one.item}] {one.at - over[one.run]:.3f} s after run {one.run} was over"
        for one in seen
        if one.run not in over or one.at > over[one.run]
    ]


def _item(index: int) -> str:
    return "-" if index < 0 else str(index)


def _false_artifacts(record: Record, folder: Path) -> list[str]:
    """Every value that is on record is there, and whole."""
    found = []
    for artifact in record.artifacts:
        if artifact.path is None:
            continue
        file = folder / artifact.path
        if not file.exists():
            found.append(f"artifact {artifact.path} is not there")
        elif file.is_file() and artifact.digest:
            content = file.read_bytes()
            if len(content) != artifact.bytes or f"sha256:{hashlib.sha256(content).hexdigest()}" != artifact.digest:
                found.append(f"artifact {artifact.path} is not what was recorded")
    return found
