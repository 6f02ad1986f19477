"""`penstock up`: the time to its first answer, and what it takes while nothing happens."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.environments import ENVIRONMENTS
from benchmarks.page.browser import ROOT
from benchmarks.page.figures import Figure, absent, percentile
from benchmarks.page.serving import first_answer, free_port, memory_of_tree, up

FIRST_ANSWER = 1.5
IDLE_MB = 200.0
#: Seconds after which nothing of a start goes on any more.
SETTLED = 8.0
EXAMPLE = ROOT / "ui" / "tests" / "journeys" / "project"


def starts(times: int = 5) -> Iterator[Figure]:
    """Each time in a new project with the pipelines of the journeys."""
    seconds = []
    memory: list[tuple[str, int]] = []
    try:
        for at in range(times):
            ENVIRONMENTS.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=ENVIRONMENTS, ignore_cleanup_errors=True) as place:
                folder = Path(place)
                (folder / ".penstock").mkdir(mode=0o700)
                shutil.copytree(EXAMPLE, folder / "pipelines")
                port = free_port()
                begun = time.perf_counter()
                with up(folder, port) as process:
                    seconds.append(first_answer(process, f"http://127.0.0.1:{port}", begun))
                    if at == times - 1:
                        time.sleep(SETTLED)
                        memory = memory_of_tree(process.pid)
    except (OSError, TimeoutError) as error:
        yield absent("up", "penstock up", error)
        return
    note = f"{times} times, {min(seconds):.2f} to {max(seconds):.2f} s, of GET /health"
    yield Figure("up", "penstock up: first answer, median", percentile(seconds, 0.5), "s", FIRST_ANSWER, note=note)
    note = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in memory)
    total = sum(size for _, size in memory) / 1e6
    yield Figure("up", "penstock up: idle, all its processes", total, "MB", IDLE_MB, note=f"PSS: {note}")
