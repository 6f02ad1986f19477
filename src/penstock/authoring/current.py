"""The running task's own view of its run: `penstock.run`.

One task runs in a process at a time, so this is a plain module global, which the threads of a task share.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from penstock.model.nearest import did_you_mean
from penstock.model.run_types import meaning_of

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


class Facts(NamedTuple):
    """What a task can know of its run."""

    id: str
    pipeline: str
    namespace: str
    version: str
    type: str
    params: dict[str, Any]
    labels: dict[str, str]
    generation: int
    task: str
    map_index: int | None
    label: str | None
    attempt: int


class Sink(Protocol):
    """Where figures and progress of the running task go."""

    def metric(self, name: str, value: float, unit: str | None) -> None: ...

    def progress(self, done: float, total: float | None) -> None: ...

    def event(self, kind: str, data: dict[str, Any]) -> None: ...


class CurrentRun:
    """Facts and reports of the running task. Outside of a run facts are None (or empty), and figures go nowhere.

    So a function that uses it stays a plain function, which tests call as it is. `id` is the run's, as every surface
    shows it; `version` that of its pipeline; `type` standard, test, debug, replay, incremental or backfill; `params`
    and `labels` are the run's. `generation` counts from 1, and on with every retry of the run in place; `attempt`
    counts the tries of this task from 1. `map_index` (from 0) and `label` are those of an item of a fan-out.
    """

    id: str | None
    pipeline: str | None
    namespace: str | None
    version: str | None
    type: str | None
    params: dict[str, Any]
    labels: dict[str, str]
    generation: int | None
    task: str | None
    map_index: int | None
    label: str | None
    attempt: int | None

    def __init__(self) -> None:
        self._facts: Facts | None = None
        self._sink: Sink | None = None

    if not TYPE_CHECKING:  # which would take any name for one of these

        def __getattr__(self, name):
            if name.startswith("_") or name not in Facts._fields:
                raise AttributeError(f"a run has no '{name}'; {did_you_mean(name, dir(self))}")
            if name in ("params", "labels"):
                # A copy: a worker keeps the run's own for the tasks that come after this one.
                return {} if self._facts is None else copy.deepcopy(getattr(self._facts, name))
            return None if self._facts is None else getattr(self._facts, name)

    def __dir__(self) -> list[str]:
        return [*Facts._fields, "dry", "idempotency_key", "log", "metric", "progress"]

    def __repr__(self) -> str:
        return "<no run>" if self._facts is None else f"<run {self._facts.id}, task {self._facts.task}>"

    @property
    def dry(self) -> bool:
        """Is nothing to be written outside of Penstock? So it is in a run of type test."""
        return meaning_of(self.type).dry

    @property
    def idempotency_key(self) -> str | None:
        """A text that is the same for every attempt of this task and item in this run, and for no other."""
        facts = self._facts
        if facts is None:
            return None
        index = "" if facts.map_index is None else f"/{facts.map_index}"
        return f"{facts.id}/{facts.task}{index}"

    def log(self, message: object, level: str = "info") -> None:
        """Write a line to the task's log. `level`: debug, info, warning, error or critical."""
        if level not in _LEVELS:
            raise ValueError(f"there is no level '{level}': use {', '.join(_LEVELS)}")
        import logging  # a fifth of what `import penstock` would cost

        logging.getLogger("penstock.run").log(_LEVELS[level], "%s", message)

    def metric(self, name: str, value: float, unit: str | None = None) -> None:
        """Report a figure, such as `run.metric("rows", 1200, "rows")`. Raises ValueError if it is no finite number."""
        number = _number(value, f"metric '{name}'")
        if self._sink is not None:
            self._sink.metric(str(name), number, None if unit is None else str(unit))

    def progress(self, done: float, total: float | None = None) -> None:
        """Say how far the task is: `done` of `total`, in any unit. Raises ValueError if they are no finite numbers."""
        far = _number(done, "progress")
        whole = None if total is None else _number(total, "the total of progress")
        if self._sink is not None:
            self._sink.progress(far, whole)


def _number(value: Any, what: str) -> float:
    """A finite float of a number of any library; a text is none."""
    try:
        number = math.nan if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{what} is {value!r}, and must be a finite number")
    return number


run: Final = CurrentRun()


def activate(facts: Facts, sink: Sink) -> None:
    """A task begins (workers call this)."""
    run._facts, run._sink = facts, sink


def tell(kind: str, data: dict[str, Any]) -> None:
    """Record an event of the running task (loaders call this): a kind of ports.executor.EVENTS, and plain JSON."""
    if run._sink is not None:
        run._sink.event(kind, data)


def deactivate() -> None:
    """The task is over."""
    run._facts = run._sink = None
