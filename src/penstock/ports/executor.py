"""How an engine reaches those who run attempts.

Law. One engine thread calls every method but `wake`, which any thread may call. An attempt is named by its key,
`"<run key>:<seq>:<n>"`, with `:<epoch>` behind it where its run was taken over; a key is dispatched once. Every
dispatched key gets exactly one `ended` report, whatever happens to worker and agent, unless the executor itself is
closed or raises AgentLost from `poll`: then the engine counts every unreported attempt as lost. `started` comes before
`ended`, or not at all (short attempts). Reports of one attempt come in order; those of different attempts in any.

A follower is an attempt with `after`, the key of the one before it in the same call of `dispatch`, or of the last
follower of an earlier call. It is begun only directly after that one's success, where its value was made, and told of
after that one's `ended`. A follower that is not begun so, or that comes when something else was begun there, gets a
`returned` instead of an `ended`; then its key may be dispatched once more.

Attempts of a Lasting executor outlive the engine. The next one finds their legacy; nothing is reported of them, and
nothing is begun, before it has said by `keep` which of them it goes on with. Then it gets of those all that may not be
on record, some of it for the second time; the others are ended and never told of. What was not begun when the engine
went is among the reports as `returned`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

#: How an attempt ended. `skipped`: its condition was false. `expanded`: the items of a fan-out are known.
Outcome: TypeAlias = Literal["succeeded", "skipped", "expanded", "failed", "cancelled", "lost"]

#: What the executor tells of an attempt whose log could not be written: `error` says why.
LOG_LOST: Final = "log_lost"
#: What may be told of an attempt besides: that a dataset which the project keeps was loaded or saved, or was not.
EVENTS: Final = frozenset({"dataset_loaded", "dataset_saved", "dataset_failed", LOG_LOST})

#: What stands for the value of an argument: an artifact's list form (model.artifact), or one of
#: {"list": [ref, ...]} results of a fan-out in order · {"item": ref, "at": i} the i-th item of a value ·
#: {"json": value} a plain value · {"made": dataset} what the attempt that this one follows has made of that
#: dataset (of a whole argument only) · None: missing (the function's default, else None).
Ref: TypeAlias = Any


class Assignment(NamedTuple):
    """One attempt to make. Times in seconds, memory in bytes.

    `mode` "run" calls the function; "expand" only reads the sources of a fan-out and tells its items.
    `inputs` and `when` hold the references of arguments that come from datasets, items and errors; those that
    come from params are in the run's context. `holds` are the paths of stored artifacts among the inputs, for
    choosing a worker that has them in memory. `after`: the key of the attempt that this one follows.
    """

    key: str
    run_id: str
    task: str
    map_index: int | None
    label: str | None
    n: int
    generation: int
    inputs: dict[str, Ref]
    when: dict[str, Ref] | None
    mode: Literal["run", "expand"]
    timeout: float | None
    grace: float
    memory: int | None
    log: str
    holds: tuple[str, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class RunContext:
    """What is the same for every attempt of a run. `code` is a CodeRef as JSON; folders are absolute."""

    run_id: str
    pipeline: str
    namespace: str
    version: str
    type: str
    params: dict[str, Any]
    labels: dict[str, str]
    code: dict[str, Any]
    artifacts: str
    logs: str


class Usage(NamedTuple):
    """What an attempt used: CPU seconds and bytes of its worker and its finished children."""

    cpu_seconds: float
    peak_rss_bytes: int
    read_bytes: int
    written_bytes: int


class Started(NamedTuple):
    """User code of an attempt is running in `worker`. `at`: seconds since 1970."""

    key: str
    at: float
    worker: str


class Ended(NamedTuple):
    """An attempt is over.

    `reason` is a word of model.states or None. `outputs` are (dataset, artifact list form) pairs. `error` has
    type, message, traceback (user frames), names (the exception's classes, for Retry), file, line. `items`
    are (label, {argument: reference}) pairs of an expanded fan-out, in order.
    """

    key: str
    outcome: Outcome
    reason: str | None
    outputs: list[Any]
    error: dict[str, Any] | None
    items: list[Any] | None
    usage: Usage | None
    started_at: float | None
    ended_at: float
    worker: str | None


class Returned(NamedTuple):
    """A follower was not begun, and won't be."""

    key: str


class Metric(NamedTuple):
    """A figure that a task reported."""

    key: str
    at: float
    name: str
    value: float
    unit: str | None


class Progress(NamedTuple):
    """How far a task is: `done` of `total` (None: unknown)."""

    key: str
    at: float
    done: float
    total: float | None


class Told(NamedTuple):
    """Something that happened in an attempt: a `kind` of EVENTS, and `data` as plain JSON."""

    key: str
    at: float
    kind: str
    data: dict[str, Any]


class Sample(NamedTuple):
    """What the process tree of an attempt uses now: CPU seconds so far, bytes resident, read, written."""

    key: str
    at: float
    cpu_seconds: float
    rss_bytes: int
    read_bytes: int
    written_bytes: int


Report: TypeAlias = Started | Ended | Returned | Metric | Progress | Told | Sample


class Legacy(NamedTuple):
    """What an engine finds at an executor that worked for another before.

    `left`: whether there is anything of others, so that `keep` is waited for. `engines`: the names of their lifelines
    (executors.lifelines). `attempts`: keys of what runs, or has news that may not be on record; whether each was asked
    to end.
    """

    left: bool
    engines: frozenset[str]
    attempts: dict[str, bool]


class Lasting(Protocol):
    """What an executor can do besides whose attempts outlive the engine. The engine's thread calls its methods."""

    @property
    def taken(self) -> int:
        """The number of the last reports that `poll` gave; it grows."""

    @property
    def legacy(self) -> Legacy | None:
        """What was found after `open`; None until the executor has told. Any thread may ask."""

    def spare(self, keys: list[str]) -> None:
        """End all of the legacy but these attempts; the others are not in `legacy` any more once they are dead."""

    def keep(self, keys: list[str]) -> None:
        """Go on with these attempts of the legacy. Called once, when `legacy.left`."""

    def acknowledge(self, taken: int) -> None:
        """All reports up to that number are on record: they need not be kept any more. Never blocks for long."""


class Executor(Protocol):
    """Runs attempts and reports what became of them."""

    #: Attempts that can run at the same time.
    workers: int

    def open(self) -> None:
        """Start. Raises ExecutorError when that is impossible."""

    def prepare(self, context: RunContext) -> None:
        """Make a run known, before its first dispatch; workers may begin to load its code."""

    def dispatch(self, assignments: list[Assignment]) -> None:
        """Take these attempts; they start in this order as workers come free. Never blocks for long."""

    def cancel(self, keys: list[str]) -> None:
        """End these attempts: what waits ends at once, what runs gets SIGTERM, its grace, SIGKILL.

        A follower that waits is returned. A key that is unknown or has ended is passed over. Called a second time for
        a key: SIGKILL at once.
        """

    def forget(self, run_id: str) -> None:
        """The run is over: what was kept for it may go."""

    def poll(self, timeout: float | None) -> list[Report]:
        """Wait up to `timeout` seconds (None: for ever) for reports; [] after a `wake` or when time is up.

        Raises AgentLost when nobody is left to report.
        """

    def wake(self) -> None:
        """Make a `poll` under way, or the next one, return. Safe from any thread and signal handler."""

    def close(self) -> None:
        """End everything that still runs, with its whole process tree, and return when it is gone."""
