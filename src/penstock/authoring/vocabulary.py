"""The words of a task: what `@pipeline.task(…)` takes. docs/authoring.md tells each by example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypedDict

from penstock.authoring.cache import Cache
from penstock.authoring.retry import Duration, Retry
from penstock.model.spec import OnTimeout, TriggerRule


class HandlerOptions(TypedDict, total=False):
    """What on_failure and finally_ take."""

    #: By default the function's own name.
    name: str | None
    #: Arguments and the datasets or parameters that they take, where the names differ.
    inputs: Mapping[str, str] | None
    #: Datasets that are made; by default one, of the task's name.
    outputs: str | Sequence[str] | None
    #: Tasks (names or functions) that only come before.
    after: str | Callable[..., Any] | Sequence[str | Callable[..., Any]]
    #: A function of params and datasets that says whether to run at all; where it is false, the task is skipped.
    when: Callable[..., Any] | None
    #: A policy, or a number of attempts, the first one included.
    retry: Retry | int | None
    #: The longest that an attempt may take, and what the task becomes then: failed by default.
    timeout: Duration | None
    on_timeout: OnTimeout
    #: A failure makes the run a warning, not failed.
    allow_failure: bool
    tags: str | Sequence[str]
    labels: Mapping[str, str] | None
    #: What an attempt needs: `cpu` (cores, 1), `memory` (bytes or `"2GB"`: more ends it), `gpu` (0), `pool` (a name).
    resources: Mapping[str, Any] | None
    #: Attempts at the same time.
    concurrency: int | None
    #: From asking an attempt to stop (SIGTERM) to killing it: 5 s by default.
    grace: Duration
    #: Whether an attempt that was lost with its machine is made again, at no cost to its policy: retry by default.
    on_lost: Literal["retry", "fail"]


class TaskOptions(HandlerOptions, total=False):
    """What a task takes."""

    #: Take the results of an earlier run with the same code, params and inputs; False: never, whatever a run asks for.
    cache: Literal["inputs", False] | Cache | None
    #: What has to be true of the tasks before: that all succeeded, by default.
    trigger: TriggerRule
    #: Arguments that take items, and the datasets or parameters that have them: one task run for each.
    foreach: Mapping[str, str] | None
    #: The same as `foreach`.
    map: Mapping[str, str] | None
    #: How an item is called, as in `"{airport}"`.
    label: str | None


HANDLER_OPTIONS: Final = tuple(HandlerOptions.__annotations__)
OPTIONS: Final = tuple(TaskOptions.__annotations__)
