"""The table of a run: a row a tool, a column a workload."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from benchmarks.catalog import OURS
from benchmarks.result import Result, ratio
from benchmarks.workloads import WORKLOADS


def table(results: Sequence[Result], *, detail: bool = False) -> Table:
    """Medians and ratios against Penstock; with `detail` also the least and the most, how often it was run, and
    the share of the cores that a virtual machine's host gave to others meanwhile."""
    keys = [key for key in WORKLOADS if any(result.workload == key for result in results)]
    drawn = Table(title="Seconds from submission to the end; beside ours, how others compare", show_lines=True)
    drawn.add_column("tool")
    for key in keys:
        drawn.add_column(f"{key}\n{WORKLOADS[key].title}", min_width=11)
    drawn.add_column("kept on disk")
    for name in dict.fromkeys(result.peer for result in results):
        theirs = {result.workload: result for result in results if result.peer == name}
        drawn.add_row(title(theirs), *(cell(theirs.get(key), ours(results, key), detail) for key in keys), kept(theirs))
    return drawn


def ours(results: Sequence[Result], workload: str) -> float | None:
    """Penstock's median."""
    return next((r.median for r in results if r.peer == OURS and r.workload == workload), None)


def title(theirs: dict[str, Result]) -> str:
    """A tool and its version, where a driver got as far as telling it."""
    name = next(iter(theirs.values())).peer
    version = next((result.version for result in theirs.values() if result.version), "")
    return f"{name}\n{version}"


def cell(result: Result | None, our_median: float | None, detail: bool) -> str:
    """The words of one cell; lines are apart."""
    if result is None:
        return "-"
    if result.median is None:
        return "[red]failed[/red]" if result.over is None else f"over {result.over:.0f} s"
    lines = [f"{result.median:.3f} s"]
    if our_median and result.peer != OURS:
        lines.append(ratio(result.median, our_median))
    if detail:
        lines.append(f"{min(result.seconds):.3f} to {max(result.seconds):.3f} ({len(result.seconds)})")
        if result.stolen is not None:
            lines.append(f"{result.stolen:.1%} stolen")
        if result.disturbed:
            lines.append(f"{len(result.disturbed)} made again")
    return "\n".join(lines)


def kept(theirs: dict[str, Result]) -> str:
    """What a tool keeps."""
    return "\n".join(said_once({key: result.kept for key, result in theirs.items()}))


def said_once(words: dict[str, str]) -> list[str]:
    """Words by workload, each said once with the workloads that it holds for, or alone where it holds for all."""
    keys: dict[str, list[str]] = {}
    for key, said in words.items():
        if said:
            keys.setdefault(said, []).append(key)
    return list(keys) if len(keys) == 1 else [f"{' '.join(held)}: {said}" for said, held in keys.items()]


def failures(results: Sequence[Result]) -> list[str]:
    """Why a cell says `failed`, or has fewer repetitions than were asked for."""
    return [f"{result.peer} {result.workload}: {result.error}" for result in results if result.error]


def uses(results: Sequence[Result]) -> list[str]:
    """How each tool was used."""
    lines = []
    for name in dict.fromkeys(result.peer for result in results):
        notes = {result.workload: result.note for result in results if result.peer == name}
        lines += [f"{name} · {said}" for said in said_once(notes)]
    return lines
