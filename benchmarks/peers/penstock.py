"""Penstock: one engine with its agent and two workers, everything durable (SQLite with fsync)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import penstock_pipelines as pipelines
from benchmarks import workloads
from benchmarks.peers.driver import Builder, Peer, Trial, main
from benchmarks.workloads import Size
from penstock import __version__
from penstock.authoring.load import find
from penstock.compose.executors import start_executor
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.model.artifact import Artifact
from penstock.model.spec import PipelineSpec

WORKERS = 2


@contextmanager
def opened(workload: str, folder: Path) -> Iterator[Builder]:
    """An engine with its agent; the warm-up starts the workers."""
    home = Home(folder / "home", str(folder / "home" / "penstock.db"))
    home.make()
    settings = Settings()
    with LocalEngine(home, settings, start_executor(settings, workers=WORKERS)) as engine:

        def build(size: Size) -> Trial:
            spec = definition(workload, size)
            engine.planner.plan(spec)
            return Trial(lambda: submit(engine, spec), lambda made: result(engine, workload, made))

        yield build


def definition(workload: str, size: Size) -> PipelineSpec:
    """The pipeline of a workload and a size, as discovery gives it."""
    name = pipelines.variable(workload, size)
    code, pipeline = find(Path(pipelines.__file__), name)[0]
    return replace(pipeline.spec(), code=code)


def submit(engine: LocalEngine, spec: PipelineSpec) -> Any:
    """From the submission to the final commit."""
    handle = engine.submit(spec)
    handle.wait()
    return handle


def result(engine: LocalEngine, workload: str, handle: Any) -> int:
    """What the run came to, read back from what it kept."""
    from penstock.artifacts import ArtifactStore
    from penstock.store import outputs

    picture = handle.picture()
    if picture.state != "succeeded":
        raise RuntimeError(f"the run {picture.state}: {picture.error}")
    store = ArtifactStore(engine.home.artifacts)
    with engine.database.read() as connection:
        made = outputs.artifacts_of(connection, handle.key)
    values = {one.dataset: store.get(Artifact.from_list(one.reference)) for one in made}
    if workload == "D":
        return sum(values.values())
    if workload in ("B", "BF"):
        return values["total"]
    last = values[f"t{len(values) - 1}"]
    return workloads.shifts(last) if workload == "C" else last


PEER = Peer(
    name="penstock",
    distribution="penstock",
    opened=opened,
    kept={"": "every run, task, attempt, event and value, with fsync"},
    notes={"": f"version {__version__}; agent and 2 worker processes"},
)

if __name__ == "__main__":
    sys.exit(main(PEER))
