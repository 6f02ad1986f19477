"""The graph of a pipeline's version: tasks, datasets and params, and what leads where."""

from __future__ import annotations

from typing import Literal

from penstock.wire.base import Body, Json


class TaskNode(Body):
    """A task of a definition. `file` is relative to the project; `line` is 1-based; times in seconds."""

    id: str
    name: str
    kind: str
    role: Literal["task", "on_failure", "finally"]
    call: str
    description: str
    tags: list[str]
    labels: dict[str, str]
    inputs: dict[str, str]
    outputs: list[str]
    foreach: list[str]
    trigger: str
    conditional: bool
    allow_failure: bool
    timeout: float | None
    attempts: int
    resources: dict[str, Json]
    file: str | None
    line: int | None
    has_source: bool


class DatasetNode(Body):
    """A dataset between tasks. `producer` is a task's name."""

    id: str
    name: str
    producer: str
    consumers: list[str]


class ParamNode(Body):
    """A param that tasks read."""

    id: str
    name: str
    consumers: list[str]


class Edge(Body):
    """From node to node, by id. `data`: a value goes along; `order`: only before and after."""

    source: str
    target: str
    kind: Literal["data", "order"]


class Graph(Body):
    """Ids are `task:NAME`, `dataset:NAME`, `param:NAME`."""

    pipeline: str
    namespace: str
    version: str
    tasks: list[TaskNode]
    datasets: list[DatasetNode]
    params: list[ParamNode]
    edges: list[Edge]


class TaskSource(Body):
    """A task's code as it was in that version."""

    task: str
    file: str | None
    line: int | None
    source: str | None
