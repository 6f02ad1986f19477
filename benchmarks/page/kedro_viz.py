"""Kedro-Viz beside it: the time to its first answer, its memory, and what it does with a thousand nodes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.catalog import Tool
from benchmarks.environments import ENVIRONMENTS, NotInstalled, install, python_of
from benchmarks.measure import QUIET
from benchmarks.page.browser import NoBrowser, measured
from benchmarks.page.figures import Figure, absent, percentile
from benchmarks.page.made import spec_of_graph
from benchmarks.page.serving import end, first_answer, free_port, memory_of_tree

TOOL = Tool("kedro-viz", ("kedro-viz==12.5.0",), ())
PART = "kedro-viz"
TIMES = 3
#: What it printed, in the project's folder.
OUTPUT = "output.txt"
#: It takes no port above 49151, where most systems give out theirs.
PORTS = range(7430, 7500)

_SETTINGS = (
    '[tool.kedro]\npackage_name = "graph"\nproject_name = "graph"\nkedro_init_version = "1.7.0"\nsource_dir = "src"\n'
)
_REGISTRY = '''"""The same graph as ours."""

from kedro.pipeline import Pipeline, node


def same(*values):
    return values


WIRES = {wires!r}


def register_pipelines():
    nodes = [node(same, inputs or None, f"{{name}}_out", name=name) for name, inputs in WIRES.items()]
    return {{"__default__": Pipeline(nodes)}}
'''


def beside(tasks: int, edges: int, installs: bool) -> Iterator[Figure]:
    """What Kedro-Viz needs for a graph of the shape that ours is measured with."""
    try:
        if installs:
            install(TOOL)
        python = python_of(TOOL)
    except NotInstalled as error:
        yield absent(PART, "Kedro-Viz", error)
        return
    with tempfile.TemporaryDirectory(dir=ENVIRONMENTS, ignore_cleanup_errors=True) as place:
        folder = Path(place)
        _project(folder, tasks, edges)
        yield from _measure(python, folder, tasks)


def _measure(python: Path, folder: Path, tasks: int) -> Iterator[Figure]:
    seconds: list[float] = []
    try:
        for at in range(TIMES):
            with _answering(python, folder) as (process, origin, took):
                seconds.append(took)
                if at == TIMES - 1:
                    note = f"{TIMES} times, {min(seconds):.2f} to {max(seconds):.2f} s, of GET /api/main"
                    what = f"Kedro-Viz 12.5, {tasks:,} nodes: first answer, median"
                    yield Figure(PART, what, percentile(seconds, 0.5), "s", note=note)
                    memory = sum(size for _, size in memory_of_tree(process.pid)) / 1e6
                    yield Figure(PART, "Kedro-Viz 12.5: all its processes", memory, "MB", note="PSS, right after")
                    yield from _pictures(origin, tasks)
    except (OSError, TimeoutError) as error:
        yield absent(PART, "Kedro-Viz 12.5", f"{error}: {last_words(folder / OUTPUT)}")


@contextlib.contextmanager
def _answering(python: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """A server that answers, its origin, and the seconds that it took."""
    port = free_port(PORTS)
    origin = f"http://127.0.0.1:{port}"
    begun = time.perf_counter()
    process = _started(python, folder, port)
    try:
        yield process, origin, first_answer(process, origin, begun, "/api/main")
    finally:
        end(process)


def _pictures(origin: str, tasks: int) -> Iterator[Figure]:
    press = {"button": "Render it anyway", "shows": ".pipeline-node"}
    visit = {"name": "graph", "path": "/", "ready": {"text": "chonky pipeline"}, "press": press, "repeat": 1}
    try:
        (told,) = measured(origin, "", [visit])
    except (NoBrowser, ValueError) as error:
        yield absent(PART, "Kedro-Viz 12.5 in the browser", error)
        return
    what = f"Kedro-Viz 12.5, {tasks:,} nodes"
    if told["ready"]:
        note = "it asks first whether it shall draw so many"
        yield Figure(PART, f"{what}: first words on the screen", told["ready"][0] / 1000, "s", note=note)
    if told.get("pressed"):
        note = "from the press of 'Render it anyway'"
        yield Figure(PART, f"{what}: first picture", told["pressed"] / 1000, "s", note=note)
    if told.get("error"):
        yield absent(PART, f"{what} in the browser", told["error"])


def _started(python: Path, folder: Path, port: int) -> subprocess.Popen[str]:
    command = [str(python.parent / "kedro"), "viz", "run", "--no-browser", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, **QUIET, "HOME": str(folder), "COLUMNS": "1000"}
    with open(folder / OUTPUT, "w") as output:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip


def last_words(output: Path) -> str:
    """The last line of what a program printed that is not empty."""
    lines = output.read_text(errors="replace").split("\n") if output.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _project(folder: Path, tasks: int, edges: int) -> None:
    import random

    spec = spec_of_graph(tasks, edges, random.Random(7))
    wires = {name: [source.name for source in task.inputs.values()] for name, task in spec.tasks.items()}
    package = folder / "src" / "graph"
    package.mkdir(parents=True)
    (folder / "conf" / "base").mkdir(parents=True)
    (folder / "conf" / "local").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(_SETTINGS)
    for name in ("catalog", "parameters"):
        (folder / "conf" / "base" / f"{name}.yml").write_text("{}\n")
    (package / "__init__.py").write_text("")
    (package / "settings.py").write_text("")
    (package / "pipeline_registry.py").write_text(_REGISTRY.format(wires=wires))
