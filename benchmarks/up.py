"""`python -m benchmarks.up`: `penstock up`: first answer, memory and work at rest, how soon what is asked for runs."""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.environments import ENVIRONMENTS
from benchmarks.measure import surroundings
from benchmarks.memory import pss
from benchmarks.targets import met

FIRST_ANSWER = 1.5
"""Seconds from the command to the first answer."""
MEMORY_MB = 200.0
"""Megabytes of the whole process tree at rest."""
CHANGE_SEEN = 2.0
"""Seconds from a change in a file to its new version in the API."""
PATIENCE = 60.0
ASKED = 5
"""Runs that are asked for each time."""

FLOW = """
from penstock import Pipeline

flow = Pipeline("flow")

@flow.task
def one() -> int:
    return {value}
"""


@dataclass
class Figures:
    """What was measured; seconds, bytes, and the share of a core."""

    first_answer: list[float] = field(default_factory=list)
    link_printed: list[float] = field(default_factory=list)
    request_to_start: list[float] = field(default_factory=list)
    request_to_end: list[float] = field(default_factory=list)
    change_seen: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    pss_bytes: list[tuple[str, int]] = field(default_factory=list)
    pss_bytes_after_runs: list[tuple[str, int]] = field(default_factory=list)
    cores_at_rest: dict[str, float] = field(default_factory=dict)


def main(arguments: list[str] | None = None) -> int:
    """Print a table, or one JSON document; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.up", description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="times that it is started (default: 5)")
    parser.add_argument("--rest", type=float, default=10.0, help="seconds of rest that are measured (default: 10)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    ENVIRONMENTS.mkdir(exist_ok=True)
    figures = Figures()
    for number in range(options.repeat):
        with tempfile.TemporaryDirectory(dir=ENVIRONMENTS) as folder:
            measure(Path(folder), figures, options.rest if number == 0 else 0.0, ASKED)
    if options.json:
        print(json.dumps(vars(figures), indent=1))
    else:
        Console().print(_table(figures))
    return 0 if all(ok for _, _, _, ok in _targets(figures)) else 1


def measure(folder: Path, figures: Figures, rest: float, asked: int) -> None:
    """Start it once in a new home, with a pipeline of one task, and ask for so many runs."""
    file = folder / "flow.py"
    file.write_text(FLOW.format(value=1))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "penstock"), "up", "--port", str(port), "--json"]
    environment = surroundings(folder) | {"PENSTOCK_HOME": str(folder / "penstock")}
    environment.pop("PYTHONPATH", None)
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        _until(lambda: _healthy(port))
        figures.first_answer.append(time.perf_counter() - began)
        assert process.stdout is not None
        document = json.loads(process.stdout.readline())
        figures.link_printed.append(time.perf_counter() - began)
        tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        if rest:
            time.sleep(2.0)  # what came up settles
            figures.pss_bytes = [(_name(one), pss(one.pid)) for one in tree]
            figures.cores_at_rest = _work_at_rest(tree, rest)
        _ask(document, file, figures, asked)
        if rest:
            tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            figures.pss_bytes_after_runs = [(_name(one), pss(one.pid)) for one in tree]
    finally:
        began = time.perf_counter()
        process.terminate()
        process.wait(PATIENCE)
        figures.ended.append(time.perf_counter() - began)


def _ask(document: dict[str, Any], file: Path, figures: Figures, runs: int) -> None:
    """Ask for runs, and change the file."""
    token = (Path(document["home"]) / "token").read_text().strip()

    def call(path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{document['url']}/api/v1{path}", None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    for _ in range(runs):
        asked = time.time()
        run = call("/runs", {"pipeline": "flow"})["id"]
        _until(lambda run=run: call(f"/runs/{run}")["ended_at"])
        figures.request_to_end.append(time.time() - asked)
        figures.request_to_start.append(_seconds(call(f"/runs/{run}")["started_at"]) - asked)
    before = call("/pipelines")["items"][0]["version"]
    file.write_text(FLOW.format(value=2))
    changed = time.perf_counter()
    _until(lambda: call("/pipelines")["items"][0]["version"] != before)
    figures.change_seen.append(time.perf_counter() - changed)


def _work_at_rest(tree: list[psutil.Process], seconds: float) -> dict[str, float]:
    """The share of a core that each process uses while nothing happens."""
    before = {one: sum(one.cpu_times()[:2]) for one in tree}
    time.sleep(seconds)
    return {_name(one): (sum(one.cpu_times()[:2]) - used) / seconds for one, used in before.items()}


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    known = {"penstock.compose.serve": "server", "penstock.compose.engine_process": "engine"}
    found = [name for word, name in known.items() if word in words]
    return found[0] if found else process.name()


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came true")
        time.sleep(0.005)


def _seconds(iso: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(iso).timestamp()


def _targets(figures: Figures) -> list[tuple[str, str, str, bool]]:
    """(what, measured, target, met)."""
    answer, seen = statistics.median(figures.first_answer), statistics.median(figures.change_seen)
    memory = sum(size for _, size in figures.pss_bytes) / 1e6
    return [
        ("first answer, median", f"{answer:.2f} s", f"{FIRST_ANSWER} s", answer <= FIRST_ANSWER),
        ("memory at rest, all processes", f"{memory:.0f} MB", f"{MEMORY_MB:.0f} MB", memory <= MEMORY_MB),
        ("a change in a file is seen, median", f"{seen:.2f} s", f"{CHANGE_SEEN} s", seen <= CHANGE_SEEN),
    ]


def _table(figures: Figures) -> Table:
    table = Table("penstock up", "measured", "target", "")
    for what, measured, target, ok in _targets(figures):
        table.add_row(what, measured, target, met(ok))
    for what, times in (
        ("link printed, median", figures.link_printed), ("asked for by HTTP until it runs", figures.request_to_start),
        ("asked for by HTTP until it is over", figures.request_to_end), ("SIGTERM until it is gone", figures.ended),
    ):  # fmt: skip
        table.add_row(what, f"{statistics.median(times):.3f} s", "", "")
    after = sum(size for _, size in figures.pss_bytes_after_runs) / 1e6
    table.add_row("memory after runs", f"{after:.0f} MB", "", "")
    table.add_row("work at rest", f"{100 * sum(figures.cores_at_rest.values()):.1f} % of a core", "", "")
    return table


if __name__ == "__main__":
    sys.exit(main())
