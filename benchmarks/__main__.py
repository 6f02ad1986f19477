"""`python -m benchmarks`: install the peers, run every tool on every workload, print the table, write the results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.catalog import BY_NAME, OURS, TOOLS, Tool
from benchmarks.environments import ENVIRONMENTS, NotInstalled, install
from benchmarks.machine import Machine, look
from benchmarks.measure import measure
from benchmarks.result import Result
from benchmarks.table import failures, table, uses
from benchmarks.targets import verdicts
from benchmarks.workloads import WORKLOADS
from benchmarks.written import write

WIDTH = 150
"""Columns of the table where the output is no terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when Penstock itself failed; a peer that fails is shown."""
    options = parse(arguments)
    console = Console(stderr=True)
    ENVIRONMENTS.mkdir(exist_ok=True)
    begun = datetime.now(UTC)
    machine = look(ENVIRONMENTS)
    if machine.busy:
        console.print(f"[yellow]load {machine.load:.2f}: the machine is busy, these figures will say little[/yellow]")
    missing = {} if options.no_install else installed(options.peers, console)
    results = []
    for result in measured(options.peers, options.workloads, options.repeat, missing):
        results.append(result)
        console.print(f"{result.workload:>2} {result.peer:9} {outcome(result)}", highlight=False, soft_wrap=True)
    show(results, machine, options.detail)
    write(options.json, begun, machine, {"results": [result.to_json() for result in results]}, console)
    return 1 if any(result.peer == OURS and result.error for result in results) else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--peers", type=tools, default=list(TOOLS), help="such as penstock,pool,dask (default: all)")
    parser.add_argument("--workloads", type=workloads, default=list(WORKLOADS), help="such as A,B (default: all)")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions (default: 5)")
    parser.add_argument("--detail", action="store_true", help="also the least, the most, and how each tool was used")
    parser.add_argument("--no-install", action="store_true", help="take the environments as they are")
    parser.add_argument("--json", type=Path, help="where to write the results (default: benchmarks/results/)")
    return parser.parse_args(arguments)


def tools(text: str) -> list[Tool]:
    """The tools of a list of names."""
    return [BY_NAME[name] for name in _names(text, BY_NAME)]


def workloads(text: str) -> list[str]:
    """The workloads of a list of keys."""
    return _names(text, WORKLOADS)


def _names(text: str, known: Iterable[str]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(known)]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    return names


def installed(chosen: list[Tool], console: Console) -> dict[str, str]:
    """Install what is missing; the result says why, for each tool that could not be."""
    failures = {}
    for tool in chosen:
        try:
            with console.status(f"installing {tool.name}"):
                install(tool)
        except NotInstalled as error:
            failures[tool.name] = f"not installed: {error}"
    return failures


def measured(chosen: list[Tool], keys: list[str], repeat: int, missing: dict[str, str]) -> Iterator[Result]:
    """All tools on one workload, then on the next: what changes on the machine meanwhile hits all alike."""
    for key in keys:
        for tool in chosen:
            if key not in tool.workloads:
                continue
            if tool.name in missing:
                yield Result(tool.name, key, error=missing[tool.name])
            else:
                yield measure(tool, key, repeat)


def outcome(result: Result) -> str:
    """One result in a few words."""
    if result.median is not None:
        return f"{result.median:.3f} s"
    return result.error or f"over {result.over:.0f} s"


def show(results: list[Result], machine: Machine, detail: bool) -> None:
    """The table and what belongs to it, on standard output."""
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    console.print(table(results, detail=detail))
    console.print(str(machine), highlight=False, soft_wrap=True)
    for line in failures(results) + (uses(results) if detail else []) + verdicts(results):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
