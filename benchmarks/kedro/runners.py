"""Our engine beside Kedro's runners: whole commands, from cold, and runs alone."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kedro.projects import Broken, driven, lasted, project, timed
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
    """For each size Kedro's runners, then ours with two workers, on a machine that does the same meanwhile.

    A run alone is what a process that has Kedro and the project open takes for it: of ours from its first state to
    its last, of Kedro's `session.run`.
    """
    for nodes in SIZES:
        size = {"TRIVIAL_NODES": str(nodes)}
        with project("trivial") as folder:
            for runner in ("SequentialRunner", "ThreadRunner"):
                yield _figure("runners", f"kedro run, {runner}, {nodes} nodes", [*_KEDRO, runner], folder, size, times)
            cold = alone = None
            if nodes <= PARALLEL or whole:
                command = [*_KEDRO, "ParallelRunner"]
                cold = _figure("runners", f"kedro run, ParallelRunner, {nodes} nodes", command, folder, size, 1)
                yield cold
            if nodes == PARALLEL:
                alone = _alone(f"ParallelRunner alone, {nodes} nodes", folder, size)
                yield alone
            yield from _ours(nodes, folder, size, times, _fraction(cold, nodes), _fraction(alone, nodes))


def _fraction(theirs: Figure | None, nodes: int) -> float | None:
    return theirs.value / FASTER if nodes == PARALLEL and theirs is not None and theirs.value else None


def _alone(what: str, folder: Path, size: dict[str, str]) -> Figure:
    try:
        (one,) = driven(Path(sys.executable), folder, "ParallelRunner", 0, _OFF | size)
    except Broken as error:
        return absent("runners", what, error)
    return Figure("runners", what, one["wall"], "s", note="once")


def _ours(
    nodes: int, folder: Path, size: dict[str, str], times: int, cold: float | None, alone: float | None
) -> Iterator[Figure]:
    what = f"penstock run, 2 workers, {nodes} nodes"
    try:
        both = [lasted([*OURS[:-1], "--json", "--workers", "2"], folder, _OFF | size) for _ in range(times)]
    except Broken as error:
        yield absent("runners", what, error)
        return
    commands, runs = [one[0] for one in both], [one[1] for one in both]
    yield Figure("runners", what, statistics.median(commands), "s", cold, note=_note(commands))
    yield Figure("runners", f"{what}, the run alone", statistics.median(runs), "s", alone, note=_note(runs))


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
    part: str, what: str, command: list[str], folder: Path, size: dict[str, str], times: int
) -> Figure:  # fmt: skip
    try:
        seconds = [timed(command, folder, _OFF | size) for _ in range(times)]
    except Broken as error:
        return absent(part, what, error)
    return Figure(part, what, statistics.median(seconds), "s", note=_note(seconds))


def _note(seconds: list[float]) -> str:
    return f"{len(seconds)} times, {min(seconds):.2f} to {max(seconds):.2f} s"
