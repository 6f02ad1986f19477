"""Kedro: nodes in a `Pipeline`, run by a runner without a project or a session, as its own notebooks do."""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import kedro.framework.project  # noqa: F401 - sets Kedro's logging up, which `opened` then makes quiet
from kedro.io import DataCatalog, MemoryDataset, SharedMemoryDataCatalog
from kedro.pipeline import Pipeline, node
from kedro.runner import ParallelRunner, SequentialRunner
from kedro_datasets.pickle import PickleDataset

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2
QUICK_PICKLE = {"protocol": pickle.HIGHEST_PROTOCOL}


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """A runner; a parallel one starts the server of its shared memory here, its pool only in each run."""
    logging.getLogger("kedro").setLevel(logging.WARNING)
    builders = {"A": chain, "B": fan, "C": tables, "D": burning}
    runner = ParallelRunner(max_workers=WORKERS) if workload == "D" else SequentialRunner()
    yield lambda size: builders[workload](runner, size, folder)


def chain(runner: Any, size: Size, _folder: Path) -> Trial:
    nodes = [node(workloads.add_one, f"value_{i}", f"value_{i + 1}", name=f"task_{i}") for i in range(size.tasks)]
    catalog = DataCatalog({"value_0": MemoryDataset(0)})
    return Trial(lambda: runner.run(Pipeline(nodes), catalog), lambda out: out[f"value_{size.tasks}"].load())


def fan(runner: Any, size: Size, _folder: Path) -> Trial:
    middle = [f"value_{i}" for i in range(size.tasks)]
    nodes = [node(workloads.start, None, "first", name="start")]
    nodes += [node(workloads.same, "first", value, name=f"task_{value}") for value in middle]
    nodes += [node(total_of, middle, "sum", name="total")]
    pipeline = Pipeline(nodes)
    return Trial(lambda: runner.run(pipeline, DataCatalog()), lambda out: out["sum"].load())


def total_of(*values: int) -> int:
    return workloads.total(values)


def tables(runner: Any, size: Size, folder: Path) -> Trial:
    names = [f"table_{i}" for i in range(size.tasks)]
    nodes = [node(workloads.table, "rows", names[0], name="make")]
    nodes += [node(workloads.shifted, a, b, name=f"make_{b}") for a, b in pairwise(names)]
    files = {name: PickleDataset(filepath=folder / f"{name}.pickle", save_args=QUICK_PICKLE) for name in names}
    pipeline, catalog = Pipeline(nodes), DataCatalog({"rows": MemoryDataset(size.rows), **files})
    return Trial(lambda: runner.run(pipeline, catalog), lambda out: workloads.shifts(out[names[-1]].load()))


def burning(runner: Any, size: Size, _folder: Path) -> Trial:
    nodes = [node(workloads.burn, "seconds", f"done_{i}", name=f"burn_{i}") for i in range(size.tasks)]
    pipeline, catalog = Pipeline(nodes), SharedMemoryDataCatalog({"seconds": MemoryDataset(size.seconds)})
    return Trial(lambda: runner.run(pipeline, catalog), lambda out: sum(done.load() for done in out.values()))


PEER = Peer(
    name="kedro",
    distribution="kedro",
    opened=opened,
    kept={"": "nothing", "C": "pickle files, no fsync"},
    notes={
        "": "SequentialRunner, in one process: its quickest runner where tasks do nothing",
        "C": "SequentialRunner with PickleDataset of pickle protocol 5, three times as quick as ParquetDataset or more",
        "D": "ParallelRunner with 2 workers; it makes a new process pool in every run",
    },
)

if __name__ == "__main__":
    sys.exit(main(PEER))
