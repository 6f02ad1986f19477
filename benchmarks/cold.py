"""`python -m benchmarks.cold`: what Penstock costs before any task: start times of whole processes, and memory."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.environments import ENVIRONMENTS, HERE
from benchmarks.measure import surroundings
from benchmarks.memory import memory_of_a_run
from benchmarks.targets import met

PENSTOCK = str(Path(sys.executable).parent / "penstock")
ONE_TASK = f"{HERE / 'one_task.py'}:one"
USED = "from penstock import Pipeline, run"
"""What a pipeline's file begins with: the bare import of a package that loads its names late would tell little."""

PROCESSES_MB = 90.0
"""Megabytes that engine and agent may have together, workers and what they preload apart."""


@dataclass(frozen=True)
class Start:
    """A command, what is done before each time, and the most that it may take, in seconds.

    With `above_bare` the limit is on what it takes above a Python that does nothing.
    """

    title: str
    command: tuple[str, ...]
    limit: float | None = None
    above_bare: bool = False
    before: Callable[[Path], None] | None = None


def forget(home: Path) -> None:
    """Make the next run the first one in its home."""
    shutil.rmtree(home / "penstock", ignore_errors=True)


BARE = Start("python -c pass", (sys.executable, "-c", "pass"))
STARTS = (
    BARE,
    Start("python -c 'import penstock'", (sys.executable, "-c", "import penstock"), 0.060, above_bare=True),
    Start("… 'from penstock import Pipeline, run'", (sys.executable, "-c", USED), 0.060, above_bare=True),
    Start("penstock --help", (PENSTOCK, "--help"), 0.150),
    Start("penstock run, new home", (PENSTOCK, "run", ONE_TASK), 0.600, before=forget),
    Start("penstock run, used home", (PENSTOCK, "run", ONE_TASK), 0.600),
)


def main(arguments: list[str] | None = None) -> int:
    """Print both tables, or write them as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold", description=__doc__)
    parser.add_argument("--repeat", type=int, default=9, help="times that each command is started (default: 9)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    ENVIRONMENTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ENVIRONMENTS) as folder:
        home = Path(folder)
        environment = surroundings(home) | {"PENSTOCK_HOME": str(home / "penstock")}
        environment.pop("PYTHONPATH")
        seconds = start_times(STARTS, home, environment, options.repeat)
        memory = memory_of_a_run([PENSTOCK, "run", f"{HERE / 'one_task.py'}:staying"], home, environment)
    medians = {title: statistics.median(times) for title, times in seconds.items()}
    if options.json:
        print(json.dumps({"seconds": seconds, "medians": medians, "pss_bytes": memory}, indent=1))
    else:
        show(medians, memory)
    return 0


def start_times(
    starts: tuple[Start, ...], home: Path, environment: dict[str, str], repeat: int
) -> dict[str, list[float]]:
    """Seconds by title: each command once to warm up, then in turn, so that what the machine does hits all alike."""
    seconds: dict[str, list[float]] = {start.title: [] for start in starts}
    for turn in range(repeat + 1):
        for start in starts:
            if start.before:
                start.before(home)
            took = whole_process(start.command, home, environment)
            if turn:
                seconds[start.title].append(took)
    return seconds


def whole_process(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> float:
    """Seconds from before the start to after the end. Raises CalledProcessError."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - begun


def judge(start: Start, median: float, bare: float) -> str:
    """Whether a start is within its limit, in words; empty without a limit."""
    if start.limit is None:
        return ""
    spent = median - bare if start.above_bare else median
    above = " above bare" if start.above_bare else ""
    return f"{spent * 1000:.0f} ms{above}, asked for {start.limit * 1000:.0f}: {met(spent <= start.limit)}"


def show(medians: dict[str, float], memory: list[tuple[str, int]]) -> None:
    """Two tables on standard output."""
    console = Console(width=None if sys.stdout.isatty() else 110)
    starts = Table("command", "median", "target", title="Start of whole processes")
    for start in STARTS:
        median = medians[start.title]
        starts.add_row(start.title, f"{median * 1000:.0f} ms", judge(start, median, medians[BARE.title]))
    console.print(starts)
    processes = Table("process", "PSS", title="Memory of `penstock run` while a task runs")
    for name, size in memory:
        processes.add_row(name, f"{size / 1e6:.1f} MB")
    ours = sum(size for name, size in memory if name in ("penstock", "penstock-agent")) / 1e6
    console.print(processes)
    console.print(f"engine and agent: {ours:.1f} MB, asked for {PROCESSES_MB:.0f}: {met(ours <= PROCESSES_MB)}")
    console.print(f"load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    sys.exit(main())
