"""What one tool did on one workload."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Result:
    """`seconds` has one entry a repetition that ended. `error` says what went wrong; `over` is the budget in seconds
    within which a repetition did not end; `stolen` is the share of the cores, 0 to 1, that the host of a virtual
    machine gave to others meanwhile; `disturbed` has the seconds of repetitions that were made again for that.
    """

    peer: str
    workload: str
    seconds: tuple[float, ...] = ()
    version: str | None = None
    kept: str = ""
    note: str = ""
    error: str | None = None
    over: float | None = None
    stolen: float | None = None
    disturbed: tuple[float, ...] = ()

    @property
    def median(self) -> float | None:
        """Seconds; None when no repetition ended."""
        return statistics.median(self.seconds) if self.seconds else None

    def failed(self, error: str) -> Result:
        """The same with a reason, keeping what was measured."""
        return replace(self, error=error)

    def to_json(self) -> dict[str, Any]:
        """For the file of results."""
        return asdict(self) | {"median": self.median}


def result_from(line: dict[str, Any]) -> Result:
    """From the line of JSON that a driver prints."""
    return Result(**{**line, "seconds": tuple(line["seconds"]), "disturbed": tuple(line.get("disturbed", ()))})


def ratio(theirs: float, ours: float) -> str:
    """How a peer compares with us, in words: `6.8x slower`, `1.3x faster`, `as quick` within 2 %."""
    times = theirs / ours
    if 0.98 <= times <= 1.02:
        return "as quick"
    return f"{_times(times)}x slower" if times > 1 else f"{_times(1 / times)}x faster"


def _times(value: float) -> str:
    return f"{value:.2f}" if value < 1.1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def cost_of_a_task(seconds: Sequence[float], tasks: int) -> float:
    """Seconds a task, by the median of whole runs."""
    return statistics.median(seconds) / tasks
