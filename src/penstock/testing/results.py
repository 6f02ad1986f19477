"""What became of a run under test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from penstock.errors import NotFound, PenstockError
from penstock.model.nearest import did_you_mean

#: States of runs in which nothing failed that may not.
_WELL = ("succeeded", "warning", "skipped")


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception of a task, and the way that it came through the user's code."""

    error: BaseException
    trace: TracebackType | None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of a task, or of an item of a fan-out: then `map_index` and `label` tell which, and the task has its
    `items` in order.

    `attempts` counts the tries. `error` is what the last of them raised, where that failed. `metrics` are the figures
    that it reported, by name; `logs` the lines of all attempts.
    """

    name: str
    map_index: int | None
    label: str | None
    state: str
    reason: str | None
    attempts: int
    error: BaseException | None
    metrics: dict[str, float] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    items: list[TaskResult] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a run: its `state` and `reason`, and its tasks, as `result["clean"]`.

    `tasks` has them by name, in the order of the definition.
    """

    state: str
    reason: str | None
    tasks: dict[str, TaskResult]
    _values: Mapping[str, Any] = field(repr=False)
    _raised: Raised | None = field(repr=False)

    def __getitem__(self, task: str) -> TaskResult:
        """What became of a task. Raises NotFound for one that the pipeline does not have."""
        if task not in self.tasks:
            raise NotFound(f"the pipeline has no task '{task}'", cure=did_you_mean(task, self.tasks))
        return self.tasks[task]

    def value(self, dataset: str) -> Any:
        """What the run made of a dataset, as the next task would read it; of a fan-out the list of its results.

        Raises NotFound where it made none, and what `raise_for_failure` raises where that is because it failed.
        """
        __tracebackhide__ = True
        if dataset not in self._values:
            self.raise_for_failure()
            raise NotFound(f"the run made no dataset '{dataset}'", cure=did_you_mean(dataset, self._values))
        value = self._values[dataset]
        if isinstance(value, PenstockError):
            raise value
        return value

    def raise_for_failure(self) -> None:
        """Raise what the task raised that made the run fail, as it raised it. Nothing where the run went well."""
        __tracebackhide__ = True
        if self.state in _WELL:
            return
        if self._raised is None:
            raise PenstockError(f"the run ended as {self.state}" + (f" ({self.reason})" if self.reason else ""))
        raise self._raised.error.with_traceback(self._raised.trace)
