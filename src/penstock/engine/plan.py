"""A definition made ready to run: names become places, and every lookup of the hot path is made once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from penstock.model import graph, spec
from penstock.model.spec import PipelineSpec, Source, TaskSpec


@dataclass(slots=True, eq=False)
class PlannedTask:
    """One task with its neighbours. `upstream` and `downstream` hold places of tasks of the same role.

    `reads` pairs arguments with the datasets that they read, `items` with the sources that a fan-out goes
    over, `errors` names the arguments that take the failure; `conditions` is `reads` of the `when` function.
    `plain` tasks need one core and nothing else, so any free worker will do. `successor` is the place of the one task
    after it, if the worker may go on with that by itself.
    """

    place: int
    spec: TaskSpec
    upstream: tuple[int, ...] = ()
    downstream: list[int] = field(default_factory=list)
    reads: list[tuple[str, str]] = field(default_factory=list)
    items: list[tuple[str, Source]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    conditions: list[tuple[str, str]] | None = None
    plain: bool = True
    successor: int | None = None

    @property
    def name(self) -> str:
        return self.spec.name


@dataclass(slots=True, eq=False)
class Plan:
    """A pipeline's tasks in the order of their definition, and its version. `pooled`: does any need a pool?"""

    spec: PipelineSpec
    version: str
    text: str
    tasks: list[PlannedTask]
    places: dict[str, int]
    roles: dict[str, list[int]]
    #: Is a person asked by one of the tasks?
    asks: bool = False
    pooled: bool = False


def make_plan(definition: PipelineSpec) -> Plan:
    """The plan of a checked definition: time and memory grow with tasks and edges."""
    text = json.dumps(spec.to_json(definition), ensure_ascii=False)
    tasks = [_planned(place, task) for place, task in enumerate(definition.tasks.values())]
    places = {task.name: task.place for task in tasks}
    roles: dict[str, list[int]] = {"task": [], "on_failure": [], "finally": []}
    upstream = graph.edges(definition)
    for task in tasks:
        roles[task.spec.role].append(task.place)
        before = (places[name] for name in upstream[task.name])
        task.upstream = tuple(at for at in before if tasks[at].spec.role == task.spec.role)
        for at in task.upstream:
            tasks[at].downstream.append(task.place)
    for task in tasks:
        if len(task.downstream) == 1 and _is_simple(task) and _is_simple(after := tasks[task.downstream[0]]):
            task.successor = after.place if _is_link(after) else None
    asks = any(task.spec.approval is not None for task in tasks)
    pooled = any(task.spec.resources.pool is not None for task in tasks)
    return Plan(definition, definition.version, text, tasks, places, roles, asks, pooled)


def _planned(place: int, task: TaskSpec) -> PlannedTask:
    needs = task.resources
    planned = PlannedTask(place, task)
    planned.plain = needs.cpu == 1 and not needs.gpu and needs.pool is None and task.concurrency is None
    planned.reads = _datasets(task.inputs)
    planned.items = [(argument, task.inputs[argument]) for argument in task.foreach]
    planned.errors = [argument for argument, source in task.inputs.items() if source.kind == "error"]
    if task.when is not None:
        planned.conditions = _datasets(task.when)
    return planned


def _is_simple(task: PlannedTask) -> bool:
    """Whether any worker will do for it, and it makes one attempt of one item."""
    spec = task.spec
    if spec.approval is not None:
        return False
    return task.plain and spec.resources.memory is None and not task.items and spec.role == "task"


def _is_link(task: PlannedTask) -> bool:
    """Whether success before it is all that it asks for."""
    return task.spec.trigger == "all_succeeded" and task.conditions is None and not task.errors


def _datasets(sources: dict[str, Source]) -> list[tuple[str, str]]:
    return [(argument, source.name) for argument, source in sources.items() if source.kind == "dataset"]
