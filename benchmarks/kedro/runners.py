"""Our engine beside Kedro's runners: whole commands, from cold."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kedro.projects import Broken, project, timed
from benchmarks.page.figures import Figure, absent

SIZES = (50, 100, 200, 500)
#: With more nodes, ParallelRunner takes minutes: it is asked for by --whole.
PARALLEL = 200
#: How many times faster than ParallelRunner at 200 nodes.
FASTER = 50.0
_BIN = Path(sys.executable).parent
_KEDRO = [str(_BIN / "kedro"), "run", "--runner"]
OURS = [str(_BIN / "penstock"), "run", ".", "--quiet"]
_OFF = {"PENSTOCK_KEDRO": "off"}


def runners(times: int, whole: bool) -> Iterator[Figure]:
    """For each size Kedro's runners, then ours with two workers, on a machine that does the same meanwhile."""
    for nodes in SIZES:
        size = {"TRIVIAL_NODES": str(nodes)}
        with project("trivial") as folder:
            for runner in ("SequentialRunner", "ThreadRunner"):
                yield _figure("runners", f"kedro run, {runner}, {nodes} nodes", [*_KEDRO, runner], folder, size, times)
            parallel = None
            if nodes <= PARALLEL or whole:
                command = [*_KEDRO, "ParallelRunner"]
                parallel = _figure("runners", f"kedro run, ParallelRunner, {nodes} nodes", command, folder, size, 1)
                yield parallel
            limit = parallel.value / FASTER if nodes == PARALLEL and parallel and parallel.value else None
            what = f"penstock run, 2 workers, {nodes} nodes"
            yield _figure("runners", what, [*OURS, "--workers", "2"], folder, size, times, limit)


def spaceflights(times: int) -> Iterator[Figure]:
    """The project that people begin with, from cold, each in turn."""
    what = "spaceflights, from cold"
    with project("spaceflights") as folder:
        theirs: list[float] = []
        ours: list[float] = []
        try:
            for _ in range(times):
                theirs.append(timed(_KEDRO[:2], folder, _OFF))
                ours.append(timed(OURS, folder, {}))
        except Broken as error:
            yield absent("spaceflights", what, error)
            return
    least = statistics.median(theirs)
    yield Figure("spaceflights", f"{what}: kedro run, median", least, "s", note=_note(theirs))
    yield Figure("spaceflights", f"{what}: penstock run, median", statistics.median(ours), "s", least, note=_note(ours))


def _figure(
    part: str, what: str, command: list[str], folder: Path, size: dict[str, str], times: int,
    limit: float | None = None,
) -> Figure:  # fmt: skip
    try:
        seconds = [timed(command, folder, _OFF | size) for _ in range(times)]
    except Broken as error:
        return absent(part, what, error)
    return Figure(part, what, statistics.median(seconds), "s", limit, note=_note(seconds))


def _note(seconds: list[float]) -> str:
    return f"{len(seconds)} times, {min(seconds):.2f} to {max(seconds):.2f} s"
