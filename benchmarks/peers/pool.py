"""The floor: a bare `ProcessPoolExecutor` of the standard library. The caller keeps the order; nothing is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2


@contextmanager
def opened(workload: str, _folder: Path) -> Iterator[Builder]:
    """A pool whose processes the warm-up starts."""
    runs = {"A": chain, "B": fan, "C": tables, "D": burning}
    with ProcessPoolExecutor(WORKERS) as pool:
        yield lambda size: Trial(lambda: runs[workload](pool, size), workloads.shifts if workload == "C" else int)


def chain(pool: ProcessPoolExecutor, size: Size) -> int:
    value = 0
    for _ in range(size.tasks):
        value = pool.submit(workloads.add_one, value).result()
    return value


def fan(pool: ProcessPoolExecutor, size: Size) -> int:
    value = pool.submit(workloads.start).result()
    futures = [pool.submit(workloads.same, value) for _ in range(size.tasks)]
    return pool.submit(workloads.total, [future.result() for future in futures]).result()


def tables(pool: ProcessPoolExecutor, size: Size) -> Any:
    frame = pool.submit(workloads.table, size.rows).result()
    for _ in range(size.tasks - 1):
        frame = pool.submit(workloads.shifted, frame).result()
    return frame


def burning(pool: ProcessPoolExecutor, size: Size) -> int:
    futures = [pool.submit(workloads.burn, size.seconds) for _ in range(size.tasks)]
    return sum(future.result() for future in futures)


PEER = Peer(
    name="pool",
    distribution=None,
    opened=opened,
    kept={"": "nothing"},
    notes={"": "2 processes; values go through pipes by pickle"},
)

if __name__ == "__main__":
    sys.exit(main(PEER))
