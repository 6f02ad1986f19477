"""Prefect: a flow that calls tasks, with a Prefect server on the loopback address."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import ProcessPoolTaskRunner

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2
SETTLE = 30.0
"""Seconds that we wait at most for the server to record the tasks of the run before."""

light = task(cache_policy=NO_CACHE, persist_result=False)
kept = task(cache_policy=NO_CACHE, persist_result=True)

add_one, start, same, total = (
    light(body) for body in (workloads.add_one, workloads.start, workloads.same, workloads.total)
)
table, shifted = kept(workloads.table), kept(workloads.shifted)
burn = light(workloads.burn)


@flow
def chain(size: Size) -> int:
    value = 0
    for _ in range(size.tasks):
        value = add_one(value)
    return value


@flow
def fan(size: Size) -> int:
    first = start()
    return total([same(first) for _ in range(size.tasks)])


@flow
def tables(size: Size) -> int:
    frame = table(size.rows)
    for _ in range(size.tasks - 1):
        frame = shifted(frame)
    return workloads.shifts(frame)


@flow(task_runner=ProcessPoolTaskRunner(max_workers=WORKERS))
def burning(size: Size) -> int:
    return sum(burn.map([size.seconds] * size.tasks).result())


@contextmanager
def opened(workload: str, _folder: Path) -> Iterator[Builder]:
    """A server of our own and a client.

    Left alone, Prefect starts a server by itself, but then each process of a pool starts another one.
    """
    flows = {"A": chain, "B": fan, "C": tables, "D": burning}
    with SubprocessASGIServer() as server:
        os.environ["PREFECT_API_URL"] = server.api_url
        with temporary_settings({PREFECT_API_URL: server.api_url}), get_client(sync_client=True) as client:
            submitted = 0

            def build(size: Size) -> Trial:
                nonlocal submitted
                settle(client, submitted)
                submitted += size.tasks + 2 * (workload == "B")
                return Trial(lambda: flows[workload](size))

            yield build


def settle(client: Any, tasks: int) -> None:
    """Wait until the server has recorded the end of `tasks` tasks, which it does after their flows have returned.

    Else the records of one run would slow the next one down.
    """
    until = time.monotonic() + SETTLE
    ended = {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    while client.request("POST", "/task_runs/count", json=ended).json() < tasks and time.monotonic() < until:
        time.sleep(0.2)


PEER = Peer(
    name="prefect",
    distribution="prefect",
    opened=opened,
    kept={
        "": "SQLite: states of runs and tasks, soon after the run",
        "C": "the same, and pickle files, no fsync",
    },
    notes={
        "": "tasks called directly, in one process, with a server on loopback",
        "C": "the same, results persisted",
        "D": "ProcessPoolTaskRunner with 2 workers, a new pool a run; one after another in one process takes 10 s",
    },
)

if __name__ == "__main__":
    sys.exit(main(PEER))
