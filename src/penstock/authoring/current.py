"""The running task's own view of its run: `penstock.run`.

One task runs in a process at a time, so this is a plain module global, which the threads of a task share.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple, Protocol

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


class CurrentRun:
    """Facts and reports of the running task. Outside of a run facts are None (or empty), and reports are only logged.

    So a function that uses it stays a plain function, which tests call as it is.
    """

    def __init__(self) -> None:
        self._facts: Facts | None = None
        self._sink: Sink | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in Facts._fields:
            raise AttributeError(f"a run has no '{name}'; it has {', '.join(Facts._fields)}")
        facts = self._facts
        if facts is None:
            return {} if name in ("params", "labels") else None
        return getattr(facts, name)

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
        """Report a figure, such as `run.metric("rows", 1200, "rows")`. Raises ValueError if it is not finite."""
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"metric '{name}' is {value!r}, and must be a finite number")
        if self._sink is not None:
            self._sink.metric(str(name), number, unit)

    def progress(self, done: float, total: float | None = None) -> None:
        """Say how far the task is: `done` of `total`, in any unit. Raises ValueError if they are not finite."""
        if not math.isfinite(done) or (total is not None and not math.isfinite(total)):
            raise ValueError(f"progress is {done!r} of {total!r}, and must be finite numbers")
        if self._sink is not None:
            self._sink.progress(float(done), None if total is None else float(total))


run: Final = CurrentRun()


def activate(facts: Facts, sink: Sink) -> None:
    """A task begins (workers call this)."""
    run._facts, run._sink = facts, sink


def deactivate() -> None:
    """The task is over."""
    run._facts = run._sink = None
