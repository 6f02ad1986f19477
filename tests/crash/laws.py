"""What holds of a home after any crash, once its runs are over."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.model.transitions import RUN, TASK_RUN
from penstock.store.check import check
from penstock.store.database import Database, open_database

MICRO = 1_000_000
TERMINAL = TERMINAL_RUN | TERMINAL_TASK


class Witness(NamedTuple):
    """A line that a task left: it began or ended, then (seconds since 1970)."""

    word: str
    run: str
    task: str
    item: str
    at: float


def witnesses(file: Path) -> list[Witness]:
    """All that tasks left, in the order in which it happened."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [Witness(*line.split(" ")[:4], float(line.split(" ")[4])) for line in lines]


def broken(home: Path, seen: list[Witness], mark: str) -> list[str]:
    """The laws that do not hold, in words. `mark`: what the processes of this home carry in their environment."""
    database = open_database(home / "penstock.db")
    try:
        return [
            *(problem.message for problem in check(database)),
            *_open_ends(database),
            *_illegal_steps(database),
            *_run_again(database, seen),
            *_false_artifacts(database, home / "artifacts"),
            *left_over(mark),
        ]
    finally:
        database.close()


def _open_ends(database: Database) -> list[str]:
    with database.read() as connection:
        runs = connection.all("SELECT id, state FROM run")
        tasks = connection.all(
            "SELECT run.id, task.task, task.state FROM task_run_row AS task JOIN run ON run.key = task.run_key"
        )
        commands = connection.all("SELECT id FROM command WHERE state = 'waiting'")
    return [
        *(f"run {run} is {state}" for run, state in runs if state not in TERMINAL_RUN),
        *(f"task {task} of run {run} is {state}" for run, task, state in tasks if state not in TERMINAL_TASK),
        *(f"command {number} has no answer" for (number,) in commands),
    ]


def _illegal_steps(database: Database) -> list[str]:
    """States as events tell them: each step is an edge of the table, and the last one is what the row says."""
    with database.read() as connection:
        events = connection.all("SELECT run_key, seq, kind FROM event ORDER BY id")
        rows = {(key, None): state for key, state in connection.all("SELECT key, state FROM run")}
        rows |= {
            (key, seq): state for key, seq, state in connection.all("SELECT run_key, seq, state FROM task_run_row")
        }
    told: dict[tuple[int, int | None], list[str]] = {}
    for key, seq, kind in events:
        what, _, state = kind.partition(".")
        if what in ("run", "task_run") and state != "expanded":
            told.setdefault((key, seq), []).append(state)
    found = []
    for place, states in told.items():
        table = RUN if place[1] is None else TASK_RUN
        # Only a person's decision leads out of a state that is an end.
        edges = {step for step in _edges(table) if step[0] not in TERMINAL}
        steps = zip(("created", *states), states, strict=False)
        # What happens within one commit is told by its last state.
        found += [f"{place}: {one} -> {two}" for one, two in steps if one != two and not _reached(edges, one, two)]
        if rows.get(place) != states[-1]:
            found.append(f"{place} is {rows.get(place)}, and its events end with {states[-1]}")
    return found


def _edges(table: Mapping[tuple[str, str], str]) -> set[tuple[str, str]]:
    return {(before, after) for (before, _), after in table.items()}


def _reached(edges: set[tuple[str, str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        for before, after in edges:
            if before == at and after not in seen:
                seen.add(after)
                waiting.append(after)
    return end in seen


def _run_again(database: Database, seen: list[Witness]) -> list[str]:
    """A task that is recorded as succeeded does not begin again, and did end."""
    with database.read() as connection:
        rows = connection.all(
            "SELECT run.id, task.task, task.map_index, task.ended_at FROM task_run_row AS task "
            "JOIN run ON run.key = task.run_key WHERE task.state = 'succeeded' AND task.items IS NULL"
        )
    done = {(run, task, "-" if item < 0 else str(item)): ended / MICRO for run, task, item, ended in rows}
    ends = Counter((one.run, one.task, one.item) for one in seen if one.word == "end")
    late = [
        f"{one.task}[{one.item}] of {one.run} began again {one.at - done[one[1:4]]:.3f} s after its success"
        for one in seen
        if one.word == "begin" and one[1:4] in done and one.at > done[one[1:4]]
    ]
    return late + [f"{place} succeeded and never ended" for place in done if not ends[place]]


def _false_artifacts(database: Database, folder: Path) -> list[str]:
    with database.read() as connection:
        rows = connection.all("SELECT path, bytes, digest FROM artifact WHERE path IS NOT NULL")
    found = []
    for path, size, digest in rows:
        file = folder / path
        if not file.exists():
            found.append(f"artifact {path} is not there")
        elif file.is_file() and digest:
            content = file.read_bytes()
            if len(content) != size or f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
                found.append(f"artifact {path} is not what was recorded")
    return found


def left_over(mark: str) -> list[str]:
    """Children of tasks that are over."""
    return [
        f"process {process.pid} ({json.dumps(words)}) is left over"
        for process, words in marked(mark)
        if words[:1] == ["sleep"]
    ]


def marked(mark: str) -> list[tuple[psutil.Process, list[str]]]:
    """The processes that carry a mark, with their command lines; zombies are none."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("PENSTOCK_TEST_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append((process, process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
