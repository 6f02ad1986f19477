"""DBOS on SQLite: a workflow whose tasks are steps; for work on two cores, a queue served by two processes."""

from __future__ import annotations

import logging
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2
QUEUE = "burns"
POLL = 0.02
"""Seconds between two looks at the queue or at a result; DBOS would wait a second."""

add_one = DBOS.step(name="add_one")(workloads.add_one)
start = DBOS.step(name="start")(workloads.start)
same = DBOS.step(name="same")(workloads.same)
total = DBOS.step(name="total")(workloads.total)
table = DBOS.step(name="table")(workloads.table)
shifted = DBOS.step(name="shifted")(workloads.shifted)
burn = DBOS.step(name="burn")(workloads.burn)


@DBOS.workflow(name="chain")
def chain(tasks: int) -> int:
    value = 0
    for _ in range(tasks):
        value = add_one(value)
    return value


@DBOS.workflow(name="fan")
def fan(tasks: int) -> int:
    first = start()
    return total([same(first) for _ in range(tasks)])


@DBOS.workflow(name="tables")
def tables(tasks: int, rows: int) -> int:
    frame = table(rows)
    for _ in range(tasks - 1):
        frame = shifted(frame)
    return workloads.shifts(frame)


@DBOS.workflow(name="burning")
def burning(seconds: float) -> int:
    return burn(seconds)


def config(folder: Path, executor: str) -> DBOSConfig:
    return {
        "name": "benchmark",
        "system_database_url": f"sqlite:///{folder / 'dbos.sqlite'}",
        "application_version": "1",
        "executor_id": executor,
        "log_level": "ERROR",
    }


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """DBOS in this process; for D a client here and DBOS in each of two worker processes."""
    logging.getLogger("dbos").setLevel(logging.ERROR)
    DBOS(config=config(folder, "main"))
    DBOS.listen_queues([])
    DBOS.launch()
    try:
        if workload == "D":
            with served(folder) as client:
                yield lambda size: Trial(lambda: burnt(client, size))
        else:
            runs = {
                "A": lambda size: chain(size.tasks),
                "B": lambda size: fan(size.tasks),
                "C": lambda size: tables(size.tasks, size.rows),
            }
            yield lambda size: Trial(lambda: runs[workload](size))
    finally:
        DBOS.destroy()


@contextmanager
def served(folder: Path) -> Iterator[DBOSClient]:
    """A client of a queue that two processes serve, one workflow at a time each."""
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLL)
    spawn = multiprocessing.get_context("spawn")
    ready, over = spawn.Semaphore(0), spawn.Event()
    workers = [spawn.Process(target=serve, args=(folder, f"worker-{n}", ready, over)) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    client = DBOSClient(system_database_url=config(folder, "client")["system_database_url"])
    try:
        yield client
    finally:
        client.destroy()
        over.set()
        for worker in workers:
            worker.join()


def serve(folder: Path, name: str, ready: Any, over: Any) -> None:
    """What a worker process does until it is over."""
    DBOS(config=config(folder, name))
    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    ready.release()
    over.wait()
    DBOS.destroy()


def burnt(client: DBOSClient, size: Size) -> int:
    options: Any = {"queue_name": QUEUE, "workflow_name": "burning", "app_version": "1"}
    handles = [client.enqueue(options, size.seconds) for _ in range(size.tasks)]
    return sum(handle.get_result(polling_interval_sec=POLL) for handle in handles)


PEER = Peer(
    name="dbos",
    distribution="dbos",
    opened=opened,
    kept={"": "SQLite: the result of every step, fsynced"},
    notes={
        "": "steps called one after another in one workflow, in one process",
        "D": f"a queue served by 2 processes, looked at every {POLL * 1000:.0f} ms",
    },
)

if __name__ == "__main__":
    sys.exit(main(PEER))
