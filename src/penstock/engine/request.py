"""From a request to the view of a run that has not started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from penstock.engine.plan import Plan
from penstock.engine.view import RunView, TaskRun
from penstock.errors import NotFound, UsageError
from penstock.model import graph, ids
from penstock.model.nearest import did_you_mean
from penstock.model.run_types import meaning_of
from penstock.ports.executor import RunContext

#: Tasks that are named to who chose none of them.
_NAMED: Final = 10


@dataclass(slots=True)
class RunRequest:
    """What a person or a trigger asks for.

    `params` are JSON values by name, `texts` values as typed on a command line (both are checked against the
    definition). `from_`, `to`, `only` and `select_tags` choose a slice; `from_run` is the run (id) that gives what the
    slice needs, else the latest that succeeded. `replay_of` is the run (id) that is repeated, from the task
    `replay_from` or whole, and `facts` what else is told of it. `refresh`: no result of an earlier run is taken.
    `breakpoints` names tasks before which a run of type debug rests.
    """

    params: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    type: str = "standard"
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    select_tags: tuple[str, ...] = ()
    from_run: str | None = None
    trigger: dict[str, Any] | None = None
    replay_of: str | None = None
    replay_from: str | None = None
    facts: dict[str, Any] | None = None
    refresh: bool = False
    breakpoints: tuple[str, ...] = ()

    @property
    def sliced(self) -> bool:
        """Is only a part of the pipeline asked for?"""
        return bool(self.from_ or self.to or self.only or self.select_tags)


@dataclass(slots=True)
class RetryWish:
    """How a run that is over is to be tried again: whole or from `task`, with other params if any are given.

    `params` are JSON values by name, `texts` values as typed; `by` is who asks.
    """

    task: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    by: str | None = None


def chosen_tasks(plan: Plan, request: RunRequest) -> set[str] | None:
    """The names of the tasks to run, None for all. Raises NotFound for a name that is not there."""
    if not request.sliced:
        return None
    chosen = graph.select(plan.spec, from_=request.from_, to=request.to, only=request.only, tags=request.select_tags)
    if not chosen:
        names = [name for name, task in plan.spec.tasks.items() if task.role == "task"]
        some = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
        raise NotFound("no task fits that selection", cure=f"'{plan.spec.name}' has {some}")
    handlers = {name for name, task in plan.spec.tasks.items() if task.role != "task"}
    return chosen | handlers


def check_breakpoints(plan: Plan, request: RunRequest) -> None:
    """Raise UsageError for breakpoints where there can be none."""
    if request.breakpoints and not meaning_of(request.type).alone:
        raise UsageError("only a run of type debug rests before tasks", cure="add --type debug")
    for name in request.breakpoints:
        if name not in plan.places:
            raise UsageError(
                f"'{plan.spec.name}' has no task '{name}' to rest before", cure=did_you_mean(name, plan.places)
            )


def selection_of(request: RunRequest) -> dict[str, list[str]]:
    """The parts of the slice that is asked for; none for the whole."""
    parts = {"from": request.from_, "to": request.to, "only": request.only, "tags": request.select_tags}
    return {key: list(names) for key, names in parts.items() if names}


def new_view(
    plan: Plan, context: RunContext, request: RunRequest, at: float, *, chosen: set[str] | None, given: dict[str, Any]
) -> RunView:
    """A run in state created: a task run for every task, those outside of the slice skipped.

    `given` maps datasets that the slice needs from outside to references of their values.
    """
    view = RunView(ids.key_of(context.run_id), context.run_id, plan, context, at)
    view.trigger = request.trigger or {"kind": "manual", "name": None}
    view.tags = sorted({*plan.spec.tags, *request.tags})
    view.values = dict(given)
    view.refresh, view.breakpoints = request.refresh, set(request.breakpoints)
    if chosen is not None:
        view.selection = selection_of(request)
    view.by_place = [TaskRun(view, seq, task, at) for seq, task in enumerate(plan.tasks)]
    view.task_runs = list(view.by_place)
    for run in view.by_place:
        if chosen is not None and run.task.name not in chosen:
            run.state, run.reason, run.ended_at = "skipped", "slice", at
            for place in run.task.downstream:
                view.by_place[place].unmet -= 1
        else:
            view.open[run.task.spec.role] += 1
            view.tasks_total += 1
    return view
