"""Dask distributed: futures on a `LocalCluster` of two single-threaded worker processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, LocalCluster, wait

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """Scheduler, two workers and a client, without the dashboard."""
    runs = {"A": chain, "B": fan, "C": tables, "D": burning}
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(folder), host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield lambda size: runs[workload](client, size)


def chain(client: Client, size: Size) -> Trial:
    def run() -> int:
        value = 0
        for _ in range(size.tasks):
            value = client.submit(workloads.add_one, value, pure=False)
        return value.result()

    return Trial(run)


def fan(client: Client, size: Size) -> Trial:
    def run() -> int:
        first = client.submit(workloads.start, pure=False)
        middle = client.map(workloads.same, [first] * size.tasks, pure=False)
        return client.submit(workloads.total, middle, pure=False).result()

    return Trial(run)


def tables(client: Client, size: Size) -> Trial:
    def run() -> object:
        frame = client.submit(workloads.table, size.rows, pure=False)
        for _ in range(size.tasks - 1):
            frame = client.submit(workloads.shifted, frame, pure=False)
        return wait(frame).done.pop()

    return Trial(run, lambda frame: workloads.shifts(frame.result()))


def burning(client: Client, size: Size) -> Trial:
    return Trial(lambda: sum(client.gather(client.map(workloads.burn, [size.seconds] * size.tasks, pure=False))))


PEER = Peer(
    name="dask",
    distribution="distributed",
    opened=opened,
    kept={"": "nothing"},
    notes={"": "futures on a LocalCluster of 2 processes; values stay in their memory"},
)

if __name__ == "__main__":
    sys.exit(main(PEER))
