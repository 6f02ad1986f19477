"""What the agent knows of an attempt, and the words for what ended it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from penstock.agent.logs import LogFile
from penstock.agent.runs import Run

if TYPE_CHECKING:
    from penstock.agent.members import Member

# Places in an assignment (ports.executor.Assignment) as it comes in a message.
KEY: Final = 0
RUN: Final = 1
TIMEOUT: Final = 10
GRACE: Final = 11
MEMORY: Final = 12
LOG: Final = 13
HOLDS: Final = 14
AFTER: Final = 15
#: Place in an artifact's list form (model.artifact).
PATH: Final = 2


class Totals(NamedTuple):
    """What a process tree has used since it began: CPU seconds, bytes read, bytes written."""

    cpu_seconds: float = 0.0
    read_bytes: int = 0
    written_bytes: int = 0

    @classmethod
    def told(cls, totals: list[int]) -> Self:
        """As a worker tells them: CPU in microseconds."""
        return cls(totals[0] / 1_000_000, totals[1], totals[2])


NOTHING: Final = Totals()


class Asked(NamedTuple):
    """Why the agent ends an attempt, in the words of its report."""

    outcome: str
    reason: str | None
    error: dict[str, Any] | None


class Attempt:
    """One attempt from its dispatch to its report. Times in seconds since 1970."""

    __slots__ = (
        "ahead_at", "asked", "assignment", "before", "due", "followers", "key", "killed", "lasting", "log", "over",
        "peak", "run", "started_at", "still_since", "told", "unheard", "worker",
    )  # fmt: skip

    def __init__(self, assignment: list[Any], run: Run, log: LogFile) -> None:
        self.assignment = assignment
        self.key: str = assignment[KEY]
        self.run = run
        self.log = log
        self.worker: Member | None = None
        #: The worker that has it ahead, before it is its `worker`.
        self.ahead_at: Member | None = None
        self.started_at: float | None = None
        #: It did not end at once.
        self.lasting = False
        #: Its worker was dead when it was handed over.
        self.unheard = False
        #: The engine knows that it has started.
        self.told = False
        self.over = False
        #: Those that may be begun directly after its success, each after the one before it.
        self.followers: list[Attempt] = []
        self.asked: Asked | None = None
        #: When its time is up, of the monotonic clock; it moves on while it stands still.
        self.due = 0.0
        #: It stands still since then (monotonic): its tree was stopped.
        self.still_since: float | None = None
        #: SIGKILL was sent.
        self.killed = False
        #: The highest sum of resident bytes that was seen of its tree.
        self.peak = 0
        #: What its worker had used before.
        self.before = NOTHING

    @property
    def after(self) -> str | None:
        """The key of the attempt that it follows."""
        return self.assignment[AFTER]  # type: ignore[no-any-return]

    @property
    def timeout(self) -> float | None:
        """Seconds it may take."""
        return self.assignment[TIMEOUT]  # type: ignore[no-any-return]

    @property
    def grace(self) -> float:
        """Seconds from SIGTERM to SIGKILL."""
        return self.assignment[GRACE]  # type: ignore[no-any-return]

    @property
    def memory(self) -> int | None:
        """Bytes that its tree may have."""
        return self.assignment[MEMORY]  # type: ignore[no-any-return]

    def note(self, level: str, message: str) -> None:
        """Add a word of ours to its log."""
        self.log.record(time.time(), level, "penstock", message)


CANCELLED: Final = Asked("cancelled", None, None)


def failure(kind: str, message: str, *bases: str) -> dict[str, Any]:
    """The `error` of a report for what is no exception of the task; `kind` and `bases` are names of classes."""
    names = [kind, *bases, "Exception", "BaseException"]
    return {"type": kind, "message": message, "traceback": "", "names": names, "file": None, "line": None}


def timed_out(seconds: float) -> Asked:
    """Its time is up."""
    error = failure("TimeoutError", f"it took longer than its timeout of {seconds:g} s", "OSError")
    return Asked("failed", "timeout", error)


def out_of_memory(used: int, limit: int) -> Asked:
    """Its tree has more memory than it may."""
    message = f"it used {used / 1e6:,.0f} MB of memory, more than its limit of {limit / 1e6:,.0f} MB"
    return Asked("failed", "out_of_memory", failure("MemoryError", message))


def killed_by_kernel() -> Asked:
    """The machine had no memory left."""
    message = "the kernel killed it because the machine (or its container) had no memory left"
    return Asked("failed", "out_of_memory", failure("MemoryError", message))


def worker_lost(how: str) -> Asked:
    """The worker died of itself, of the task, or of somebody's signal."""
    return Asked("lost", "worker_lost", failure("WorkerLost", f"the worker {how}"))


def node_lost(how: str) -> Asked:
    """Something of ours broke; the task has no part in it."""
    return Asked("lost", "node_lost", failure("NodeLost", how))
