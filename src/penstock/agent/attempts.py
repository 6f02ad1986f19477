"""What the agent knows of an attempt, and the report of its end."""

from __future__ import annotations

import time
from typing import Any, Final

from penstock.agent.frames import Message
from penstock.agent.logs import LogFile

# Places in an assignment (ports.executor.Assignment) as it comes in a message.
KEY: Final = 0
RUN: Final = 1
TIMEOUT: Final = 10
GRACE: Final = 11
MEMORY: Final = 12
LOG: Final = 13
HOLDS: Final = 14
FIELDS: Final = 15


class Attempt:
    """One attempt from its dispatch to its report. Times in seconds since 1970."""

    __slots__ = (
        "asked", "assignment", "baseline", "key", "killed", "log", "over", "peak", "run",
        "started_at", "told", "worker",
    )  # fmt: skip

    def __init__(self, assignment: list[Any], run: Any, log: LogFile) -> None:
        self.assignment = assignment
        self.key: str = assignment[KEY]
        self.run = run
        self.log = log
        self.worker: Any = None
        self.started_at: float | None = None
        self.told = False
        self.over = False
        #: Why the agent ends it: "cancelled", "timeout", "out_of_memory", or what was wrong with its worker.
        self.asked: str | None = None
        #: SIGKILL was sent.
        self.killed = False
        self.peak = 0
        self.baseline: tuple[float, int, int] = (0.0, 0, 0)

    @property
    def timeout(self) -> float | None:
        return self.assignment[TIMEOUT]  # type: ignore[no-any-return]

    @property
    def grace(self) -> float:
        return self.assignment[GRACE]  # type: ignore[no-any-return]

    @property
    def memory(self) -> int | None:
        return self.assignment[MEMORY]  # type: ignore[no-any-return]


def ended(
    attempt: Attempt,
    outcome: str,
    reason: str | None,
    error: dict[str, Any] | None = None,
    usage: list[Any] | None = None,
) -> Message:
    """An `ended` message for an attempt that its worker did not end."""
    worker = attempt.worker.name if attempt.worker is not None else None
    at = time.time()
    return ["ended", attempt.key, outcome, reason, [], error, None, usage, attempt.started_at, at, worker]


def failure(type: str, message: str, *names: str) -> dict[str, Any]:
    """The `error` of a report that the agent makes itself."""
    mro = [type, *names, "Exception", "BaseException"]
    return {"type": type, "message": message, "traceback": "", "names": mro, "file": None, "line": None}
