"""What the duration of a run is: from its first start to its last end, without the time between its generations.

A run that is retried in place goes on after an hour, or after a weekend. Nothing of it ran meanwhile: the column `idle`
counts that (docs/decisions/0028-a-duration-is-the-time-that-a-run-ran.md).
"""

from __future__ import annotations

from typing import Final

#: In microseconds; NULL while it is not over. As the index of durations has it.
DURATION: Final = "(run.ended_at - run.started_at - run.idle)"


def duration(started_at: int | None, ended_at: int | None, idle: int) -> float | None:
    """The same in seconds, of columns of a run."""
    return None if started_at is None or ended_at is None else (ended_at - started_at - idle) / 1_000_000
