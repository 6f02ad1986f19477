"""`python -m benchmarks.scale`: whether a task costs the same in a run of 10,000 as in one of 1,000. Penstock only."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import scale_pipelines
from benchmarks.environments import ENVIRONMENTS
from benchmarks.peers import penstock as driver
from benchmarks.peers.driver import check
from benchmarks.result import cost_of_a_task
from benchmarks.targets import met
from penstock.authoring.load import find
from penstock.compose.executors import start_executor
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.model.spec import PipelineSpec

WARM_UP, SMALL, LARGE = scale_pipelines.SIZES
TOLERANCE = 0.2
"""Share by which a task of the large run may cost more than one of the small run."""


def main(arguments: list[str] | None = None) -> int:
    """Print a row a shape, or one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each size (default: 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    ENVIRONMENTS.mkdir(exist_ok=True)
    seconds = {shape: measure(shape, options.repeat) for shape in scale_pipelines.MAKERS}
    if options.json:
        print(json.dumps(seconds, indent=1))
    else:
        show(seconds)
    return 0


def measure(shape: str, repeat: int, sizes: tuple[int, ...] = (SMALL, LARGE)) -> dict[int, list[float]]:
    """Seconds of the runs by size, small and large in turn, each shape in a home of its own."""
    specs = {tasks: definition(shape, tasks) for tasks in (WARM_UP, *sizes)}
    seconds: dict[int, list[float]] = {tasks: [] for tasks in sizes}
    with tempfile.TemporaryDirectory(dir=ENVIRONMENTS) as folder:
        home = Home(Path(folder), str(Path(folder) / "penstock.db"))
        settings = Settings()
        with LocalEngine(home, settings, start_executor(settings, workers=driver.WORKERS)) as engine:
            for spec in specs.values():
                engine.planner.plan(spec)
            once(engine, specs[WARM_UP], WARM_UP)
            for _ in range(repeat):
                for tasks, taken in seconds.items():
                    taken.append(once(engine, specs[tasks], tasks))
    return seconds


def definition(shape: str, tasks: int) -> PipelineSpec:
    """The pipeline of a shape and a size, as discovery gives it."""
    code, pipeline = find(Path(scale_pipelines.__file__), scale_pipelines.variable(shape, tasks))[0]
    return replace(pipeline.spec(), code=code)


def once(engine: LocalEngine, spec: PipelineSpec, tasks: int) -> float:
    """Seconds from the submission to the final commit. Raises WrongAnswer."""
    begun = time.perf_counter()
    handle = driver.submit(engine, spec)
    took = time.perf_counter() - begun
    check(driver.result(engine, "B", handle), tasks)
    return took


def show(seconds: dict[str, dict[int, list[float]]]) -> None:
    """The table on standard output."""
    drawn = Table("fan", f"a task of {SMALL:,}", f"a task of {LARGE:,}", "ratio", f"within {TOLERANCE:.0%}")
    for shape, taken in seconds.items():
        small, large = (cost_of_a_task(taken[tasks], tasks) for tasks in (SMALL, LARGE))
        within = met(large / small - 1 <= TOLERANCE)
        drawn.add_row(shape, f"{small * 1e6:.0f} µs", f"{large * 1e6:.0f} µs", f"{large / small:.2f}", within)
    Console(width=None if sys.stdout.isatty() else 110).print(drawn)


if __name__ == "__main__":
    sys.exit(main())
