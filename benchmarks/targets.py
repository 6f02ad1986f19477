"""What Penstock is asked to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.catalog import FLOOR, OURS
from benchmarks.result import Result

SECONDS = {"A": 0.03, "B": 0.15, "C": 0.3, "D": 5.1}
"""At most, on a quiet machine of two cores."""

OF_POOL = {"A": 1.5, "B": 1.5}
"""At most so many times the bare process pool of the same run, which keeps nothing."""


TAKEN = 0.005
"""From this share of the cores on, what a virtual machine's host gave to others is told beside a figure."""


def verdicts(results: Iterable[Result]) -> list[str]:
    """One sentence for each target that can be judged by these results."""
    results = list(results)
    stolen = {result.workload: result.stolen for result in results if result.peer == OURS}
    medians = {(result.peer, result.workload): result.median for result in results}
    sentences = []
    for workload, limit in SECONDS.items():
        ours, floor = medians.get((OURS, workload)), medians.get((FLOOR, workload))
        if ours is None:
            continue
        sentences.append(
            f"{workload}: {ours:.3f} s, asked for {limit:g} s: {met(ours <= limit)}{host(stolen[workload])}"
        )
        if floor and workload in OF_POOL:
            times = ours / floor
            most = OF_POOL[workload]
            sentences.append(f"{workload}: {times:.2f} times the pool, asked for {most}: {met(times <= most)}")
    return sentences


def host(stolen: float | None) -> str:
    """What is to be known of a figure from a virtual machine whose host was busy, or nothing."""
    return f" (the host gave {stolen:.1%} of the cores to others)" if stolen and stolen >= TAKEN else ""


def met(yes: bool) -> str:
    """The verdict in a word."""
    return "met" if yes else "missed"
