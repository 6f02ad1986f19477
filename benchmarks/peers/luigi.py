"""Luigi: tasks with file targets, run by `luigi.build` with its local scheduler, which asks the files what is done."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import luigi

from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size

WORKERS = 2


class JsonTask(luigi.Task):
    """A task whose value is one small JSON file in the folder of its run."""

    folder = luigi.Parameter()
    number = luigi.IntParameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"{self.folder}/{type(self).__name__}-{self.number}.json")

    def write(self, value: int) -> None:
        with self.output().open("w") as file:
            json.dump(value, file)

    def value(self) -> int:
        with self.output().open() as file:
            return json.load(file)


class Link(JsonTask):
    """A: `number` tasks stand before this one."""

    def requires(self) -> Any:
        return Link(folder=self.folder, number=self.number - 1) if self.number else ()

    def run(self) -> None:
        self.write(workloads.add_one(self.requires().value() if self.number else 0))


class First(JsonTask):
    def run(self) -> None:
        self.write(workloads.start())


class Middle(JsonTask):
    def requires(self) -> First:
        return First(folder=self.folder, number=0)

    def run(self) -> None:
        self.write(workloads.same(self.requires().value()))


class Last(JsonTask):
    """B: `number` tasks are waited for."""

    def requires(self) -> list[Middle]:
        return [Middle(folder=self.folder, number=i) for i in range(self.number)]

    def run(self) -> None:
        self.write(workloads.total(task.value() for task in self.requires()))


class Table(luigi.Task):
    """C: `number` tables were made before this one, each kept as a pickle file."""

    folder = luigi.Parameter()
    number = luigi.IntParameter()
    rows = luigi.IntParameter()

    def requires(self) -> Any:
        return Table(folder=self.folder, number=self.number - 1, rows=self.rows) if self.number else ()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"{self.folder}/{self.number}.pickle", format=luigi.format.Nop)

    def run(self) -> None:
        frame = workloads.shifted(self.requires().value()) if self.number else workloads.table(self.rows)
        with self.output().open("w") as file:
            pickle.dump(frame, file, protocol=pickle.HIGHEST_PROTOCOL)

    def value(self) -> Any:
        with self.output().open() as file:
            return pickle.load(file)


class Burn(JsonTask):
    seconds = luigi.FloatParameter()

    def run(self) -> None:
        self.write(workloads.burn(self.seconds))


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """Nothing keeps running between two runs; each run gets a folder of its own, or all would be done already."""
    runs = (str(folder / f"run-{n}") for n in count())

    def build(size: Size) -> Trial:
        tasks = wanted(workload, next(runs), size)
        last = tasks[-1]
        if workload == "D":
            return Trial(lambda: run(tasks, WORKERS), lambda _: sum(task.value() for task in tasks))
        if workload == "C":
            return Trial(lambda: run(tasks, 1), lambda _: workloads.shifts(last.value()))
        return Trial(lambda: run(tasks, 1), lambda _: last.value())

    yield build


def wanted(workload: str, folder: str, size: Size) -> list[Any]:
    """The tasks that a run asks for; what they require comes by itself."""
    if workload == "A":
        return [Link(folder=folder, number=size.tasks - 1)]
    if workload == "B":
        return [Last(folder=folder, number=size.tasks)]
    if workload == "C":
        return [Table(folder=folder, number=size.tasks - 1, rows=size.rows)]
    return [Burn(folder=folder, number=i, seconds=size.seconds) for i in range(size.tasks)]


def run(tasks: list[Any], workers: int) -> None:
    if not luigi.build(tasks, local_scheduler=True, workers=workers, log_level="ERROR"):
        raise RuntimeError("luigi says that the run failed")


PEER = Peer(
    name="luigi",
    distribution="luigi",
    opened=opened,
    kept={"": "a JSON file a task, no fsync", "C": "pickle files, no fsync"},
    notes={
        "": "local scheduler, 1 worker, in one process: quicker than 2 for tasks that do nothing",
        "D": "local scheduler, 2 workers, a fork a task",
    },
)

if __name__ == "__main__":
    sys.exit(main(PEER))
