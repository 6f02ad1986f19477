"""What deciders return. `event` is a word of model.transitions; times in seconds."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from penstock.engine.view import Attempt, TaskRun
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


class CancelAttempts(NamedTuple):
    """The executor is asked to end these attempts; `final`: at once, without their grace."""

    attempts: list[Attempt]
    final: bool = False


class EnterPhase(NamedTuple):
    """The tasks of a role may start: `on_failure` or `finally`; `skip` ends them unused instead."""

    phase: str
    skip: bool


Decision: TypeAlias = MoveRun | MoveTask | Settle | RetryLater | Expand | Resume | CancelAttempts | EnterPhase
