"""Hamilton: functions wired by argument name in a module, executed by its `Driver`.

The functions of a chain or a fan are written out as the source of a module, as each node must be a function of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from hamilton.ad_hoc_utils import module_from_source
from hamilton.driver import Builder as DriverBuilder
from hamilton.execution.executors import MultiProcessingExecutor, SynchronousLocalTaskExecutor
from hamilton.io.materialization import to

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2
HEADER = "from benchmarks import workloads\n"


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """Nothing keeps running between two runs."""
    builders = {"A": chain, "B": fan, "C": tables, "D": burning}
    yield lambda size: builders[workload](size, folder)


def driver_of(source: str) -> Any:
    return DriverBuilder().with_modules(module_from_source(HEADER + source)).build()


def chain(size: Size, _folder: Path) -> Trial:
    names = [f"value_{i}" for i in range(size.tasks + 1)]
    source = "".join(f"def {b}({a}: int) -> int:\n    return workloads.add_one({a})\n" for a, b in pairwise(names))
    driver, last = driver_of(source), names[-1]
    return Trial(lambda: driver.execute([last], inputs={"value_0": 0}), lambda out: out[last])


def fan(size: Size, _folder: Path) -> Trial:
    middle = [f"value_{i}" for i in range(size.tasks)]
    source = "def first() -> int:\n    return workloads.start()\n"
    source += "".join(f"def {name}(first: int) -> int:\n    return workloads.same(first)\n" for name in middle)
    source += f"def last({', '.join(f'{name}: int' for name in middle)}) -> int:\n"
    source += f"    return workloads.total([{', '.join(middle)}])\n"
    driver = driver_of(source)
    return Trial(lambda: driver.execute(["last"]), lambda out: out["last"])


def tables(size: Size, folder: Path) -> Trial:
    names = [f"table_{i}" for i in range(size.tasks)]
    source = "import pandas as pd\n"
    source += f"def {names[0]}(rows: int) -> pd.DataFrame:\n    return workloads.table(rows)\n"
    source += "".join(
        f"def {b}({a}: pd.DataFrame) -> pd.DataFrame:\n    return workloads.shifted({a})\n" for a, b in pairwise(names)
    )
    driver, last = driver_of(source), names[-1]
    kept = [to.pickle(id=f"keep_{name}", dependencies=[name], path=str(folder / name)) for name in names]
    return Trial(
        lambda: driver.materialize(*kept, inputs={"rows": size.rows}, additional_vars=[last])[1],
        lambda out: workloads.shifts(out[last]),
    )


BURNING = """
from hamilton.htypes import Collect, Parallelizable
def job(tasks: int) -> Parallelizable[int]:
    yield from range(tasks)
def burnt(job: int, seconds: float) -> int:
    return workloads.burn(seconds)
def done(burnt: Collect[int]) -> int:
    return sum(burnt)
"""


def burning(size: Size, _folder: Path) -> Trial:
    driver = (
        DriverBuilder()
        .with_modules(module_from_source(HEADER + BURNING))
        .enable_dynamic_execution(allow_experimental_mode=True)
        .with_local_executor(SynchronousLocalTaskExecutor())
        .with_remote_executor(MultiProcessingExecutor(max_tasks=WORKERS))
        .build()
    )
    inputs = {"tasks": size.tasks, "seconds": size.seconds}
    return Trial(lambda: driver.execute(["done"], inputs=inputs), lambda out: out["done"])


PEER = Peer(
    name="hamilton",
    distribution="apache-hamilton",
    opened=opened,
    kept={"": "nothing", "C": "pickle files, no fsync"},
    notes={
        "": "plain calls in one process",
        "C": "plain calls in one process, a pickle materializer for each table",
        "D": "Parallelizable and Collect with MultiProcessingExecutor, which makes a new pool in every run",
    },
)

if __name__ == "__main__":
    sys.exit(main(PEER))
