"""What deciders return. `event` is a word of model.transitions; times in seconds."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from penstock.engine.reuse import Found
from penstock.engine.view import Answer, Attempt, TaskRun
from penstock.ports.executor import Ended


class MoveRun(NamedTuple):
    """The run takes `event`."""

    event: str
    reason: str | None


class MoveTask(NamedTuple):
    """A task run takes `event` without an attempt behind it."""

    task_run: TaskRun
    event: str
    reason: str | None


class Settle(NamedTuple):
    """An attempt is over: it takes `attempt_event`, its task run `event`."""

    attempt: Attempt
    report: Ended
    attempt_event: str
    attempt_reason: str | None
    event: str | None
    reason: str | None


class RetryLater(NamedTuple):
    """An attempt failed and another follows in `delay` seconds; `free` when its retry policy does not pay."""

    attempt: Attempt
    report: Ended
    attempt_event: str
    reason: str | None
    delay: float
    free: bool = False


class Expand(NamedTuple):
    """A fan-out's items are known: (label, {argument: reference}) each; `attempt` read them, if one had to."""

    task_run: TaskRun
    items: list[tuple[str, dict[str, Any]]]
    attempt: Attempt | None = None
    report: Ended | None = None


class Resume(NamedTuple):
    """A fan-out of which some items are made: the others may run."""

    task_run: TaskRun


class StopBefore(NamedTuple):
    """The run rests before a task run, until somebody lets it go on."""

    task_run: TaskRun


class CancelAttempts(NamedTuple):
    """The executor is asked to end these attempts; `final`: at once, without their grace."""

    attempts: list[Attempt]
    final: bool = False


class SetStates(NamedTuple):
    """People have set the states of task runs: of each the state, and who it was."""

    chosen: list[tuple[TaskRun, str, str | None]]


class Refuse(NamedTuple):
    """A task run fails before it is tried: it can't be."""

    task_run: TaskRun
    error: dict[str, Any]


class Suspend(NamedTuple):
    """The executor is asked to have these attempts stand still."""

    attempts: list[Attempt]


class GoOn(NamedTuple):
    """What stood still goes on."""

    task_runs: list[TaskRun]


class EnterPhase(NamedTuple):
    """The tasks of a role may start: `on_failure` or `finally`; `skip` ends them unused instead."""

    phase: str
    skip: bool


class Look(NamedTuple):
    """A result of an earlier run may do for a task run: it is looked for under that key."""

    task_run: TaskRun
    key: str


class Take(NamedTuple):
    """A task run is over with the result of an earlier run."""

    task_run: TaskRun
    found: Found


class TakeAnswer(NamedTuple):
    """A task run that asked a person takes `event`, with what was answered."""

    answer: Answer
    event: str
    reason: str | None


Decision: TypeAlias = (
    MoveRun
    | MoveTask
    | Settle
    | RetryLater
    | Expand
    | Resume
    | Look
    | Take
    | StopBefore
    | CancelAttempts
    | SetStates
    | Refuse
    | Suspend
    | GoOn
    | TakeAnswer
    | EnterPhase
)
