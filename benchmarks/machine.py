"""Facts of the machine that the figures were taken on."""

from __future__ import annotations

import contextlib
import os
import platform
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.driver import REST_OF_TABLES, settle

SYNCS = 50
#: What C keeps: so many files of so many bytes.
FILES = 10
BYTES = 10_000_000
#: Turns of a loop by which a core's speed is told.
TURNS = 1_000_000


@dataclass(frozen=True)
class Machine:
    """`fsync` is the median of the seconds that it takes to append 4 KiB to a file and sync it, `files` of those that
    it takes to write and sync ten files of 10 MB, one after the other; `load` is of the last minute. `turn` is what a
    turn of an empty loop of Python takes, in seconds of CPU: by it days and machines can be told apart.
    """

    cpu: str
    cores: int
    python: str
    system: str
    load: float
    fsync: float
    files: float
    turn: float

    @property
    def busy(self) -> bool:
        """Whether others took so much of the cores at the start that the figures mean little."""
        return self.load > self.cores / 4

    def to_json(self) -> dict[str, Any]:
        """For the file of results."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.cpu}, {self.cores} cores, Python {self.python}, {self.system}, load {self.load:.2f} at the start, "
            f"{self.turn * 1e9:.0f} ns a turn of a loop, fsync {self.fsync * 1000:.2f} ms, "
            f"ten files of 10 MB written and synced in {self.files:.3f} s"
        )


def look(folder: Path) -> Machine:
    """This machine; `folder` is on the disk whose fsync is measured."""
    machine = Machine(
        cpu=cpu_model(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
        fsync=fsync_cost(folder),
        files=statistics.median(files_cost(folder) for _ in range(3)),
        turn=statistics.median(turn_cost() for _ in range(5)),
    )
    settle(REST_OF_TABLES)  # for the first tool, too
    return machine


def cpu_model() -> str:
    """As Linux names it, else what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def fsync_cost(folder: Path) -> float:
    """Seconds."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return statistics.median(_sync_once(file.fileno()) for _ in range(SYNCS))


def files_cost(folder: Path) -> float:
    """Seconds, on a disk that has rested."""
    content = os.urandom(BYTES)
    settle(REST_OF_TABLES)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(FILES)]
        begun = time.perf_counter()
        for file in files:
            os.write(file.fileno(), content)
            os.fsync(file.fileno())
        return time.perf_counter() - begun


def turn_cost() -> float:
    """Seconds of CPU."""
    begun = time.thread_time()
    for _ in range(TURNS):
        pass
    return (time.thread_time() - begun) / TURNS


def _sync_once(descriptor: int) -> float:
    begun = time.perf_counter()
    os.write(descriptor, bytes(4096))
    os.fsync(descriptor)
    return time.perf_counter() - begun
