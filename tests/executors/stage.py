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
from penstock.ports.executor import Assignment, Ended, Executor, Report, Returned, RunContext, Started

PIPELINES = Path(__file__).parent / "pipelines"
#: Seconds that anything here may take; a failing test waits so long, others never do.
PATIENCE = 20.0
#: Of task runs: no key names two attempts of one executor, whichever test has it.
_NUMBERS = itertools.count()


class Stage:
    """One run of one file's pipeline on an executor."""

    def __init__(self, executor: Executor, folder: Path, file: Path, run_id: str = "run", **facts: Any) -> None:
        self.executor = executor
        self.folder = folder
        self.reports: list[Report] = []
        self._logs: dict[str, str] = {}
        self._assignments: dict[str, Assignment] = {}
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
        key = f"1:{next(_NUMBERS)}:1"
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
            "after": None,
        }
        assignment = Assignment(**(body | facts))
        self._logs[assignment.key] = assignment.log
        self._assignments[assignment.key] = assignment
        return assignment

    def start(self, task: str, **facts: Any) -> str:
        """Dispatch an attempt; its key."""
        assignment = self.assignment(task, **facts)
        self.executor.dispatch([assignment])
        return assignment.key

    def chain(self, *tasks: tuple[str, dict[str, Any]]) -> list[str]:
        """Dispatch attempts of which each follows the one before it: (task, what is unusual of it); their keys."""
        return self.lengthen([], *tasks)

    def lengthen(self, keys: list[str], *tasks: tuple[str, dict[str, Any]]) -> list[str]:
        """Dispatch attempts that go on with a chain which was dispatched before; its keys and theirs."""
        before = keys[-1] if keys else None
        assignments: list[Assignment] = []
        for task, facts in tasks:
            assignments.append(self.assignment(task, after=before, **facts))
            before = assignments[-1].key
        self.executor.dispatch(assignments)
        return [*keys, *(assignment.key for assignment in assignments)]

    def settled(self, keys: list[str]) -> list[str]:
        """Wait until each of a chain has ended, or come back because of what was before it; outcomes or "returned".

        What comes back although all before it succeeded (somebody else had the processor) is dispatched once more.
        """
        self.reach(keys, lambda: self._ended.keys() | self._returned >= set(keys))
        done = list(itertools.takewhile(lambda key: key in self._ended, keys))
        assert len(done) == len([key for key in keys if key in self._ended])
        return [*(self._ended[key].outcome for key in done), *("returned" for _ in keys[len(done) :])]

    def reach(self, keys: list[str], holds: Callable[[], bool]) -> None:
        """Wait for something that a chain comes to."""

        def look() -> bool:
            done = list(itertools.takewhile(lambda key: key in self._ended, keys))
            rest = keys[len(done) :]
            went_well = all(self._ended[key].outcome == "succeeded" for key in done)
            if rest and went_well and self._returned >= set(rest):
                self._dispatch_again(done[-1:], rest)
                return False
            return holds()

        self.until(look)

    def _dispatch_again(self, before: list[str], keys: list[str]) -> None:
        first, *others = (self._assignments[key] for key in keys)
        made = dict(self._ended[before[0]].outputs) if before else {}
        inputs = {name: made[ref["made"]] if "made" in ref else ref for name, ref in first.inputs.items()}
        self.reports = [report for report in self.reports if type(report) is not Returned or report.key not in keys]
        self.executor.dispatch([first._replace(after=None, inputs=inputs), *others])

    @property
    def _ended(self) -> dict[str, Ended]:
        return {ended.key: ended for ended in self.of(Ended)}

    @property
    def _returned(self) -> set[str]:
        return {returned.key for returned in self.of(Returned)}

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
