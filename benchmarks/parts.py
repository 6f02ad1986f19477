"""Programs of several parts: which are measured, what each figure is as it comes, the table, the file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.environments import ENVIRONMENTS
from benchmarks.machine import Machine, look
from benchmarks.page.figures import Figure, absent, table
from benchmarks.written import write

WIDTH = 190
Parts = Mapping[str, Callable[[], Iterator[Figure]]]


def add_options(parser: argparse.ArgumentParser, example: str) -> None:
    """What all such programs understand."""
    parser.add_argument("--only", type=_words, help=f"such as {example} (default: all)")
    parser.add_argument("--no-install", action="store_true", help="take the environments as they are")
    parser.add_argument("--json", type=Path, help="where to write the results (default: benchmarks/results/)")


def chosen(parser: argparse.ArgumentParser, only: list[str] | None, parts: Parts) -> list[str]:
    """The parts that are asked for, in their order; ends the program for one that there is not."""
    unknown = [word for word in only or () if word not in parts]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(parts)}")
    return [part for part in parts if only is None or part in only]


def measure(parts: Parts, only: Iterable[str], title: str, prefix: str, path: Path | None) -> int:
    """Measure parts and show and write their figures; exit status 1 when something could not be measured."""
    console = Console(stderr=True)
    ENVIRONMENTS.mkdir(exist_ok=True)
    begun, machine = datetime.now(UTC), look(ENVIRONMENTS)
    if machine.busy:
        console.print(f"[yellow]load {machine.load:.2f}: the machine is busy, these figures will say little[/yellow]")
    figures: list[Figure] = []
    for part in only:
        for figure in _told(part, parts[part]):
            figures.append(figure)
            line = f"{figure.part:12} {figure.what}: {figure.value} {figure.unit} {figure.verdict} {figure.note}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    _show(figures, machine, title)
    write(path, begun, machine, {"figures": [figure.to_json() for figure in figures]}, console, prefix)
    return 1 if any(figure.value is None for figure in figures) else 0


def _show(figures: list[Figure], machine: Machine, title: str) -> None:
    """The table and what belongs to it, on standard output."""
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    console.print(table(figures, title))
    console.print(str(machine), highlight=False, soft_wrap=True)
    for word in ("missed", "not measured"):
        there = [figure.what for figure in figures if figure.verdict == word]
        if there:
            console.print(f"{word}: {'; '.join(there)}", highlight=False, markup=False, soft_wrap=True)


def _told(part: str, of_part: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    """The figures of a part; one that breaks is told, and the others are measured."""
    try:
        yield from of_part()
    except Exception as error:
        yield absent(part, part, f"{type(error).__name__}: {error}")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
