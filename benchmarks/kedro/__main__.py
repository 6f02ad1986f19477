"""`python -m benchmarks.kedro`: Kedro projects recorded, run and shown, beside Kedro and Kedro-Viz themselves."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.environments import ENVIRONMENTS
from benchmarks.kedro.cost import cost
from benchmarks.kedro.opening import opening
from benchmarks.kedro.runners import runners, spaceflights
from benchmarks.machine import Machine, look
from benchmarks.page.figures import Figure, absent, table
from benchmarks.written import write

WIDTH = 190


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when something could not be measured."""
    options = parse(arguments)
    console = Console(stderr=True)
    ENVIRONMENTS.mkdir(exist_ok=True)
    begun, machine = datetime.now(UTC), look(ENVIRONMENTS)
    if machine.busy:
        console.print(f"[yellow]load {machine.load:.2f}: the machine is busy, these figures will say little[/yellow]")
    figures: list[Figure] = []
    for part in options.only:
        for figure in _told(part, parts(options)[part]):
            figures.append(figure)
            line = f"{figure.part:12} {figure.what}: {figure.value} {figure.unit} {figure.verdict} {figure.note}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    show(figures, machine)
    write(options.json, begun, machine, {"figures": [figure.to_json() for figure in figures]}, console, "kedro-")
    return 1 if any(figure.value is None for figure in figures) else 0


def parts(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[Figure]]]:
    """What can be measured, in this order."""
    return {
        "recorder": lambda: cost(options.times, not options.no_install),
        "runners": lambda: runners(options.times, options.whole),
        "spaceflights": lambda: spaceflights(options.times),
        "opening": lambda: opening(options.times, not options.no_install),
    }


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kedro", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="how often each is measured (default: 3)")
    parser.add_argument("--whole", action="store_true", help="ParallelRunner with 500 nodes too: four minutes more")
    parser.add_argument("--only", help="such as recorder,opening (default: all)")
    parser.add_argument("--no-install", action="store_true", help="take the environments as they are")
    parser.add_argument("--json", type=Path, help="where to write the results (default: benchmarks/results/)")
    options = parser.parse_args(arguments)
    known = list(parts(options))
    options.only = known if options.only is None else [word.strip() for word in options.only.split(",")]
    unknown = [word for word in options.only if word not in known]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def show(figures: list[Figure], machine: Machine) -> None:
    """The table and what belongs to it, on standard output."""
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    console.print(table(figures, "Kedro projects"))
    console.print(str(machine), highlight=False, soft_wrap=True)


def _told(part: str, measure: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    """The figures of a part; one that breaks is told, and the others are measured."""
    try:
        yield from measure()
    except Exception as error:
        yield absent(part, part, f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
