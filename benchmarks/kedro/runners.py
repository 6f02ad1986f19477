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
            theirs = list(_parallel(nodes, folder, size, whole))
            yield from theirs
            ours = list(_ours(nodes, folder, size, times))
            yield from ours
            if nodes == PARALLEL:
                yield from _beside(nodes, theirs, ours)


def _parallel(nodes: int, folder: Path, size: dict[str, str], whole: bool) -> Iterator[Figure]:
    """ParallelRunner from cold; at the size that is compared its run alone too."""
    what = f"kedro run, ParallelRunner, {nodes} nodes"
    if nodes <= PARALLEL or whole:
        yield _figure("runners", what, [*_KEDRO, "ParallelRunner"], folder, size, 1)
    if nodes == PARALLEL:
        try:
            (one,) = driven(Path(sys.executable), folder, "ParallelRunner", 0, _OFF | size)
        except Broken as error:
            yield absent("runners", f"{what}, the run alone", error)
        else:
            yield Figure("runners", f"{what}, the run alone", one["wall"], "s", note="once")


def _ours(nodes: int, folder: Path, size: dict[str, str], times: int) -> Iterator[Figure]:
    """Ours from cold, and the run alone."""
    what = f"penstock run, 2 workers, {nodes} nodes"
    try:
        both = [lasted([*OURS[:-1], "--json", "--workers", "2"], folder, _OFF | size) for _ in range(times)]
    except Broken as error:
        yield absent("runners", what, error)
        return
    for name, seconds in ((what, [one[0] for one in both]), (f"{what}, the run alone", [one[1] for one in both])):
        yield Figure("runners", name, statistics.median(seconds), "s", note=_note(seconds))


def _beside(nodes: int, theirs: list[Figure], ours: list[Figure]) -> Iterator[Figure]:
    """How many times as fast as ParallelRunner we are: whole commands from cold, and run against run."""
    for way, their, our in zip(("from cold", "run against run"), theirs, ours, strict=False):
        what = f"{nodes} nodes, ParallelRunner's time by ours, {way}"
        if their.value is None or our.value is None:
            yield absent("runners", what, "one of the two was not measured")
            continue
        note = f"{their.value:.2f} s by {our.value:.2f} s"
        yield Figure("runners", what, their.value / our.value, "", FASTER, at_least=True, note=note)


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
