"""From a Kedro pipeline to our definition of it."""

from __future__ import annotations

import inspect
import linecache
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penstock.authoring.functions import SOURCE_LIMIT
from penstock.integrations.kedro.ids import is_param, param_name, plain_name, viz_id
from penstock.integrations.kedro.sketch import sketch
from penstock.model.params import type_of
from penstock.model.spec import DatasetSpec, ParamSpec, PipelineSpec, Source, TaskSpec


def describe(
    pipeline: Any, catalog: Any, *, name: str, namespace: str, params: Mapping[str, Any], project: Path
) -> PipelineSpec:
    """The definition of a kedro.pipeline.Pipeline with its kedro.io catalogue.

    `name` is that of the registered pipeline, `namespace` the project's package, `params` all parameters of the
    project. A node becomes a task of kind `kedro`; `facts` of it hold its text as Kedro writes it (`node`),
    Kedro-Viz's `id` and its `namespace`. No dataset is loaded, and credentials are not read.
    """
    return build(sketch(pipeline, catalog, params, str(project)), name=name, namespace=namespace)


def build(drawn: Mapping[str, Any], *, name: str, namespace: str) -> PipelineSpec:
    """The definition of what `sketch` drew, in this process or another one of this machine."""
    sources = _Sources()
    tasks = [_task(node, sources) for node in drawn["nodes"]]
    made = {dataset for task in tasks for dataset in task.outputs}
    datasets = [
        DatasetSpec(dataset, **facts) for dataset, facts in drawn["datasets"].items() if facts or dataset not in made
    ]
    read = {source.name: None for task in tasks for source in task.inputs.values() if source.kind == "param"}
    return PipelineSpec(
        name,
        namespace,
        params={param: _param(param, drawn["params"]) for param in sorted(read)},
        tasks={task.name: task for task in tasks},
        datasets={dataset.name: dataset for dataset in datasets},
    )


def _task(node: Mapping[str, Any], sources: _Sources) -> TaskSpec:
    file, line = node.get("file"), node.get("line")
    facts = {"node": node["text"], "id": viz_id(node["text"])}
    if node["namespace"]:
        facts["namespace"] = node["namespace"]
    return TaskSpec(
        node["name"],
        kind="kedro",
        call=node["call"],
        inputs={argument: _source(dataset) for argument, dataset in node["inputs"]},
        outputs=tuple(node["outputs"]),
        tags=tuple(node["tags"]),
        description=node["doc"],
        file=file,
        line=line,
        source=None if file is None or line is None else sources.of(file, line),
        facts=facts,
    )


def _source(dataset: str) -> Source:
    return Source("param", param_name(dataset)) if is_param(dataset) else Source("dataset", plain_name(dataset))


def _param(name: str, known: Mapping[str, Any]) -> ParamSpec:
    if name not in known:
        return ParamSpec(name, required=True)
    default = known[name]
    return ParamSpec(name, "any" if default is None else type_of(default), default)


class _Sources:
    """Source texts by where they begin, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], str | None] = {}

    def of(self, file: str, line: int) -> str | None:
        """The dedented text of the function that begins at a line; None where there is none to be read."""
        place = (file, line)
        if place not in self._known:
            self._known[place] = self._read(file, line)
        return self._known[place]

    def _read(self, file: str, line: int) -> str | None:
        if not os.path.isabs(file):
            return None
        lines = linecache.getlines(file)[line - 1 :]
        if not lines:
            return None
        try:
            text = textwrap.dedent("".join(inspect.getblock(lines)))
        except (SyntaxError, IndexError):
            return None
        return text.encode("utf-8", "surrogatepass")[:SOURCE_LIMIT].decode("utf-8", "ignore")
