from __future__ import annotations

from penstock.engine.approvals import asks
from penstock.engine.orders.order import Hands
from penstock.engine.reckoning import is_outside
from penstock.engine.view import RunView, TaskRun
from penstock.errors import NotFound, TransitionError
from penstock.model.commands import task_refusal
from penstock.model.fanout import places_told
from penstock.model.nearest import did_you_mean
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`set-state {task, map_index, state}`: a task that is not running is taken for done, and the run goes on so."""
    given = command.arguments
    name, state = given.get("task"), str(given.get("state"))
    if not name:
        raise TransitionError("the run is not over: only a task of it can be set", cure="name one, or cancel the run")
    run = _find(view, str(name), given.get("map_index"))
    _check(view, run, state)
    view.chosen.append((run, state, command.by))
    given_out = run.live or run.promise
    if given_out is not None:
        hands.out.cancel.append(given_out.key)
    hands.stir(view)


def _find(view: RunView, name: str, index: int | None) -> TaskRun:
    place = view.plan.places.get(name)
    if place is None:
        cure = did_you_mean(name, [task.name for task in view.plan.tasks])
        raise NotFound(f"'{view.plan.spec.name}' has no task '{name}'", cure=cure)
    run = view.by_place[place]
    if index is None:
        return run
    children = run.children or ()
    if index >= len(children):
        raise NotFound(f"task '{name}' has no item {index}", cure=places_told(len(children)))
    return children[index]


def _check(view: RunView, run: TaskRun, state: str) -> None:
    what = f"task '{run.task.name}' is {run.state}"
    if is_outside(run):
        raise TransitionError(f"task '{run.task.name}' is no part of this run", cure="replay the pipeline from it")
    if run.children:
        raise TransitionError(f"{what}: it is as its items are", cure="set its items, one by one")
    if run.state == "paused" and asks(run):
        raise TransitionError(f"{what}: it asks for an approval", cure="approve or reject it")
    if run.task.spec.role != view.phase:
        cure = "set it when the run is over, and retry then"
        raise TransitionError(
            "the run is at another stage: what follows from a state has begun or is to come", cure=cure
        )
    refused = task_refusal(view.state, run.state, state)
    if refused is not None:
        why, cure = refused
        raise TransitionError(f"{what}: {why}", cure=cure)
