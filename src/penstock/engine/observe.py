"""What watchers in the same process see of a run: notices as they happen, and pictures on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from penstock.engine.view import RunView
from penstock.model.spec import ParamSpec, TaskSpec
from penstock.ports.executor import Ref


class Notice(NamedTuple):
    """Something changed. `task` None: the run itself. Times in seconds since 1970.

    `state` is the new state of the run or of the task run; `duration` seconds of the attempt or run that
    just ended; `error` the attempt's error (type, message, traceback, file, line), `retry_in` seconds to the
    next attempt when the state is retrying; `by` who asked for the run's new state, if somebody did.
    """

    at: float
    task: str | None
    map_index: int | None
    label: str | None
    state: str
    reason: str | None
    n: int
    duration: float | None
    error: dict[str, Any] | None
    retry_in: float | None
    by: str | None = None


class TaskPicture(NamedTuple):
    """A task run as it is now. `items` of a fan-out's parent: (done, failed, total), else None. `asks`: what a person
    is asked, while it waits for that."""

    name: str
    map_index: int | None
    label: str | None
    role: str
    state: str
    reason: str | None
    attempts: int
    started_at: float | None
    ended_at: float | None
    progress: tuple[float, float | None] | None
    items: tuple[int, int, int] | None
    error: dict[str, Any] | None
    asks: str | None = None


class RunPicture(NamedTuple):
    """A run as it is now; `tasks` in the order of the definition, items after their parent.

    `since` is from when its time counts: as if it had run without a break, where it was retried. `paused_by` is who
    paused it.
    """

    id: str
    pipeline: str
    namespace: str
    state: str
    reason: str | None
    created_at: float
    since: float
    ended_at: float | None
    done: int
    total: int
    error: dict[str, Any] | None
    tasks: list[TaskPicture]
    paused_by: str | None = None


class Resting(NamedTuple):
    """Where a run of type debug rests: the task that is next, the references of its arguments, and the run's params."""

    task: TaskSpec
    map_index: int | None
    label: str | None
    inputs: dict[str, Ref]
    params: dict[str, Any]
    known: dict[str, ParamSpec]


def resting_before(view: RunView) -> Resting | None:
    """Where a run rests; None for one that does not."""
    run = view.before
    if run is None or view.state != "paused":
        return None
    inputs: dict[str, Ref] = {}
    for argument, source in run.task.spec.inputs.items():
        if run.item is not None and argument in run.item:
            inputs[argument] = run.item[argument]
        elif source.kind == "param" or source.over == "param":
            inputs[argument] = {"json": view.params.get(source.name)}
        else:
            inputs[argument] = view.values.get(source.name)
    return Resting(run.task.spec, run.map_index, run.label, inputs, view.params, view.plan.spec.params)


Listener: TypeAlias = Callable[[Notice], None]
