"""The graph of a pipeline's version, from its stored definition."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from penstock.errors import NotFound
from penstock.model.ids import run_id
from penstock.model.nearest import did_you_mean
from penstock.model.spec import DatasetSpec, PipelineSpec, Resources, Source, TaskSpec, from_json, to_json
from penstock.store.connection import Connection
from penstock.store.forms import question
from penstock.store.missing import no_pipeline, no_run

_PLAIN = Resources()


def version_of_run(connection: Connection, key: int) -> tuple[str, str, str]:
    """Namespace, pipeline and version that a run used: what its graph goes by. Raises NotFound."""
    row = connection.one("SELECT namespace, pipeline, version FROM run WHERE key = ?", (key,))
    if row is None:
        raise no_run(run_id(key))
    return row[0], row[1], row[2]


def graph_of_run(connection: Connection, key: int) -> dict[str, Any]:
    """The graph of the version that a run used, as wire.Graph. Raises NotFound."""
    return graph(*spec_of_run(connection, key))


def graph_of_version(connection: Connection, namespace: str, pipeline: str, version: str | None) -> dict[str, Any]:
    """The graph of a version, or of the latest one. Raises NotFound."""
    return graph(*spec_of_version(connection, namespace, pipeline, version))


def source_of_run(connection: Connection, key: int, task: str) -> dict[str, Any]:
    """A task's code as a run used it, as wire.TaskSource. Raises NotFound."""
    return _source(spec_of_run(connection, key)[0], task)


def source_of_version(
    connection: Connection, namespace: str, pipeline: str, version: str | None, task: str
) -> dict[str, Any]:
    """A task's code in a version, or in the latest one. Raises NotFound."""
    return _source(spec_of_version(connection, namespace, pipeline, version)[0], task)


def spec_of_version(
    connection: Connection, namespace: str, pipeline: str, version: str | None = None
) -> tuple[PipelineSpec, str]:
    """The definition of a version, or of the latest one, and the name of that version. Raises NotFound."""
    row = connection.one(
        "SELECT known.spec, known.version FROM pipeline JOIN pipeline_version AS known "
        "ON known.namespace = pipeline.namespace AND known.pipeline = pipeline.pipeline "
        "WHERE pipeline.namespace = ? AND pipeline.pipeline = ? AND known.version = coalesce(?, pipeline.version)",
        (namespace, pipeline, version),
    )
    if row is None:
        raise no_pipeline(connection, namespace, pipeline, version)
    return from_json(json.loads(row[0])), row[1]


def spec_of_run(connection: Connection, key: int) -> tuple[PipelineSpec, str]:
    """The definition of the version that a run used, and the name of that version. Raises NotFound."""
    row = version_of_run(connection, key)
    known = connection.one(
        "SELECT spec FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND version = ?", row
    )
    if known is None:
        raise NotFound(f"the definition that run {run_id(key)} used is gone", cure="`penstock db check` tells more")
    return from_json(json.loads(known[0])), row[2]


def graph(spec: PipelineSpec, version: str) -> dict[str, Any]:
    """Tasks, datasets, params and what leads where, in the order of the definition, as wire.Graph."""
    datasets = _datasets(spec)
    params: dict[str, dict[str, Any]] = {}
    edges = [_edge(f"task:{node['producer']}", node["id"], "data") for node in datasets.values() if node["producer"]]
    for task in spec.tasks.values():
        for kind, name in dict.fromkeys(_reads(task)):
            if kind == "dataset" and name in datasets:
                node = datasets[name]
            elif kind == "param":
                node = params.setdefault(name, {"id": f"param:{name}", "name": name, "consumers": []})
            else:
                continue
            node["consumers"].append(task.name)
            edges.append(_edge(node["id"], f"task:{task.name}", "data"))
        edges += [_edge(f"task:{before}", f"task:{task.name}", "order") for before in task.after]
    return {
        "pipeline": spec.name,
        "namespace": spec.namespace,
        "version": version,
        "tasks": [_task(spec, task) for task in spec.tasks.values()],
        "datasets": list(datasets.values()),
        "params": list(params.values()),
        "edges": edges,
    }


def _datasets(spec: PipelineSpec) -> dict[str, dict[str, Any]]:
    """What tasks make, and after it what the pipeline is given: each that a task reads or that has a maker."""
    makers = {dataset: task.name for task in spec.tasks.values() for dataset in task.outputs}
    read = [name for task in spec.tasks.values() for kind, name in _reads(task) if kind == "dataset"]
    given = [name for name in dict.fromkeys(read) if name in spec.datasets]
    return {
        name: _dataset(name, makers.get(name), spec.datasets.get(name)) for name in dict.fromkeys([*makers, *given])
    }


def _dataset(name: str, maker: str | None, kept: DatasetSpec | None) -> dict[str, Any]:
    kept = kept or DatasetSpec(name)
    return {
        "id": f"dataset:{name}",
        "name": name,
        "producer": maker,
        "consumers": [],
        "type": kept.type or None,
        "layer": kept.layer or None,
        "path": kept.path or None,
        "description": kept.description or None,
        "versioned": kept.versioned,
    }


def _reads(task: TaskSpec) -> list[tuple[str, str]]:
    sources = (*task.inputs.values(), *(task.when or {}).values())
    return [(source.over or source.kind, source.name) for source in sources]


def _edge(source: str, target: str, kind: str) -> dict[str, str]:
    return {"source": source, "target": target, "kind": kind}


def _task(spec: PipelineSpec, task: TaskSpec) -> dict[str, Any]:
    return {
        "id": f"task:{task.name}",
        "name": task.name,
        "kind": task.kind,
        "role": task.role,
        "call": task.call,
        "description": task.description,
        "tags": list(task.tags),
        "labels": task.labels,
        "inputs": {argument: _shown(source) for argument, source in task.inputs.items()},
        "outputs": list(task.outputs),
        "foreach": list(task.foreach),
        "trigger": task.trigger,
        "conditional": task.when is not None,
        "allow_failure": task.allow_failure,
        "timeout": task.timeout,
        "attempts": task.retry.attempts,
        "resources": {} if task.resources == _PLAIN else to_json(task.resources),
        "file": _file(spec, task),
        "line": task.line,
        "has_source": task.source is not None,
        "facts": task.facts,
        "approval": question(task.approval),
    }


def _shown(source: Source) -> str:
    """Where an argument comes from, as the id of a node; `error` is the failure that a handler gets."""
    return "error" if source.kind == "error" else f"{source.over or source.kind}:{source.name}"


def definition_file(spec: PipelineSpec) -> str | None:
    """The file that holds the pipeline, relative to the folder of its code."""
    return None if spec.code is None else _relative(spec, spec.code.file)


def _file(spec: PipelineSpec, task: TaskSpec) -> str | None:
    return None if task.file is None else _relative(spec, task.file)


def _relative(spec: PipelineSpec, path: str) -> str:
    """No path of this machine leaves the store."""
    file = PurePath(path)
    root = PurePath(spec.code.root) if spec.code is not None else None
    if root is not None and file.is_relative_to(root):
        return str(file.relative_to(root))
    return file.name if file.is_absolute() else str(file)


def _source(spec: PipelineSpec, name: str) -> dict[str, Any]:
    task = spec.tasks.get(name)
    if task is None:
        raise NotFound(f"'{spec.name}' has no task '{name}'", cure=did_you_mean(name, spec.tasks))
    return {"task": name, "file": _file(spec, task), "line": task.line, "source": task.source}
