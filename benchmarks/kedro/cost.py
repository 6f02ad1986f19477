"""What it costs a run to be recorded, for each node: by us, and by Kedro-Viz's hooks."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.environments import NotInstalled, install, python_of
from benchmarks.kedro.projects import Broken, driven, project
from benchmarks.page.figures import Figure, absent
from benchmarks.page.kedro_viz import TOOL

PART = "recorder"
NODES = 500
#: Milliseconds a node, at most.
TARGET = 0.3
_OURS = {"on": {"PENSTOCK_KEDRO": "on"}, "off": {"PENSTOCK_KEDRO": "off"}}
_THEIRS = {"on": {}, "off": {"WITHOUT_PLUGINS": "kedro-viz"}}


def cost(times: int, installs: bool) -> Iterator[Figure]:
    """Runs with and without, in turn, so that what else the machine does falls on both."""
    yield from _cost("Penstock's recorder", Path(sys.executable), _OURS, times, TARGET)
    try:
        if installs:
            install(TOOL)
        yield from _cost("Kedro-Viz's hooks", python_of(TOOL), _THEIRS, times, None)
    except NotInstalled as error:
        yield absent(PART, "Kedro-Viz's hooks", error)


def _cost(
    who: str, python: Path, switch: dict[str, dict[str, str]], times: int, target: float | None
) -> Iterator[Figure]:
    samples: dict[str, list[dict[str, float]]] = {"on": [], "off": []}
    try:
        with project("trivial") as folder:
            for _ in range(times):
                for state, settings in switch.items():
                    settings = {**settings, "TRIVIAL_NODES": str(NODES)}
                    samples[state] += driven(python, folder, "SequentialRunner", 3, settings)
    except Broken as error:
        yield absent(PART, who, error)
        return
    for clock in ("cpu", "wall"):
        on, off = (statistics.median(each[clock] for each in samples[state]) for state in ("on", "off"))
        note = f"{len(samples['on'])} runs each: {on:.3f} s with it, {off:.3f} s without"
        what = f"{who}, {NODES} trivial nodes: {'CPU' if clock == 'cpu' else 'time'} a node"
        yield Figure(PART, what, (on - off) / NODES * 1000, "ms", target, note=note)
