"""The graph of a pipeline's version: tasks, datasets and params, and what leads where."""

from __future__ import annotations

from typing import Literal

from penstock.wire.base import Body, Json
from penstock.wire.pipelines import ParamDocument


class Question(Body):
    """What a person is asked: `params` is the form of the answer, as a pipeline's params.

    `on_timeout` is what becomes of it when nobody answers within the task's `timeout`: rejected, approved with the
    answers of `default`, or failed.
    """

    message: str
    params: list[ParamDocument]
    on_timeout: Literal["rejected", "approved", "failed"]
    default: dict[str, Json]


class TaskNode(Body):
    """A task of a definition. `file` is relative to the project; `line` is 1-based; times in seconds.

    `approval` is what a task of kind approval asks; null for others.
    `facts` is what the tool that wrote the definition knows beside, such as Kedro's `namespace` (null: it has none).
    """

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
    facts: dict[str, Json]
    approval: Question | None


class DatasetNode(Body):
    """A dataset. `producer` is a task's name, null for an input of the pipeline.

    The rest is known of those that the project keeps itself, else null: `type` names what loads and saves it, `path`
    is relative to the project where it lies in it, `versioned` says that each save makes a new version.
    """

    id: str
    name: str
    producer: str | None
    consumers: list[str]
    type: str | None
    layer: str | None
    path: str | None
    description: str | None
    versioned: bool


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
