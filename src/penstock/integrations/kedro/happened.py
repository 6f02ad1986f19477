"""What happened in a Kedro run, as our record has it: what is told to those who know Kedro-Viz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from penstock.integrations.kedro.ids import plain_name, viz_id
from penstock.model.spec import PipelineSpec, TaskSpec
from penstock.store.connection import Connection
from penstock.store.dataset_events import dataset_events
from penstock.store.documents import run_document
from penstock.store.graphs import spec_of_run

Json: TypeAlias = dict[str, Any]
Operation: TypeAlias = Literal["load", "save"]
_OPERATIONS: Final[dict[str, Operation]] = {"dataset_loaded": "load", "dataset_saved": "save"}
_WELL: Final = ("succeeded", "warning")
_STOPPED: Final = {
    "interrupted": "the run was interrupted: its process was gone before its end",
    "user": "the run was stopped by its user",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error: its message and traceback as texts."""

    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node that ran and is over. `id` is Kedro-Viz's; `seconds` those of its function where they are known."""

    name: str
    id: str
    seconds: float
    ended_at: str
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Use:
    """A dataset that a node loaded or saved, or failed to. `bytes` None: not known, as of data in memory."""

    dataset: str
    operation: Operation
    node: str
    at: str
    bytes: int | None
    failed: bool

    @property
    def id(self) -> str:
        """Kedro-Viz's."""
        return viz_id(plain_name(self.dataset))

    @property
    def doing(self) -> str:
        """The operation, in Kedro-Viz's words."""
        return "loading" if self.operation == "load" else "saving"


@dataclass(frozen=True, slots=True)
class Happened:
    """A run: what is over of it, in the order in which it happened. Times are ISO 8601; `ended_at` None: it goes on."""

    run_id: str
    started_at: str | None
    ended_at: str | None
    seconds: float | None
    trouble: Trouble | None
    nodes: tuple[Node, ...]
    uses: tuple[Use, ...]


def read(connection: Connection, key: int) -> Happened:
    """What the store knows of a run. Raises NotFound."""
    spec, _ = spec_of_run(connection, key)
    return happened(spec, run_document(connection, key), dataset_events(connection, key))


def happened(spec: PipelineSpec, run: Json, events: list[Json]) -> Happened:
    """The same from a run's definition, its document and its `store.dataset_events`."""
    nodes = sorted((node for task in run["tasks"] for node in _node(spec, task)), key=lambda node: node.ended_at)
    uses = sorted((*_params(spec, run["tasks"]), *map(_use, events)), key=lambda use: use.at)
    trouble = _trouble(run, nodes)
    return Happened(run["id"], run["started_at"], run["ended_at"], run["duration"], trouble, tuple(nodes), tuple(uses))


def _node(spec: PipelineSpec, task: Json) -> Iterator[Node]:
    attempt = task["attempts"][-1] if task["attempts"] else None
    known = spec.tasks.get(task["name"])
    if attempt is None or attempt["ended_at"] is None:
        return
    trouble = None if attempt["state"] in _WELL else _error(attempt["error"], attempt["reason"])
    took = {metric["name"]: metric["value"] for metric in task["metrics"]}
    seconds = took.get("function_seconds") or attempt["duration"] or 0.0
    yield Node(task["name"], _id(known, task["name"]), seconds, attempt["ended_at"], trouble)


def _id(task: TaskSpec | None, name: str) -> str:
    return str(task.facts.get("id") or viz_id(name)) if task is not None else viz_id(name)


def _use(event: Json) -> Use:
    operation = _OPERATIONS.get(event["kind"]) or event.get("operation", "load")
    return Use(
        event["dataset"], operation, event["task"], event["at"], event.get("bytes"), event["kind"] == "dataset_failed"
    )


def _params(spec: PipelineSpec, tasks: list[Json]) -> Iterator[Use]:
    """Kedro keeps parameters as datasets, which nodes load as they load others."""
    for task in tasks:
        known, attempts = spec.tasks.get(task["name"]), task["attempts"]
        if known is None or not attempts or attempts[-1]["started_at"] is None:
            continue
        for source in known.inputs.values():
            if source.kind == "param":
                name = source.name if source.name == "parameters" else f"params:{source.name}"
                yield Use(name, "load", task["name"], attempts[-1]["started_at"], None, failed=False)


def _trouble(run: Json, nodes: list[Node]) -> Trouble | None:
    if run["ended_at"] is None or run["state"] in (*_WELL, "skipped"):
        return None
    if run["reason"] in _STOPPED or run["error"] is None:
        return Trouble(_STOPPED.get(run["reason"], f"the run {run['state']}"), "")
    of = next((node.trouble for node in nodes if node.trouble and node.name == run["error"].get("task")), None)
    return of or _error(run["error"], run["reason"])


def _error(error: Json | None, reason: str | None) -> Trouble:
    if error is None:
        return Trouble(_STOPPED.get(reason or "", f"it did not end well ({reason or 'no reason is known'})"), "")
    return Trouble(error.get("message") or error.get("type") or "", error.get("traceback") or "")
