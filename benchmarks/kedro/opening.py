"""From the command to the page: ours and Kedro-Viz's, on spaceflights."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.environments import NotInstalled, install, python_of
from benchmarks.kedro.projects import project, surroundings
from benchmarks.page.figures import Figure, absent
from benchmarks.page.kedro_viz import OUTPUT, PORTS, TOOL, last_words
from benchmarks.page.serving import end, first_answer, free_port, memory_of_tree

PART = "opening"
#: Seconds to the first answer.
TARGET = 1.5


def opening(times: int, installs: bool) -> Iterator[Figure]:
    """Seconds from the start of the command until the page can be had."""
    with project("spaceflights") as folder:
        ours = [str(Path(sys.executable).parent / "penstock"), "up", "--port"]
        yield from _opened("penstock up", ours, "/health", folder, times, TARGET)
        try:
            if installs:
                install(TOOL)
            # `--lite`: its environment has no kedro-datasets, and the graph needs none.
            theirs = [str(python_of(TOOL).parent / "kedro"), "viz", "run", "--lite", "--no-browser", "--port"]
        except NotInstalled as error:
            yield absent(PART, "kedro viz run", error)
            return
        yield from _opened("kedro viz run", theirs, "/api/main", folder, times, None)


def _opened(
    who: str, command: list[str], path: str, folder: Path, times: int, target: float | None
) -> Iterator[Figure]:
    seconds: list[float] = []
    memory = 0.0
    output = folder / OUTPUT
    try:
        for _ in range(times):
            # Kedro-Viz ends with exit status 1 when it is given a port above 49151, as the system gives out.
            port = free_port(PORTS)
            begun = time.perf_counter()
            with open(output, "w") as told:
                process = subprocess.Popen(
                    [*command, str(port)], cwd=folder, env=surroundings(folder, {}), stdin=subprocess.DEVNULL,
                    stdout=told, stderr=subprocess.STDOUT, text=True,
                )  # fmt: skip
            try:
                seconds.append(first_answer(process, f"http://127.0.0.1:{port}", begun, path))
                memory = sum(size for _, size in memory_of_tree(process.pid)) / 1e6
            finally:
                end(process)
    except (OSError, TimeoutError) as error:
        yield absent(PART, who, f"{error}: {last_words(output)}")
        return
    note = f"{times} times, {min(seconds):.2f} to {max(seconds):.2f} s, of GET {path}"
    yield Figure(PART, f"{who}: first answer, median", statistics.median(seconds), "s", target, note=note)
    yield Figure(PART, f"{who}: all its processes", memory, "MB", note="PSS, right after")
