"""Numbers beyond which nothing can be meant: what is kept, counted and waited for holds all up to them."""

from __future__ import annotations

from typing import Final

#: Attempts at the same time on one machine, each a process.
MOST_WORKERS: Final = 10_000
#: Counts, and places such as items of a fan-out: columns of PostgreSQL hold no more.
MOST: Final = 2**31 - 1
#: Seconds that anything waits or is kept: a hundred years. Python's threads wait for 292 at most.
LONGEST: Final = 100 * 31_536_000.0
