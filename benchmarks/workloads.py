"""The four workloads and the task bodies that every tool runs, the same code for all.

Standard library only: drivers import this in the environment of their tool. pandas and numpy are imported where a
table is made.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Size:
    """How much one run does: `tasks` without the two ends of a fan, `rows` a table, CPU `seconds` a task."""

    tasks: int
    rows: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Workload:
    """One column of the table: what is run, how large when it counts, how large to warm up."""

    key: str
    title: str
    full: Size
    warm_up: Size


ROWS_OF_10_MB = 250_000
"""Five columns of 8 bytes each."""

WORKLOADS = {
    workload.key: workload
    for workload in (
        Workload("A", "chain of 100 no-op tasks", Size(100), Size(4)),
        Workload("B", "1 → 1,000 → 1 no-op tasks", Size(1000), Size(8)),
        Workload("BF", "B by run-time fan-out", Size(1000), Size(8)),
        Workload("C", "chain of 10 tasks, 10 MB tables", Size(10, rows=ROWS_OF_10_MB), Size(3, rows=1000)),
        Workload("D", "20 tasks of 0.5 s CPU, 2 workers", Size(20, seconds=0.5), Size(4, seconds=0.01)),
    )
}


def answer(workload: str, size: Size) -> int:
    """What a run of `workload` must come to. A driver whose run says anything else has failed."""
    return size.tasks - 1 if workload == "C" else size.tasks


# --- task bodies ------------------------------------------------------------------------------------


def start() -> int:
    """The first task of B."""
    return 1


def same(value: int) -> int:
    """One of the many in the middle of B."""
    return value


def total(values: Iterable[int]) -> int:
    """The last task of B."""
    return sum(values)


def add_one(value: int) -> int:
    """Every task of A; the first is given 0."""
    return value + 1


def table(rows: int) -> pd.DataFrame:
    """The first task of C: three columns of floats and two of whole numbers, all starting at 0."""
    import numpy as np
    import pandas as pd

    floats = {name: np.arange(rows, dtype="float64") for name in ("distance", "delay", "speed")}
    whole = {name: np.arange(rows, dtype="int64") for name in ("flight", "minute")}
    return pd.DataFrame(floats | whole)


def shifted(frame: pd.DataFrame) -> pd.DataFrame:
    """Every other task of C: a changed copy."""
    return frame + 1


def shifts(frame: pd.DataFrame) -> int:
    """How many times a table was shifted since it was made."""
    return int(frame["flight"].iloc[0])


def burn(seconds: float) -> int:
    """Every task of D: spin until this thread has used `seconds` of CPU, and count 1.

    CPU time of the thread, not of the process: a tool that runs tasks as threads of one process, or keeps a busy thread
    of its own beside the task, would else be let off early.
    """
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        for _ in range(2000):
            pass
    return 1
