"""Dagster: ops in a job on a persistent instance, executed in process; for work on two cores, by processes.

Without the postponed annotations of our other files: Dagster reads those of its ops.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.reconstruct import build_reconstructable_job

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2
QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
BY_PROCESSES = {
    "execution": {"config": {"multiprocess": {"max_concurrent": WORKERS, "start_method": {"forkserver": {}}}}}
}


@dg.op
def zero() -> int:
    return 0


@dg.op
def add_one(value: int) -> int:
    return workloads.add_one(value)


@dg.op
def start() -> int:
    return workloads.start()


@dg.op
def same(value: int) -> int:
    return workloads.same(value)


@dg.op
def total(values: list[int]) -> int:
    return workloads.total(values)


@dg.op(config_schema={"rows": int})
def table(context: dg.OpExecutionContext) -> Any:
    return workloads.table(context.op_config["rows"])


@dg.op
def shifted(frame: Any) -> Any:
    return workloads.shifted(frame)


@dg.op(config_schema={"seconds": float})
def burn(context: dg.OpExecutionContext) -> int:
    return workloads.burn(context.op_config["seconds"])


def chain(size: Size) -> dg.JobDefinition:
    @dg.graph
    def chain() -> int:
        value = zero()
        for i in range(size.tasks):
            value = add_one.alias(f"add_{i}")(value)
        return value

    return chain.to_job()


def fan(size: Size) -> dg.JobDefinition:
    @dg.graph
    def fan() -> int:
        first = start()
        return total([same.alias(f"same_{i}")(first) for i in range(size.tasks)])

    return fan.to_job()


def tables(size: Size) -> dg.JobDefinition:
    @dg.graph
    def tables() -> Any:
        frame = table()
        for i in range(size.tasks - 1):
            frame = shifted.alias(f"shifted_{i}")(frame)
        return frame

    return tables.to_job()


def burning(tasks: int) -> dg.JobDefinition:
    @dg.job
    def burning() -> None:
        for i in range(tasks):
            burn.alias(f"burn_{i}")()

    return burning


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """An instance on SQLite, as `dagster dev` has it, without daemon and web server."""
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        if workload == "D":
            yield lambda size: by_processes(size, instance)
        else:
            yield lambda size: in_process(workload, size, instance, folder)


def in_process(workload: str, size: Size, instance: dg.DagsterInstance, folder: Path) -> Trial:
    job = {"A": chain, "B": fan, "C": tables}[workload](size)
    if workload != "C":
        return Trial(lambda: job.execute_in_process(QUIET, instance), lambda result: result.output_value())
    config = QUIET | {"ops": {"table": {"config": {"rows": size.rows}}}}
    files = {"io_manager": dg.FilesystemIOManager(base_dir=str(folder / "tables"))}
    return Trial(
        lambda: job.execute_in_process(config, instance, resources=files),
        lambda result: workloads.shifts(result.output_value()),
    )


def by_processes(size: Size, instance: dg.DagsterInstance) -> Trial:
    job = build_reconstructable_job("benchmarks.peers.dagster", "burning", (size.tasks,))
    ops = {f"burn_{i}": {"config": {"seconds": size.seconds}} for i in range(size.tasks)}
    config = QUIET | BY_PROCESSES | {"ops": ops}

    def run() -> int:
        with dg.execute_job(job, instance, run_config=config) as result:
            return sum(result.output_for_node(name) for name in ops)

    return Trial(run)


PEER = Peer(
    name="dagster",
    distribution="dagster",
    opened=opened,
    kept={
        "": "SQLite: events of every op, fsynced",
        "C": "the same, and pickle files, no fsync",
        "D": "the same, and pickle files, no fsync",
    },
    notes={
        "": "execute_in_process on a persistent instance",
        "C": "the same, with FilesystemIOManager",
        "D": "multiprocess executor, 2 at a time, forkserver; one after another in one process takes 11 s",
    },
)

if __name__ == "__main__":
    sys.exit(main(PEER))
