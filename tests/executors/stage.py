"""Drives an executor by its port alone: dispatches attempts of a pipeline's file, waits for their reports."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from penstock.authoring.load import find
from penstock.model import spec
from penstock.ports.executor import Assignment, Ended, Executor, Report, RunContext, Started

PIPELINES = Path(__file__).parent / "pipelines"
#: Seconds that anything here may take; a failing test waits so long, others never do.
PATIENCE = 20.0


class Stage:
    """One run of one file's pipeline on an executor."""

    def __init__(self, executor: Executor, folder: Path, file: Path, run_id: str = "run", **facts: Any) -> None:
        self.executor = executor
        self.folder = folder
        self.reports: list[Report] = []
        self._keys = itertools.count()
        self._logs: dict[str, str] = {}
        code, self.pipeline = find(file)[0]
        params = {name: given.default for name, given in self.pipeline.spec().params.items()}
        body: dict[str, Any] = {
            "run_id": run_id,
            "pipeline": self.pipeline.name,
            "namespace": "default",
            "version": self.pipeline.spec().version,
            "type": "test",
            "params": params,
            "labels": {},
            "code": spec.to_json(code),
            "artifacts": str(folder / "artifacts"),
            "logs": str(folder / "logs"),
        }
        self.context = RunContext(**(body | facts))
        executor.prepare(self.context)

    def assignment(self, task: str, **facts: Any) -> Assignment:
        """An attempt of a task; `facts` replace what is usual."""
        key = f"1:{next(self._keys)}:1"
        body: dict[str, Any] = {
            "key": key,
            "run_id": self.context.run_id,
            "task": task,
            "map_index": None,
            "label": None,
            "n": 1,
            "generation": 1,
            "inputs": {},
            "when": None,
            "mode": "run",
            "timeout": None,
            "grace": 5.0,
            "memory": None,
            "log": f"{self.context.run_id}/{task}.{key.replace(':', '-')}.jsonl",
            "holds": (),
        }
        assignment = Assignment(**(body | facts))
        self._logs[assignment.key] = assignment.log
        return assignment

    def start(self, task: str, **facts: Any) -> str:
        """Dispatch an attempt; its key."""
        assignment = self.assignment(task, **facts)
        self.executor.dispatch([assignment])
        return assignment.key

    def run(self, task: str, **facts: Any) -> Ended:
        """Make an attempt; its end."""
        return self.end(self.start(task, **facts))

    def end(self, key: str, within: float = PATIENCE) -> Ended:
        """Wait for the end of an attempt."""
        self.until(lambda: any(isinstance(report, Ended) and report.key == key for report in self.reports), within)
        return next(report for report in self.reports if isinstance(report, Ended) and report.key == key)

    def started(self, key: str) -> Started:
        """Wait until it is told that an attempt has started."""
        self.until(lambda: any(isinstance(report, Started) and report.key == key for report in self.reports))
        return next(report for report in self.reports if isinstance(report, Started) and report.key == key)

    def until(self, holds: Callable[[], bool], within: float = PATIENCE) -> None:
        """Take reports until something holds."""
        deadline = time.monotonic() + within
        while not holds():
            left = deadline - time.monotonic()
            assert left > 0, f"not within {within} s; reports so far: {self.reports}"
            self.reports.extend(self.executor.poll(min(left, 0.5)))

    def of(self, kind: type[Any]) -> list[Any]:
        """The reports of a kind so far."""
        return [report for report in self.reports if isinstance(report, kind)]

    def value(self, ended: Ended) -> Any:
        """The one output of an attempt, which must be small and plain."""
        assert ended.outcome == "succeeded", ended
        ((_, ref),) = ended.outputs
        return json.loads(ref[1])

    def log(self, ended: Ended) -> list[dict[str, Any]]:
        """The lines of an attempt's log."""
        path = Path(self.context.logs) / self._logs[ended.key]
        if not path.exists():
            return []
        with path.open() as lines:
            return [json.loads(line) for line in lines]


def ref(value: Any) -> dict[str, Any]:
    """A reference that is the value itself."""
    return {"json": value}


def said(lines: list[dict[str, Any]], stream: str | None = None) -> list[str]:
    """The messages of a log, of one stream or of all."""
    return [line["message"] for line in lines if stream in (None, line["stream"])]
